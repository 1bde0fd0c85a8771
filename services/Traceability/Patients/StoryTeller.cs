using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Npgsql;
using TcmBrain.Traceability.Access;
using TcmBrain.Traceability.Events;
using TcmBrain.Traceability.Graph;
using TcmBrain.Traceability.Log;

namespace TcmBrain.Traceability.Patients;

/// <summary>Tells the story of one prescription to whoever has the code on its bag.</summary>
internal sealed class StoryTeller(NpgsqlDataSource database, GraphReader graph, LogKey key)
{
    private const int DeepestStory = 30;
    private const int MostThings = 2000;

    /// <returns>Null when nobody has that code.</returns>
    public async Task<PatientStory?> TellAsync(string code, CancellationToken cancellationToken)
    {
        if (await PrescriptionOfAsync(code, cancellationToken) is not { } prescription)
        {
            return null;
        }

        if (await PackAsync(prescription, cancellationToken) is not { } pack)
        {
            return new PatientStory(null, null, [], [], null, key.VerifierKey, []);
        }

        var trace = await graph.TraceAsync(
            new TraceAsk(pack, true, true, DeepestStory, MostThings),
            Viewer.OfPatient(prescription),
            null,
            cancellationToken
        );
        if (trace is null)
        {
            return new PatientStory(null, null, [], [], null, key.VerifierKey, []);
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var head = await CheckpointStore.LatestAsync(connection, cancellationToken);
        var (proofs, makers) = await ProofsAsync(connection, trace.Events, head, cancellationToken);
        var places = proofs.Select((p, i) => (p.LeafIndex, i)).ToDictionary(p => p.LeafIndex, p => p.i);
        var dispensed = trace.Events.FirstOrDefault(e => e.Own && e.Event.TryGetProperty("inputQuantityList", out _));
        return new PatientStory(
            dispensed?.Event.GetProperty("eventTime").GetDateTimeOffset(),
            dispensed is not null && dispensed.Event.TryGetProperty("tcm:doses", out var doses) ? doses.GetInt32() : null,
            [.. Herbs(trace, dispensed).Select(h => StoryReading.Herb(h.Lot, h.Grams, h.Events, places, makers))],
            [.. trace.Events.Where(e => e.Own).Select(e => StoryReading.Step(e, places))],
            head?.Note,
            key.VerifierKey,
            proofs
        );
    }

    private async Task<Guid?> PrescriptionOfAsync(string code, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select prescription_id from traceability.patient_code where digest = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = SHA256.HashData(Encoding.UTF8.GetBytes(code)) });
        return (Guid?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>The dispensed pack: what everything of the prescription is made of or is.</summary>
    private async Task<string?> PackAsync(Guid prescription, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select i.item from traceability.event e
            join traceability.event_item i on i.leaf_index = e.leaf_index and i.role = 'output'
            where e.prescription_id = $1
              and exists (select from traceability.event_item u where u.leaf_index = e.leaf_index and u.role = 'input')
            order by e.event_time, e.leaf_index limit 1
            """
        );
        command.Parameters.Add(new NpgsqlParameter { Value = prescription });
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>Of each lot that was weighed in: how much, and the events on its way.</summary>
    private static IEnumerable<(string Lot, decimal? Grams, List<TraceEvent> Events)> Herbs(TraceGraph trace, TraceEvent? dispensed)
    {
        if (dispensed is null)
        {
            yield break;
        }

        var before = trace
            .Edges.Where(e => e.Kind is "input" or "output" or "contained")
            .ToLookup(e => e.Kind == "contained" ? e.Source : e.Target);
        var own = trace.Events.Where(e => e.Own).Select(e => e.LeafIndex).ToHashSet();
        foreach (var input in dispensed.Event.GetProperty("inputQuantityList").EnumerateArray())
        {
            var lot = input.GetProperty("epcClass").GetString()!;
            var things = new HashSet<string>(StringComparer.Ordinal) { lot };
            var leaves = new HashSet<long>();
            var open = new Queue<string>(things);
            while (open.TryDequeue(out var thing))
            {
                foreach (var edge in before[thing])
                {
                    leaves.UnionWith(edge.Events);
                    var next = edge.Kind == "contained" ? edge.Target : edge.Source;
                    if (things.Add(next))
                    {
                        open.Enqueue(next);
                    }
                }
            }

            decimal? grams =
                input.TryGetProperty("quantity", out var quantity) && quantity.TryGetDecimal(out var amount)
                    ? Links.Text(input, "uom") == "KGM"
                        ? amount * 1000
                        : amount
                    : null;
            yield return (
                lot,
                grams,
                [
                    .. trace.Events.Where(e =>
                        !own.Contains(e.LeafIndex)
                        && (leaves.Contains(e.LeafIndex) || EventItems.Of(e.Event).Any(i => things.Contains(i.Item)))
                    ),
                ]
            );
        }
    }

    /// <summary>The proofs, and by leaf who made what was accepted: it stands on the herb's package, so it is no secret before the patient.</summary>
    private static async Task<(List<StoryProof> Proofs, Dictionary<long, string> Makers)> ProofsAsync(
        NpgsqlConnection connection,
        IReadOnlyList<TraceEvent> events,
        SignedHead? head,
        CancellationToken cancellationToken
    )
    {
        var proofs = new List<StoryProof>();
        var makers = new Dictionary<long, string>();
        var signed = events.Where(e => e.LeafIndex < (head?.TreeSize ?? 0)).ToDictionary(e => e.LeafIndex);
        if (head is null || signed.Count == 0)
        {
            return (proofs, makers);
        }

        var leaves = new Dictionary<long, (string Leaf, string Body)>();
        await using (
            var command = new NpgsqlCommand(
                """
                select event_hash, error_declaration, body, captured_by, recorded_at, prescription_id, institution_code, centre_code, region_code,
                       leaf_index
                from traceability.event where leaf_index = any($1)
                """,
                connection
            )
            {
                Parameters = { new() { Value = signed.Keys.ToArray() } },
            }
        )
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                leaves[reader.GetInt64(9)] = (TileEndpoints.LeafOf(reader), reader.GetString(2));
                if (Links.Text(TraceJson.Parse(reader.GetString(2)), "tcm:supplier") is { } maker)
                {
                    makers[reader.GetInt64(9)] = maker;
                }
            }
        }

        foreach (var (index, (leaf, body)) in leaves.OrderBy(l => l.Key))
        {
            var hashes = await TreeReader.InclusionProofAsync(connection, index, head.TreeSize, cancellationToken);
            var e = signed[index];
            var whole = e.Own || e.Redacted.Count == 0 ? body : null;
            proofs.Add(new StoryProof(e.EventHash, index, leaf, [.. hashes.Select(Convert.ToBase64String)], whole));
        }

        return (proofs, makers);
    }
}
