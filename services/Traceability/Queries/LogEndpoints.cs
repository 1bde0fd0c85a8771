using System.Globalization;
using System.Security.Claims;
using System.Text;
using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Traceability.Events;
using TcmBrain.Traceability.Log;

namespace TcmBrain.Traceability.Queries;

/// <summary>The log's heads and proofs (防篡改证明). Heads, key and consistency are for everybody: they say nothing but hashes.</summary>
public static class LogEndpoints
{
    public static void MapLog(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/traceability/events/{eventHash}/proof", ProofAsync).WithName("ProveEvent");
        app.MapGet("/api/traceability/verify", VerifyAsync).RequireRole(Roles.Operator).WithName("VerifyLog");
        app.MapGet("/api/traceability/alarms", AlarmsAsync).RequireRole(Roles.Regulator, Roles.Operator).WithName("ListAlarms");
        var log = app.MapGroup("/log").AllowAnonymous();
        log.MapGet("/checkpoint", CheckpointAsync);
        log.MapGet("/key", (LogKey key) => Results.Text(key.VerifierKey + "\n"));
        log.MapGet("/consistency", ConsistencyAsync);
    }

    private static async Task<InclusionProof> ProofAsync(
        string eventHash,
        ClaimsPrincipal caller,
        TraceReader reader,
        NpgsqlDataSource database,
        LogKey key,
        CancellationToken cancellationToken,
        bool errorDeclaration = false
    )
    {
        var found =
            await reader.FindAsync(TraceEndpoints.HashOf(eventHash), errorDeclaration, ReadScope.Of(caller), cancellationToken)
            ?? throw TraceabilityFaults.EventNotFound.Exception("eventHash");
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // Of others' events the commercial fields are nobody's business, so the event as it was hashed is for its owners.
        var own = await reader.OwnsAsync(found.LeafIndex, ReadScope.Of(caller), cancellationToken);
        return await ProofOf(connection, found, own, key, cancellationToken) ?? throw NotSignedYet();
    }

    /// <summary>Null when the event is not under a signed head yet.</summary>
    internal static async Task<InclusionProof?> ProofOf(
        NpgsqlConnection connection,
        StoredEvent found,
        bool withEvent,
        LogKey key,
        CancellationToken cancellationToken
    )
    {
        var head = await CheckpointStore.LatestAsync(connection, cancellationToken);
        if (head is null || head.TreeSize <= found.LeafIndex)
        {
            return null;
        }

        var hashes = await TreeReader.InclusionProofAsync(connection, found.LeafIndex, head.TreeSize, cancellationToken);
        List<string> lines = [.. hashes.Select(Convert.ToBase64String)];
        var leaf = found.LeafText();
        return new InclusionProof(
            EventHash.Text(found.Hash),
            found.LeafIndex,
            head.TreeSize,
            leaf,
            Convert.ToBase64String(Leaf.Hash(leaf)),
            lines,
            head.Note,
            key.VerifierKey,
            TlogProof(leaf, found.LeafIndex, lines, head.Note),
            withEvent ? found.Body : null
        );
    }

    private static async Task<AlarmList> AlarmsAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "select rule, leaf_index, zh, en, raised_at from traceability.alarm order by raised_at desc, leaf_index limit 500"
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var alarms = new List<LogAlarm>();
        while (await reader.ReadAsync(cancellationToken))
        {
            alarms.Add(
                new LogAlarm(
                    reader.GetString(0),
                    reader.GetInt64(1),
                    reader.GetString(2),
                    reader.GetString(3),
                    reader.GetFieldValue<DateTimeOffset>(4)
                )
            );
        }

        return new AlarmList(alarms);
    }

    /// <summary>c2sp.org/tlog-proof@v1, with the leaf as extra data.</summary>
    private static string TlogProof(string leaf, long index, List<string> hashes, string checkpoint)
    {
        var text = new StringBuilder("c2sp.org/tlog-proof@v1\n");
        text.Append("extra ").Append(Convert.ToBase64String(Encoding.UTF8.GetBytes(leaf))).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"index {index}\n");
        hashes.ForEach(hash => text.Append(hash).Append('\n'));
        return text.Append('\n').Append(checkpoint).ToString();
    }

    private static async Task<IResult> CheckpointAsync(
        NpgsqlDataSource database,
        HttpResponse response,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var head = await CheckpointStore.LatestAsync(connection, cancellationToken) ?? throw NotSignedYet();
        response.Headers.CacheControl = "no-cache";
        return Results.Text(head.Note);
    }

    private static async Task<ConsistencyProof> ConsistencyAsync(
        long from,
        long to,
        NpgsqlDataSource database,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var head = await CheckpointStore.LatestAsync(connection, cancellationToken);
        if (from < 1 || to < from || to > (head?.TreeSize ?? 0))
        {
            throw TraceabilityFaults.BadTreeSize.Exception(from < 1 ? "from" : "to");
        }

        var hashes = await TreeReader.ConsistencyProofAsync(connection, from, to, cancellationToken);
        return new ConsistencyProof(from, to, [.. hashes.Select(Convert.ToBase64String)]);
    }

    private static Task<LogAuditReport> VerifyAsync(IConfiguration configuration, LogKey key, CancellationToken cancellationToken) =>
        LogAudit.RunAsync(configuration.GetConnectionString("database")!, [key.VerifierKey], cancellationToken);

    private static FaultException NotSignedYet() =>
        new(TraceabilityFaults.NotSignedYet.HttpStatus, TraceabilityFaults.NotSignedYet.At("")) { RetryAfter = TimeSpan.FromSeconds(1) };
}
