using Npgsql;
using TcmBrain.Contracts;

namespace TcmBrain.Institutions.Register;

/// <summary>The register at a glance: on the map, and counted.</summary>
internal sealed class Overview(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>More points say nothing on a map; the total tells that there are more.</summary>
    private const int MostPoints = 20_000;

    private const string OwnOnly = "i.code = @scope_own";

    /// <summary>Those with coordinates, in one page.</summary>
    public async Task<Listing<MapPoint>> MapAsync(string? kind, string? regionPrefix, Scope scope, CancellationToken cancellationToken)
    {
        var where = scope
            .Restrict(new Conditions(), "i.region_code", OwnOnly)
            .And("i.longitude is not null")
            .AndIf(kind, "i.kind = @kind", "kind")
            .AndIf(regionPrefix, "i.region_code collate \"C\" like @region || '%'", "region");
        await using var command = database.CreateCommand(
            $"""
            select i.code, i.name_zh, i.name_en, i.kind, i.level, i.region_code, i.longitude, i.latitude, i.status, count(*) over ()
            from institutions.institution i where {where.Sql}
            order by i.region_code collate "C", i.name_zh collate "C", i.code collate "C" limit {MostPoints}
            """
        );
        where.Bind(command);
        var points = new List<MapPoint>();
        var total = 0L;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            points.Add(
                new MapPoint(
                    reader.GetString(0),
                    reader.GetString(1),
                    reader.GetString(2),
                    reader.GetString(3),
                    reader.GetString(4),
                    reader.GetString(5),
                    reader.GetDouble(6),
                    reader.GetDouble(7),
                    reader.GetString(8)
                )
            );
            total = reader.GetInt64(9);
        }

        return new Listing<MapPoint>(points, null, total);
    }

    public async Task<RegisterSummary> CountAsync(Scope scope, CancellationToken cancellationToken)
    {
        var institutions = scope.Restrict(new Conditions(), "i.region_code", OwnOnly);
        var people = Practitioners.PractitionerTable.Within(scope);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        long suspended = 0;
        long expired = 0;
        var byKind = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var byRegion = new SortedDictionary<string, long>(StringComparer.Ordinal);
        await using (var command = connection.CreateCommand())
        {
            command.CommandText = $"""
                select i.kind, i.region_code, count(*), count(*) filter (where i.status = 'suspended'),
                       count(*) filter (where i.licence_expires_on < @today)
                from institutions.institution i where {institutions.Sql} group by i.kind, i.region_code
                """;
            institutions.Bind(command);
            command.Parameters.AddWithValue("today", RegionTime.DayOf(time.GetUtcNow()));
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var (kind, region, count) = (reader.GetString(0), reader.GetString(1), reader.GetInt64(2));
                byKind[kind] = byKind.GetValueOrDefault(kind) + count;
                byRegion[region] = byRegion.GetValueOrDefault(region) + count;
                suspended += reader.GetInt64(3);
                expired += reader.GetInt64(4);
            }
        }

        var byCategory = new SortedDictionary<string, long>(StringComparer.Ordinal);
        await using (var command = connection.CreateCommand())
        {
            command.CommandText = $"select p.category, count(*) from institutions.practitioner p where {people.Sql} group by p.category";
            people.Bind(command);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                byCategory[reader.GetString(0)] = reader.GetInt64(1);
            }
        }

        return new RegisterSummary(byKind.Values.Sum(), suspended, expired, byCategory.Values.Sum(), byKind, byRegion, byCategory);
    }
}
