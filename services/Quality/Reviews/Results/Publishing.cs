using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Npgsql;
using TcmBrain.Exchange;
using TcmBrain.Quality.Reviews.Sampling;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Reviews.Results;

/// <summary>What a publication says of one institution.</summary>
/// <param name="Population">In the plan's month, as the last draw counted it.</param>
/// <param name="Regulated">What the regulation asks for; null for a special topic.</param>
/// <param name="Codes">How many prescriptions each code was given to, in the order of the worksheet.</param>
public sealed record PublishedPart(
    string InstitutionCode,
    string RegionCode,
    int Population,
    int? Regulated,
    int Reviewed,
    int Rational,
    int Irrational,
    int Unstandardised,
    int Unsuitable,
    int Abnormal,
    SortedDictionary<string, int> Codes
);

/// <summary>What a publication says of all together, and by what it is proven.</summary>
public sealed record PublishedHead(
    Guid PlanId,
    string PlanNameZh,
    string PlanNameEn,
    string Kind,
    string Setting,
    string Month,
    int Version,
    string Reason,
    IReadOnlyList<PublishedDraw> Draws,
    int Institutions,
    int Population,
    int Reviewed,
    int Rational,
    int Irrational,
    string PublishedName,
    DateTimeOffset PublishedAt
);

public sealed record PublishedDraw(Guid RunId, int Sequence, string Seed, string Digest, string Algorithm, int Population, int Drawn);

/// <summary>
/// Publishes a month's result (点评结果公示): frozen as text and hashed. Each institution's part has its own hash; the whole's is SHA-256 over
/// the lines HEXHASH, of the previous version (64 zeros when there is none), of the head, and of the parts sorted by institution: so an
/// institution that sees its own part only can still check it against what was published. A correction is a new version with a reason.
/// </summary>
internal sealed class Publishing(EventExchange exchange, SamplingRegulation regulation, Judging.ReviewCodes codes, TimeProvider time)
{
    /// <summary>Idempotent by the caller's id.</summary>
    /// <returns>Whether it was published now.</returns>
    public async Task<bool> PublishAsync(
        Guid publicationId,
        Guid planId,
        DateOnly month,
        string? reason,
        Person person,
        CancellationToken cancellationToken
    )
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        var plan = await LockPlanAsync(work, planId, person, cancellationToken);
        await using (var known = work.Command("select plan_id from quality.review_publication where publication_id = $1", publicationId))
        {
            if (await known.ExecuteScalarAsync(cancellationToken) is Guid of)
            {
                return of == planId ? false : throw QualityFaults.RunTaken.Exception("publicationId");
            }
        }

        var (version, previous) = await PreviousAsync(work, planId, month, cancellationToken);
        if (version > 1 && string.IsNullOrWhiteSpace(reason))
        {
            throw QualityFaults.ReasonForCorrection.Exception("reason");
        }

        var draws = await DrawsAsync(work, planId, month, cancellationToken);
        var parts = await PartsAsync(work, plan, month, cancellationToken);
        if (draws.Count == 0 || parts.Count == 0)
        {
            throw QualityFaults.NothingToPublish.Exception("month");
        }

