using Npgsql;
using TcmBrain.Cockpit.Indicators.Plans;
using TcmBrain.Contracts;

namespace TcmBrain.Cockpit.Indicators.Evaluation;

/// <param name="Population">of a county; 0 above</param>
public sealed record RegionEntry(string Code, string NameZh, string NameEn, int Population, double? Longitude, double? Latitude);

/// <summary>The regions as the register told them last (区划).</summary>
/// <param name="Since">when the first institution was registered; null: none is</param>
public sealed record RegionTree(IReadOnlyDictionary<string, RegionEntry> Regions, DateOnly? Since)
{
    public IEnumerable<RegionEntry> Below(string region) => Regions.Values.Where(r => Reach.IsAbove(region, r.Code));

    /// <summary>Those directly below.</summary>
    public IEnumerable<RegionEntry> Children(string region) =>
        Regions.Values.Where(r => (RegionCode.Parent(r.Code) ?? Folding.Scope.Everywhere.Code) == region && r.Code != region);

    public static async Task<RegionTree> LoadAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(
            new(
                """
                select code, name_zh, name_en, population, longitude, latitude from cockpit.register_region
                where until is null and not retired order by code
                """
            )
        );
        batch.BatchCommands.Add(new("select min(since) from cockpit.register_institution"));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var regions = new Dictionary<string, RegionEntry>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            regions[reader.GetString(0)] = new(
                reader.GetString(0),
                reader.GetString(1),
                reader.GetString(2),
                reader.GetInt32(3),
                reader.IsDBNull(4) ? null : reader.GetDouble(4),
                reader.IsDBNull(5) ? null : reader.GetDouble(5)
            );
        }

        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new(regions, reader.IsDBNull(0) ? null : RegionTime.DayOf(reader.GetFieldValue<DateTimeOffset>(0)));
    }
}
