using Npgsql;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Cockpit.Indicators.Evaluation;

namespace TcmBrain.Cockpit.Resources;

/// <summary>How many of a kind there are, and how many of them have coordinates.</summary>
public sealed record KindCount(string Kind, int Count, int Located);

/// <param name="Practitioners">whose main place it is</param>
/// <param name="Leading">leading enterprise (龙头企业)</param>
public sealed record ResourcePoint(
    string Code,
    string NameZh,
    string NameEn,
    string Kind,
    string Level,
    string RegionCode,
    double Longitude,
    double Latitude,
    int Beds,
    int Practitioners,
    bool TcmHall,
    bool Leading
);

/// <summary>The people of a county, at its seat.</summary>
public sealed record CountyPeople(
    string RegionCode,
    string NameZh,
    string NameEn,
    double? Longitude,
    double? Latitude,
    int Population,
    int Physicians,
    int TcmPhysicians,
    int Pharmacists,
    int Others
);

/// <summary>Resources of a region on one map (资源一张图). What is suspended is not in it.</summary>
public sealed record ResourceView(
    string Region,
    IReadOnlyList<KindCount> Kinds,
    IReadOnlyList<ResourcePoint> Points,
    IReadOnlyList<CountyPeople> People
);

public sealed class ResourceMap(NpgsqlDataSource database)
{
    private const string Active = """
        not exists (select from cockpit.register_standing s where s.subject = '{0}' and s.code = {1}.code and s.until is null and s.suspended)
        """;

    /// <param name="scope">a region's subtree, or one institution</param>
    /// <param name="kinds">null: all</param>
    public async Task<ResourceView> OfAsync(Scope scope, string[]? kinds, CancellationToken cancellationToken)
    {
        var prefix = scope.Kind == Scope.RegionKind ? Subtree.Prefix(scope.Code) : "";
        var own = scope.Kind == Scope.RegionKind ? "" : scope.Code;
        var within = $"""
            i.until is null and ($1 = '' or i.region collate "C" like $1 || '%') and ($2 = '' or i.code = $2)
            and {string.Format(System.Globalization.CultureInfo.InvariantCulture, Active, "i", "i")}
            """;
        await using var batch = database.CreateBatch();
        Add(
            $"select i.kind, count(*)::int, count(i.longitude)::int from cockpit.register_institution i where {within} group by 1 order by 1"
        );
        Add(
            $"""
            select i.code, i.name_zh, i.name_en, i.kind, i.level, i.region, i.longitude, i.latitude, i.beds, coalesce(p.count, 0)::int, i.hall,
                   coalesce((i.attributes ->> 'leading-enterprise')::int, 0) > 0
            from cockpit.register_institution i
            left join (select institution, count(*) from cockpit.register_practitioner p
                       where p.until is null and {string.Format(System.Globalization.CultureInfo.InvariantCulture, Active, "p", "p")}
                       group by 1) p on p.institution = i.code
            where {within} and i.longitude is not null and ($3::text[] is null or i.kind = any($3)) order by i.code
            """,
            kinds
        );
        Add(
            $"""
            select r.code, r.name_zh, r.name_en, r.longitude, r.latitude, r.population,
                   count(*) filter (where p.category = 'physician')::int,
                   count(*) filter (where p.category = 'physician' and p.discipline = 'tcm')::int,
                   count(*) filter (where p.category = 'pharmacist')::int,
                   count(*) filter (where p.category not in ('physician', 'pharmacist'))::int
            from cockpit.register_region r
            left join cockpit.register_institution i on i.region = r.code and {within}
            left join cockpit.register_practitioner p on p.institution = i.code and p.until is null
                and {string.Format(System.Globalization.CultureInfo.InvariantCulture, Active, "p", "p")}
            where r.until is null and not r.retired and r.population > 0 and ($1 = '' or r.code collate "C" like $1 || '%')
              and ($2 = '' or r.code = (select o.region from cockpit.register_institution o where o.code = $2 and o.until is null))
            group by 1, 2, 3, 4, 5, 6 order by 1
            """
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var counts = await RowsAsync(reader, r => new KindCount(r.GetString(0), r.GetInt32(1), r.GetInt32(2)), cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var points = await RowsAsync(reader, Point, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return new(scope.Kind == Scope.RegionKind ? scope.Code : "", counts, points, await RowsAsync(reader, People, cancellationToken));

        void Add(string sql, string[]? chosen = null)
        {
            var command = new NpgsqlBatchCommand(sql);
            command.Parameters.Add(new() { Value = prefix });
            command.Parameters.Add(new() { Value = own });
            if (sql.Contains("$3", StringComparison.Ordinal))
            {
                command.Parameters.Add(
                    new()
                    {
                        Value = (object?)chosen ?? DBNull.Value,
                        NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text,
                    }
                );
            }

            batch.BatchCommands.Add(command);
        }
    }

    private static ResourcePoint Point(NpgsqlDataReader r) =>
        new(
            r.GetString(0),
            r.GetString(1),
            r.GetString(2),
            r.GetString(3),
            r.GetString(4),
            r.GetString(5),
            r.GetDouble(6),
            r.GetDouble(7),
            r.GetInt32(8),
            r.GetInt32(9),
            r.GetBoolean(10),
            r.GetBoolean(11)
        );

    private static CountyPeople People(NpgsqlDataReader r) =>
        new(
            r.GetString(0),
            r.GetString(1),
            r.GetString(2),
            r.IsDBNull(3) ? null : r.GetDouble(3),
            r.IsDBNull(4) ? null : r.GetDouble(4),
            r.GetInt32(5),
            r.GetInt32(6),
            r.GetInt32(7),
            r.GetInt32(8),
            r.GetInt32(9)
        );

    private static async Task<List<T>> RowsAsync<T>(
        NpgsqlDataReader reader,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken
    )
    {
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
