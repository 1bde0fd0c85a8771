using Npgsql;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Reviews.Sampling;

/// <summary>A draw as it was made (抽样批次).</summary>
/// <param name="PeriodUntil">Exclusive. A draw before this day is an interim one: later ones top it up.</param>
/// <param name="Required">By the plan, over all institutions, of the period so far.</param>
public sealed record SamplingRun(
    Guid RunId,
    Guid PlanId,
    int PlanVersion,
    DateOnly PeriodFrom,
    DateOnly PeriodUntil,
    int Sequence,
    string Seed,
    long Cutoff,
    string Algorithm,
    int Population,
    int Required,
    int Drawn,
    string Digest,
    string DrawnName,
    DateTimeOffset DrawnAt
)
{
    internal string[]? Pieces { get; init; }

    internal byte[] SeedBytes => Convert.FromHexString(Seed);
}

/// <summary>Plans and draws as they stand in their tables.</summary>
internal static class SamplingStore
{
    public const string PlanColumns = """
        p.plan_id, p.version, p.kind, p.name_zh, p.name_en, p.setting, p.share_permyriad, p.minimum, p.by_department, p.by_prescriber,
        p.topic, p.regions, p.owner_code, p.review_days, p.answer_days, p.active, p.reason, p.written_name, p.written_at
        """;

    public const string RunColumns = """
        r.run_id, r.plan_id, r.plan_version, r.period_from, r.period_until, r.sequence, r.seed, r.cutoff, r.algorithm, r.population,
        r.required, r.drawn, r.digest, r.drawn_name, r.drawn_at, r.pieces
        """;

    /// <summary>Whose plans and draws a caller may see: its own, and those that concern the regions it looks after.</summary>
    public const string InSight = """
        (@everything or p.owner_code = @institution or exists (
            select from unnest(p.regions) as drawn (prefix), unnest(@regions) as seen (prefix)
            where starts_with(drawn.prefix, seen.prefix) or starts_with(seen.prefix, drawn.prefix)))
        """;

    public static SamplingPlan Plan(NpgsqlDataReader r) =>
        new(
            r.GetGuid(0),
            r.GetInt32(1),
            r.GetString(2),
            r.GetString(3),
            r.GetString(4),
            r.GetString(5),
            r.GetInt32(6),
            r.GetInt32(7),
            r.GetBoolean(8),
            r.GetBoolean(9),
            r.TextAt(10) is { } topic ? StoredJson.Read<Topic>(topic) : null,
            r.GetFieldValue<string[]>(11),
            r.GetString(12),
            r.GetInt32(13),
            r.GetInt32(14),
            r.GetBoolean(15),
            r.GetString(16),
            r.GetString(17),
            r.GetFieldValue<DateTimeOffset>(18)
        );

    public static SamplingRun Run(NpgsqlDataReader r, int at = 0) =>
        new(
            r.GetGuid(at),
            r.GetGuid(at + 1),
            r.GetInt32(at + 2),
            r.GetFieldValue<DateOnly>(at + 3),
            r.GetFieldValue<DateOnly>(at + 4),
            r.GetInt32(at + 5),
            Convert.ToHexStringLower(r.GetFieldValue<byte[]>(at + 6)),
            r.GetInt64(at + 7),
            r.GetString(at + 8),
            r.GetInt32(at + 9),
            r.GetInt32(at + 10),
            r.GetInt32(at + 11),
            Convert.ToHexStringLower(r.GetFieldValue<byte[]>(at + 12)),
            r.GetString(at + 13),
            r.GetFieldValue<DateTimeOffset>(at + 14)
        )
        {
            Pieces = r.IsDBNull(at + 15) ? null : r.GetFieldValue<string[]>(at + 15),
        };

    /// <summary>The version of a plan that a draw followed.</summary>
    public static async Task<SamplingPlan> PlanOfAsync(
        NpgsqlConnection connection,
        Guid planId,
        int version,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            $"select {PlanColumns} from quality.review_plan p where p.plan_id = $1 and p.version = $2",
            connection
        );
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = planId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = version });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return Plan(reader);
    }
}