        var head = new PublishedHead(
            planId,
            plan.NameZh,
            plan.NameEn,
            plan.Kind,
            plan.Setting,
            Months.Text(month),
            version,
            reason?.Trim() ?? "",
            draws,
            parts.Count,
            parts.Sum(p => p.Population),
            parts.Sum(p => p.Reviewed),
            parts.Sum(p => p.Rational),
            parts.Sum(p => p.Irrational),
            person.Name,
            time.GetUtcNow()
        );
        await WriteAsync(work, publicationId, plan, month, head, parts, previous, person, cancellationToken);
        await work.CommitAsync(cancellationToken);
        return true;
    }

    public static string Text<T>(T part) => JsonSerializer.Serialize(part, StoredJson.Options);

    public static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    /// <param name="parts">In the order of their institutions' codes.</param>
    public static byte[] Hash(byte[]? previous, byte[] head, IEnumerable<byte[]> parts) =>
        Hash(string.Concat(parts.Prepend(head).Prepend(previous ?? new byte[32]).Select(h => Convert.ToHexStringLower(h) + "\n")));

    private static async Task<SamplingPlan> LockPlanAsync(Work work, Guid planId, Person person, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            $"select {SamplingStore.PlanColumns} from quality.review_plan p where p.plan_id = $1 and p.current and p.owner_code = $2 for update",
            planId,
            person.InstitutionCode
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? SamplingStore.Plan(reader)
            : throw QualityFaults.PlanNotFound.Exception("planId");
    }

    private static async Task<(int Version, byte[]? Previous)> PreviousAsync(
        Work work,
        Guid planId,
        DateOnly month,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            "select version + 1, sha256 from quality.review_publication where plan_id = $1 and month = $2 order by version desc limit 1",
            planId,
            month
        );
        await using var r = await command.ExecuteReaderAsync(cancellationToken);
        return await r.ReadAsync(cancellationToken) ? (r.GetInt32(0), r.GetFieldValue<byte[]>(1)) : (1, null);
    }

    private static async Task<List<PublishedDraw>> DrawsAsync(Work work, Guid planId, DateOnly month, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            $"""
            select {SamplingStore.RunColumns} from quality.review_run r
            where r.plan_id = $1 and r.period_from <= $2 and r.period_until > $2 order by r.period_from, r.sequence
            """,
            planId,
            month
        );
        var draws = new List<PublishedDraw>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var run = SamplingStore.Run(reader);
            draws.Add(new PublishedDraw(run.RunId, run.Sequence, run.Seed, run.Digest, run.Algorithm, run.Population, run.Drawn));
        }

        return draws;
    }

    private async Task<List<PublishedPart>> PartsAsync(Work work, SamplingPlan plan, DateOnly month, CancellationToken cancellationToken)
    {
        // The population as the newest draw of the period counted it.
        await using var command = work.Command(
            """
            with drawn as (
                select distinct s.prescription_id from quality.review_sample s join quality.review_run r using (run_id)
                where r.plan_id = $1 and r.period_from <= $2 and r.period_until > $2),
            counted as (
                select distinct on (part.institution_code) part.institution_code, part.population
                from quality.review_run_part part join quality.review_run r using (run_id)
                where r.plan_id = $1 and r.period_from <= $2 and r.period_until > $2
                order by part.institution_code, r.period_from desc, r.sequence desc)
            select v.institution_code, max(v.region_code), max(counted.population), count(*) filter (where v.stage <> 'concluded'),
                   coalesce(jsonb_agg(v.final_codes) filter (where v.stage = 'concluded'), '[]')
            from drawn join quality.review v using (prescription_id) join counted using (institution_code)
            where v.month = $2
            group by v.institution_code order by v.institution_code collate "C"
            """,
            plan.PlanId,
            month
        );
        var parts = new List<PublishedPart>();
        long open = 0;
        await using var r = await command.ExecuteReaderAsync(cancellationToken);
        while (await r.ReadAsync(cancellationToken))
        {
            open += r.GetInt64(3);
            var verdicts = StoredJson.Read<string[][]>(r.GetString(4));
            var population = r.GetInt32(2);
            parts.Add(
                new PublishedPart(
                    r.GetString(0),
                    r.GetString(1),
                    population,
                    plan.Kind == SamplingPlan.Routine ? regulation.Required(plan.Setting, population) : null,
                    verdicts.Length,
                    verdicts.Count(v => v.Length == 0),
                    verdicts.Count(v => v.Length > 0),
                    verdicts.Count(v => v.Any(c => c.StartsWith("1-", StringComparison.Ordinal))),
                    verdicts.Count(v => v.Any(c => c.StartsWith("2-", StringComparison.Ordinal))),
                    verdicts.Count(v => v.Any(c => c.StartsWith("3-", StringComparison.Ordinal))),
                    new SortedDictionary<string, int>(
                        verdicts.SelectMany(v => v).GroupBy(c => c).ToDictionary(c => c.Key, c => c.Count()),
                        Comparer<string>.Create((a, b) => Place(a) - Place(b))
                    )
                )
            );
        }

        return open == 0 ? parts : throw QualityFaults.OpenReviews.Exception("month", open);
    }

    private int Place(string code) => codes.All.Index().First(c => c.Item.Code == code).Index;

    private static async Task WriteAsync(
        Work work,
        Guid publicationId,
        SamplingPlan plan,
        DateOnly month,
        PublishedHead head,
        List<PublishedPart> parts,
        byte[]? previous,
        Person person,
        CancellationToken cancellationToken
    )
    {
        var text = Text(head);
        var texts = parts.Select(p => (Part: p, Text: Text(p), Hash: Hash(Text(p)))).ToArray();
        await using var insert = work.Command(
            """
            insert into quality.review_publication (publication_id, plan_id, month, version, owner_code, regions, head, sha256, previous, reason,
                published_by, published_name, published_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            """,
            publicationId,
            plan.PlanId,
            month,
            head.Version,
            plan.OwnerCode,
            plan.Regions,
            text,
            Hash(previous, Hash(text), texts.Select(t => t.Hash)),
            previous,
            head.Reason,
            person.Subject,
            person.Name,
            head.PublishedAt
        );
        insert.Parameters[8].NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bytea;
        await insert.ExecuteNonQueryAsync(cancellationToken);
        foreach (var (part, content, hash) in texts)
        {
            await using var row = work.Command(
                """
                insert into quality.review_publication_part (publication_id, institution_code, region_code, content, sha256)
                values ($1, $2, $3, $4, $5)
                """,
                publicationId,
                part.InstitutionCode,
                part.RegionCode,
                content,
                hash
            );
            await row.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
