using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;

namespace TcmBrain.Cockpit.Indicators.Registers;

/// <summary>
/// Keeps the registers that indicators count (登记台账), version by version, in the transaction of the fold. Any order and any repetition of
/// the events ends in the same rows.
/// </summary>
internal static class RegisterFold
{
    public static async Task FoldAsync(IReadOnlyList<TakenEvent> events, Work work, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(work.Connection, work.Transaction);
        var touched = new Touched();
        foreach (var e in events.Select(taken => taken.Event))
        {
            Add(batch, touched, e);
        }

        if (batch.BatchCommands.Count == 0)
        {
            return;
        }

        Close(batch, "register_institution", "code", touched.Institutions);
        Close(batch, "register_practitioner", "code", touched.Practitioners);
        Close(batch, "register_region", "code", touched.Regions);
        Close(batch, "register_standing", "subject, code", touched.Standings);
        batch.BatchCommands.Add(new("update cockpit.register_revision set revision = revision + 1"));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void Add(NpgsqlBatch batch, Touched touched, Event e)
    {
        switch (e)
        {
            case InstitutionEntryEvent x:
                touched.Institutions.Add(x.Code);
                Institution(batch, x);
                break;
            case PractitionerEntryEvent x:
                touched.Practitioners.Add(x.Code);
                Practitioner(batch, x);
                break;
            case RegionChanged x:
                touched.Regions.Add(x.Code);
                Region(batch, x);
                break;
            case InstitutionSuspended x:
                Standing(batch, touched, 'i', x.Code, x, suspended: true);
                break;
            case InstitutionReinstated x:
                Standing(batch, touched, 'i', x.Code, x, suspended: false);
                break;
            case PractitionerSuspended x:
                Standing(batch, touched, 'p', x.Code, x, suspended: true);
                break;
            case PractitionerReinstated x:
                Standing(batch, touched, 'p', x.Code, x, suspended: false);
                break;
        }
    }

    private static void Institution(NpgsqlBatch batch, InstitutionEntryEvent e) =>
        Command(
            batch,
            """
            insert into cockpit.register_institution as r (code, version, since, shape, name_zh, name_en, kind, region, ownership, level, grade,
                beds, hall, departments, attributes, longitude, latitude)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15::jsonb, $16, $17)
            on conflict (code, version) do update set since = least(r.since, excluded.since), shape = excluded.shape,
                ownership = excluded.ownership, level = excluded.level, grade = excluded.grade, beds = excluded.beds, hall = excluded.hall,
                departments = excluded.departments, attributes = excluded.attributes
            where excluded.shape > r.shape
            """,
            e.Code,
            e.Version,
            e.OccurredAt.UtcDateTime,
            (short)(e.Attributes is not null ? 1 : 0),
            e.NameZh,
            e.NameEn,
            e.Kind,
            e.RegionCode,
            e.Ownership ?? "",
            e.Level ?? "",
            GradeOf(e.Level),
            e.Beds ?? 0,
            e.TcmHall ?? false,
            e.Departments ?? [],
            JsonSerializer.Serialize((e.Attributes ?? []).ToDictionary(a => a.Code, a => a.Value)),
            e.Longitude,
            e.Latitude
        );

    private static void Practitioner(NpgsqlBatch batch, PractitionerEntryEvent e) =>
        Command(
            batch,
            """
            insert into cockpit.register_practitioner as r (code, version, since, shape, institution, category, discipline, general_practice,
                grade, title)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            on conflict (code, version) do update set since = least(r.since, excluded.since), shape = excluded.shape,
                discipline = excluded.discipline, general_practice = excluded.general_practice, grade = excluded.grade, title = excluded.title
            where excluded.shape > r.shape
            """,
            e.Code,
            e.Version,
            e.OccurredAt.UtcDateTime,
            (short)(e.Discipline is not null ? 1 : 0),
            e.InstitutionCode,
            e.Category,
            e.Discipline ?? "",
            e.GeneralPractice ?? false,
            e.Grade ?? "",
            e.Title ?? ""
        );

    private static void Region(NpgsqlBatch batch, RegionChanged e) =>
        Command(
            batch,
            """
            insert into cockpit.register_region as r (code, version, since, shape, name_zh, name_en, population, retired, longitude, latitude)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            on conflict (code, version) do update set since = least(r.since, excluded.since), shape = excluded.shape,
                longitude = excluded.longitude, latitude = excluded.latitude
            where excluded.shape > r.shape
            """,
            e.Code,
            e.Version,
            e.OccurredAt.UtcDateTime,
            (short)(e.Longitude is not null ? 1 : 0),
            e.NameZh,
            e.NameEn,
            e.Population,
            e.Retired,
            e.Longitude,
            e.Latitude
        );

    private static void Standing(NpgsqlBatch batch, Touched touched, char subject, string code, Event e, bool suspended)
    {
        touched.Standings.Add(code);
        Command(
            batch,
            """
            insert into cockpit.register_standing (subject, code, version, since, suspended) values ($1::"char", $2, $3, $4, $5)
            on conflict (subject, code, version) do nothing
            """,
            subject.ToString(),
            code,
            e.Version,
            e.OccurredAt.UtcDateTime,
            suspended
        );
    }

    // A version's end is the beginning of the next that is there, whichever came first.
    private static void Close(NpgsqlBatch batch, string table, string key, HashSet<string> codes)
    {
        if (codes.Count > 0)
        {
            Command(
                batch,
                $"""
                update cockpit.{table} r set until = n.next
                from (select {key}, version, lead(since) over (partition by {key} order by version) next
                      from cockpit.{table} where code = any($1)) n
                where ({Qualified("r", key)}, r.version) = ({Qualified("n", key)}, n.version) and r.until is distinct from n.next
                """,
                (object)codes.Order(StringComparer.Ordinal).ToArray()
            );
        }
    }

    private static string Qualified(string alias, string key) => string.Join(", ", key.Split(", ").Select(k => $"{alias}.{k}"));

    /// <summary>一级 1, 二级 2, 三级 3; 0 for anything else.</summary>
    internal static short GradeOf(string? level) =>
        level is null || level.Length < 2 || level[1] != '级' ? (short)0
        : level[0] == '一' ? (short)1
        : level[0] == '二' ? (short)2
        : level[0] == '三' ? (short)3
        : (short)0;

    private static void Command(NpgsqlBatch batch, string sql, params ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(
                value is null
                    ? new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.Double }
                    : new NpgsqlParameter { Value = value }
            );
        }

        batch.BatchCommands.Add(command);
    }

    private sealed class Touched
    {
        public HashSet<string> Institutions { get; } = new(StringComparer.Ordinal);
        public HashSet<string> Practitioners { get; } = new(StringComparer.Ordinal);
        public HashSet<string> Regions { get; } = new(StringComparer.Ordinal);
        public HashSet<string> Standings { get; } = new(StringComparer.Ordinal);
    }
}
