using Npgsql;

namespace TcmBrain.Quality.Reviews.Sampling;

/// <param name="Regulated">What the regulation asks for of this population; null for a special topic.</param>
/// <param name="Meets">All draws of the period up to this one together have at least that many.</param>
public sealed record PartProof(
    string InstitutionCode,
    string RegionCode,
    int Population,
    int? Regulated,
    int Required,
    int Drawn,
    bool PopulationAgrees,
    bool SampleAgrees,
    bool Meets
);

/// <summary>A draw made again from its published seed (复核): whether population and sample come out as they were recorded.</summary>
public sealed record DrawProof(Guid RunId, string Seed, string Algorithm, string Digest, string Recomputed, IReadOnlyList<PartProof> Parts)
{
    public bool Holds => Digest == Recomputed && Parts.All(p => p.PopulationAgrees && p.SampleAgrees && p.Meets);
}

internal static class SamplingProof
{
    public static async Task<DrawProof> MakeAsync(
        NpgsqlConnection connection,
        SamplingRun run,
        SamplingRegulation regulation,
        CancellationToken cancellationToken
    )
    {
        var plan = await SamplingStore.PlanOfAsync(connection, run.PlanId, run.PlanVersion, cancellationToken);
        var question = new PopulationQuestion(plan, run.PeriodFrom, run.PeriodUntil, run.Cutoff, run.Sequence, run.Pieces);
        var institutions = await Population.ReadAsync(connection, question, cancellationToken);
        var recorded = await RecordedAsync(connection, run.RunId, cancellationToken);
        var samples = await SamplesAsync(connection, run.RunId, cancellationToken);
        var parts = new List<PartProof>();
        var digests = new List<(string, int, byte[])>();
        foreach (var code in institutions.Keys.Union(recorded.Keys).Order(StringComparer.Ordinal))
        {
            var again = institutions.TryGetValue(code, out var found) ? Draw.Of(found.Candidates, plan.Rule, run.SeedBytes) : null;
            if (again is not null)
            {
                digests.Add((code, again.Population, again.Digest));
            }

            var written = recorded.GetValueOrDefault(code);
            var drawn = samples.GetValueOrDefault(code, []);
            var together = written.DrawnBefore + drawn.Count;
            int? regulated = plan.Kind == SamplingPlan.Routine ? regulation.Required(plan.Setting, again?.Population ?? 0) : null;
            parts.Add(
                new PartProof(
                    code,
                    found?.RegionCode ?? "",
                    again?.Population ?? 0,
                    regulated,
                    again?.Required ?? 0,
                    together,
                    again is not null && written.Digest is { } digest && again.Digest.AsSpan().SequenceEqual(digest),
                    again is not null && drawn.SetEquals(again.Strata.SelectMany(s => s.Drawn)),
                    together >= Math.Max(regulated ?? 0, again?.Required ?? 0)
                )
            );
        }

        return new DrawProof(
            run.RunId,
            run.Seed,
            run.Algorithm,
            run.Digest,
            Convert.ToHexStringLower(PopulationDigest.Over(digests)),
            parts
        );
    }

    private static async Task<Dictionary<string, (int DrawnBefore, byte[]? Digest)>> RecordedAsync(
        NpgsqlConnection connection,
        Guid runId,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            "select institution_code, drawn_before, digest from quality.review_run_part where run_id = $1",
            connection
        );
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = runId });
        var parts = new Dictionary<string, (int, byte[]?)>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            parts.Add(reader.GetString(0), (reader.GetInt32(1), reader.GetFieldValue<byte[]>(2)));
        }

        return parts;
    }

    private static async Task<Dictionary<string, HashSet<Guid>>> SamplesAsync(
        NpgsqlConnection connection,
        Guid runId,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            "select institution_code, prescription_id from quality.review_sample where run_id = $1",
            connection
        );
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = runId });
        var samples = new Dictionary<string, HashSet<Guid>>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!samples.TryGetValue(reader.GetString(0), out var ids))
            {
                samples.Add(reader.GetString(0), ids = []);
            }

            ids.Add(reader.GetGuid(1));
        }

        return samples;
    }
}
