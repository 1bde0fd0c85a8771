using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Cockpit.Indicators.Plans;

/// <summary>The plans in the database. Whose they are is decided in the WHERE: what is not the caller's is not there.</summary>
public sealed class PlanStore(NpgsqlDataSource database, EventExchange exchange, TimeProvider time)
{
    /// <summary>A caller reads the plans of its subtree, and those above it, which count it too.</summary>
    private const string Readable = "(p.region collate \"C\" like @prefix || '%' or p.region = any(@above))";

    private const string Columns = """
        p.code, p.region, p.name_zh, p.name_en, p.source, p.version, p.updated_at, p.updated_by, i.seq, i.group_zh, i.name_zh, i.name_en, i.unit,
        i.kind, i.owner_zh, i.definition_zh, i.direction, i.baseline_year, i.baseline, i.target_year, i.target_min, i.target_max, i.numerator,
        i.denominator, i.scale, i.interim::text
        """;

    /// <summary>All that the caller reads, by their codes.</summary>
    /// <param name="code">only this one; null for all</param>
    public async Task<IReadOnlyList<Plan>> ListAsync(Reach reach, string? code, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            select {Columns} from cockpit.plan p join cockpit.plan_indicator i on i.plan = p.code
            where {Readable} and (@code::text is null or p.code = @code) order by p.code, i.seq
            """
        );
        command.Parameters.AddWithValue("prefix", reach.Prefix);
        command.Parameters.AddWithValue("above", reach.Above);
        command.Parameters.Add(new("code", NpgsqlDbType.Text) { Value = (object?)code ?? DBNull.Value });
        return await ReadAsync(command, cancellationToken);
    }

    /// <exception cref="FaultException">COC-0336</exception>
    public async Task<Plan> FindAsync(Reach reach, string code, CancellationToken cancellationToken) =>
        (await ListAsync(reach, code, cancellationToken)).SingleOrDefault() ?? throw CockpitFaults.UnknownPlan.Exception("plan");

    /// <summary>Within a transaction of the caller, locked until its end; null when it is not there or not the caller's to change.</summary>
    internal static async Task<Plan?> LockAsync(Work work, Reach reach, string code, CancellationToken cancellationToken)
    {
        await using (var locking = work.Command("select from cockpit.plan where code = $1 for update", code))
        {
            await locking.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var command = work.Command(
            $"""
            select {Columns} from cockpit.plan p join cockpit.plan_indicator i on i.plan = p.code
            where p.code = $1 and p.region collate "C" like $2 || '%' order by i.seq
            """,
            code,
            reach.Prefix
        );
        return (await ReadAsync(command, cancellationToken)).SingleOrDefault();
    }

    /// <summary>Makes the plan what is asked; nothing happens when nothing differs.</summary>
    /// <param name="version">that it was changed from; 0 for a new one</param>
    /// <exception cref="FaultException">every fault of the plan; COC-0336, COC-0338, COC-0340, COC-0341, COC-0342</exception>
    public async Task<Plan> SaveAsync(Reach reach, Plan asked, int version, CancellationToken cancellationToken)
    {
        PlanRules.Check(asked).ThrowIfAny();
        await using var work = await exchange.BeginAsync(cancellationToken);
        var before = await LockAsync(work, reach, asked.Code, cancellationToken);
        if (version == 0 && before is not null && !Same(before, asked))
        {
            throw CockpitFaults.PlanTaken.Exception("code");
        }

        if (version != 0 && before is null)
        {
            throw CockpitFaults.UnknownPlan.Exception("plan");
        }

        // The same again, because the answer was lost, is no conflict.
        if (before is not null && Same(before, asked))
        {
            return before;
        }

        if (before is not null && before.Version != version)
        {
            throw CockpitFaults.PlanStale.Exception();
        }

        var after = await ApplyAsync(work, reach, before, asked, time.GetUtcNow(), cancellationToken);
        await work.CommitAsync(cancellationToken);
        return after;
    }

    internal static async Task<Plan> ApplyAsync(
        Work work,
        Reach reach,
        Plan? before,
        Plan asked,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        if (!reach.Covers(asked.RegionCode))
        {
            throw CockpitFaults.UnknownRegion.Exception("regionCode");
        }

        if (before is not null && before.RegionCode != asked.RegionCode)
        {
            throw CockpitFaults.PlanRegionFixed.Exception("regionCode");
        }

        var after = asked with
        {
            Indicators = [.. asked.Indicators.OrderBy(i => i.Seq)],
            Version = (before?.Version ?? 0) + 1,
            UpdatedAt = now,
            UpdatedBy = reach.Name,
        };
        await using (
            var plan = work.Command(
                """
                insert into cockpit.plan as p (code, region, name_zh, name_en, source, version, updated_at, updated_by)
                values ($1, $2, $3, $4, $5, $6, $7, $8)
                on conflict (code) do update set name_zh = excluded.name_zh, name_en = excluded.name_en, source = excluded.source,
                    version = excluded.version, updated_at = excluded.updated_at, updated_by = excluded.updated_by
                where p.version = excluded.version - 1
                """,
                after.Code,
                after.RegionCode,
                after.NameZh,
                after.NameEn,
                after.Source,
                after.Version,
                now.UtcDateTime,
                reach.Name
            )
        )
        {
            // Another region's, or somebody was quicker.
            if (await plan.ExecuteNonQueryAsync(cancellationToken) == 0)
            {
                throw CockpitFaults.PlanTaken.Exception("code");
            }
        }

        await RemoveAsync(work, before, after, cancellationToken);
        foreach (var indicator in after.Indicators.Where(i => before?.Indicators.Any(b => Text(b) == Text(i)) is not true))
        {
            await WriteAsync(work, after.Code, indicator, cancellationToken);
        }

        await using var history = work.Command(
            "insert into cockpit.plan_history (plan, version, at, actor, actor_of, content) values ($1, $2, $3, $4, $5, $6::jsonb)",
            after.Code,
            after.Version,
            now.UtcDateTime,
            reach.Name,
            reach.Institution,
            JsonSerializer.Serialize(after, StoredJson.Options)
        );
        await history.ExecuteNonQueryAsync(cancellationToken);
        return after;
    }

    /// <summary>Whether both say the same, whoever wrote them and when.</summary>
    internal static bool Same(Plan one, Plan other) =>
        (one.Code, one.RegionCode, one.NameZh, one.NameEn, one.Source)
            == (other.Code, other.RegionCode, other.NameZh, other.NameEn, other.Source)
        && one.Indicators.Select(Text).SequenceEqual(other.Indicators.OrderBy(i => i.Seq).Select(Text));

    /// <summary>Equal where two indicators say the same: 1.0 and 1 are one number.</summary>
    internal static string Text(Indicator indicator)
    {
        static decimal? Plain(decimal? value) => value / 1.0000000000000000000000000m;
        return JsonSerializer.Serialize(
            indicator with
            {
                Baseline = Plain(indicator.Baseline),
                TargetMin = Plain(indicator.TargetMin)!.Value,
                TargetMax = Plain(indicator.TargetMax),
                Scale = Plain(indicator.Scale)!.Value,
                Interim = new SortedDictionary<int, decimal>(indicator.Interim.ToDictionary(i => i.Key, i => Plain(i.Value)!.Value)),
            },
            StoredJson.Options
        );
    }

    private static async Task RemoveAsync(Work work, Plan? before, Plan after, CancellationToken cancellationToken)
    {
        int[] gone = [.. (before?.Indicators ?? []).Select(i => i.Seq).Except(after.Indicators.Select(i => i.Seq))];
        if (gone.Length == 0)
        {
            return;
        }

        await using (
            var reported = work.Command("select min(seq) from cockpit.reported_value where plan = $1 and seq = any($2)", after.Code, gone)
        )
        {
            if (await reported.ExecuteScalarAsync(cancellationToken) is int seq)
            {
                throw CockpitFaults.StillReported.Exception("indicators", seq);
            }
        }

        await using var remove = work.Command("delete from cockpit.plan_indicator where plan = $1 and seq = any($2)", after.Code, gone);
        await remove.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task WriteAsync(Work work, string plan, Indicator i, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            insert into cockpit.plan_indicator (plan, seq, group_zh, name_zh, name_en, unit, kind, owner_zh, definition_zh, direction, baseline_year,
                baseline, target_year, target_min, target_max, numerator, denominator, scale, interim)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19::jsonb)
            on conflict (plan, seq) do update set group_zh = excluded.group_zh, name_zh = excluded.name_zh, name_en = excluded.name_en,
                unit = excluded.unit, kind = excluded.kind, owner_zh = excluded.owner_zh, definition_zh = excluded.definition_zh,
                direction = excluded.direction, baseline_year = excluded.baseline_year, baseline = excluded.baseline,
                target_year = excluded.target_year, target_min = excluded.target_min, target_max = excluded.target_max,
                numerator = excluded.numerator, denominator = excluded.denominator, scale = excluded.scale, interim = excluded.interim
            """
        );
        object?[] values =
        [
            plan,
            i.Seq,
            i.GroupZh,
            i.NameZh,
            i.NameEn,
            i.Unit,
            i.Kind,
            i.OwnerZh,
            i.DefinitionZh,
            i.Direction,
            i.BaselineYear,
            i.Baseline,
            i.TargetYear,
            i.TargetMin,
            i.TargetMax,
            i.Numerator,
            i.Denominator,
            i.Scale,
            JsonSerializer.Serialize(i.Interim),
        ];
        foreach (var (n, value) in values.Index())
        {
            command.Parameters.Add(
                value is null ? new() { Value = DBNull.Value, NpgsqlDbType = TypeOf(n) } : new NpgsqlParameter { Value = value }
            );
        }

