using Dapper;
using Npgsql;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Cockpit.Live;
using TcmBrain.Contracts;

namespace TcmBrain.Cockpit.Reading;

/// <summary>Curves, series and maps, all from counters and sketches.</summary>
internal sealed class HistoryStore(NpgsqlDataSource database, InstitutionRegister register)
{
    private const int MostInstitutions = 500;

    public async Task<CurveView> CurveAsync(Scope scope, string metric, DateOnly day, CancellationToken cancellationToken)
    {
        const string sql = """
            select day::timestamp, hour, value from cockpit.counters
            where kind = @Kind::"char" and code = @Code and day = any(@days) and metric = @metric
            """;
        var before = day.AddDays(-7);
        var (now, then) = (new long[24], new long[24]);
        var rows = await QueryAsync<(DateTime Day, short Hour, long Value)>(
            sql,
            new
            {
                Kind = scope.Kind.ToString(),
                scope.Code,
                days = new[] { day, before },
                metric,
            },
            cancellationToken
        );
        foreach (var (at, hour, value) in rows)
        {
            (DateOnly.FromDateTime(at) == day ? now : then)[hour] += value;
        }

        return new(metric, day, now, new(before, then));
    }

    public async Task<SeriesView> SeriesAsync(
        Scope scope,
        string[] metrics,
        DateOnly from,
        DateOnly to,
        CancellationToken cancellationToken
    )
    {
        // One range of the primary key; a day has some thousand rows.
        const string sql = """
            select day::timestamp, metric, sum(value)::bigint from cockpit.counters
            where kind = @Kind::"char" and code = @Code and day between @from and @to and metric = any(@metrics)
            group by day, metric
            """;
        var rows = await QueryAsync<(DateTime Day, string Metric, long Value)>(
            sql,
            new
            {
                Kind = scope.Kind.ToString(),
                scope.Code,
                from,
                to,
                metrics,
            },
            cancellationToken
        );
        var byDay = rows.ToLookup(r => DateOnly.FromDateTime(r.Day));
        return new(
            from,
            to,
            [
                .. Enumerable
                    .Range(0, to.DayNumber - from.DayNumber + 1)
                    .Select(from.AddDays)
                    .Select(day => new SeriesDay(day, byDay[day].ToDictionary(r => r.Metric, r => r.Value))),
            ]
        );
    }

    public async Task<RegionsView> RegionsAsync(string region, MapMeasure measure, DateOnly day, CancellationToken cancellationToken)
    {
        // Regions of which anything was ever counted: one look into the primary key for each.
        const string sql = """
            with recursive known (code) as (
                (select code from cockpit.counters where kind = 'r' order by code limit 1)
                union all
                select (select c.code from cockpit.counters c where c.kind = 'r' and c.code > known.code order by c.code limit 1)
                from known where known.code is not null)
            select code from known where code is not null
            """;
        var known = await QueryAsync<string>(sql, new { }, cancellationToken);
        var regions = known.Where(code => code != region && RegionCode.Parent(code) == region).ToList();
        if (region == Scope.Everywhere.Code)
        {
            regions = [.. known.Where(code => RegionCode.IsWellFormed(code) && RegionCode.Parent(code) is null)];
        }

        var cards = register.Within(region == Scope.Everywhere.Code ? "" : RegionCode.SubtreePrefix(region)).ToDictionary(c => c.Code);
        var scopes = regions
            .Select(Scope.OfRegion)
            .Concat(cards.Values.Select(c => c.Kind is "pharmacy" or "decoction" ? Scope.OfCentre(c.Code) : Scope.OfInstitution(c.Code)))
            .ToList();
        var values = await measure.ReadAsync(this, scopes, day, cancellationToken);
        return new(
            measure.Name,
            day,
            region,
            [
                .. values
                    .Where(v => v.Key.Kind == Scope.RegionKind)
                    .OrderBy(v => v.Key.Code, StringComparer.Ordinal)
                    .Select(v => new RegionValue(v.Key.Code, v.Value.Value, v.Value.Part, v.Value.Whole)),
            ],
            [
                .. values
                    .Where(v => v.Key.Kind != Scope.RegionKind)
                    .OrderByDescending(v => v.Value.Value)
                    .ThenBy(v => v.Key.Code, StringComparer.Ordinal)
                    .Take(MostInstitutions)
                    .Select(v => new InstitutionValue(
                        Place.Of(v.Key.Code, register)!,
                        cards[v.Key.Code].Region,
                        v.Value.Value,
                        v.Value.Part,
                        v.Value.Whole
                    )),
            ]
        );
    }

    /// <summary>A day's totals of these metrics, of those scopes that have any: index ranges of the primary key.</summary>
    public async Task<ILookup<Scope, (string Metric, long Value)>> TotalsAsync(
        IReadOnlyCollection<Scope> scopes,
        string[] metrics,
        DateOnly day,
        CancellationToken cancellationToken
    )
    {
        const string sql = """
            select c.kind::text, c.code, c.metric, sum(c.value)::bigint
            from unnest(@kinds, @codes) s (kind, code)
            join cockpit.counters c on c.kind = s.kind::"char" and c.code = s.code and c.day = @day
            where c.metric = any(@metrics)
            group by 1, 2, 3
            """;
        var rows = await QueryAsync<(string Kind, string Code, string Metric, long Value)>(
            sql,
            new
            {
                kinds = scopes.Select(s => s.Kind.ToString()).ToArray(),
                codes = scopes.Select(s => s.Code).ToArray(),
                metrics,
                day,
            },
            cancellationToken
        );
        return rows.ToLookup(r => new Scope(r.Kind[0], r.Code), r => (r.Metric, r.Value));
    }

    /// <summary>A day's turn-rounds of one measure, of those scopes that have any.</summary>
    public async Task<Dictionary<Scope, Sketch>> SketchesAsync(
        IReadOnlyCollection<Scope> scopes,
        string measure,
        DateOnly day,
        CancellationToken cancellationToken
    )
    {
        const string sql = """
            select c.kind::text, c.code, c.count, c.sum, c.data
            from unnest(@kinds, @codes) s (kind, code)
            join cockpit.sketches c on c.kind = s.kind::"char" and c.code = s.code and c.day = @day
            where c.measure = @measure and c.count > 0
            """;
        var rows = await QueryAsync<(string Kind, string Code, long Count, long Sum, byte[] Data)>(
            sql,
            new
            {
                kinds = scopes.Select(s => s.Kind.ToString()).ToArray(),
                codes = scopes.Select(s => s.Code).ToArray(),
                measure,
                day,
            },
            cancellationToken
        );
        var sketches = new Dictionary<Scope, Sketch>();
        foreach (var (kind, code, count, sum, data) in rows)
        {
            var scope = new Scope(kind[0], code);
            sketches.TryAdd(scope, new Sketch());
            sketches[scope].Add(Sketch.Decode(count, sum, data));
        }

        return sketches;
    }

    private async Task<List<T>> QueryAsync<T>(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken))).AsList();
    }
}