        await command.ExecuteNonQueryAsync(cancellationToken);

        static NpgsqlDbType TypeOf(int n) =>
            n is 10 ? NpgsqlDbType.Integer
            : n is 15 or 16 ? NpgsqlDbType.Text
            : NpgsqlDbType.Numeric;
    }

    private static async Task<IReadOnlyList<Plan>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var plans = new List<(Plan Plan, List<Indicator> Indicators)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            if (plans.Count == 0 || plans[^1].Plan.Code != reader.GetString(0))
            {
                var indicators = new List<Indicator>();
                plans.Add((Head(reader, indicators), indicators));
            }

            plans[^1].Indicators.Add(Line(reader));
        }

        return [.. plans.Select(p => p.Plan)];
    }

    private static Plan Head(DbDataReader row, List<Indicator> indicators) =>
        new()
        {
            Code = row.GetString(0),
            RegionCode = row.GetString(1),
            NameZh = row.GetString(2),
            NameEn = row.GetString(3),
            Source = row.GetString(4),
            Version = row.GetInt32(5),
            UpdatedAt = row.GetFieldValue<DateTimeOffset>(6),
            UpdatedBy = row.GetString(7),
            Indicators = indicators,
        };

    private static Indicator Line(DbDataReader row) =>
        new()
        {
            Seq = row.GetInt32(8),
            GroupZh = row.GetString(9),
            NameZh = row.GetString(10),
            NameEn = row.GetString(11),
            Unit = row.GetString(12),
            Kind = row.GetString(13),
            OwnerZh = row.GetString(14),
            DefinitionZh = row.GetString(15),
            Direction = row.GetString(16),
            BaselineYear = row.IsDBNull(17) ? null : row.GetInt32(17),
            Baseline = row.IsDBNull(18) ? null : row.GetDecimal(18),
            TargetYear = row.GetInt32(19),
            TargetMin = row.GetDecimal(20),
            TargetMax = row.IsDBNull(21) ? null : row.GetDecimal(21),
            Numerator = row.TextAt(22),
            Denominator = row.TextAt(23),
            Scale = row.GetDecimal(24),
            Interim = new SortedDictionary<int, decimal>(
                StoredJson
                    .Read<Dictionary<string, decimal>>(row.GetString(25))
                    .ToDictionary(p => int.Parse(p.Key, CultureInfo.InvariantCulture), p => p.Value)
            ),
        };
}
