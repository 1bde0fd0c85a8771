using System.Security.Claims;
using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Quality;

/// <summary>
/// What a caller may see (可见范围): its own centre's, and what lies in the regions it looks after. Goes into the WHERE of every query, so
/// that not-found and not-yours look alike.
/// </summary>
internal readonly record struct Sight(string Institution, string[] RegionPrefixes, bool Everything)
{
    /// <summary>Over a table with <c>centre_code</c>; a 统一社会信用代码 carries its region in characters 3 to 8 (GB 32100).</summary>
    public const string Centre = """
        (@everything or centre_code = @institution
         or exists (select from unnest(@regions) as region (prefix) where starts_with(substr(centre_code, 3, 6), region.prefix)))
        """;

    /// <summary>Over a table with <c>region_code</c>.</summary>
    public const string Region = """
        (@everything or exists (select from unnest(@regions) as region (prefix) where starts_with(region_code, region.prefix)))
        """;

    public static Sight Of(ClaimsPrincipal caller, SupervisionSettings settings)
    {
        string[] prefixes =
            !caller.HasAnyRole(Roles.Quality, Roles.Regulator) ? []
            : settings.Regions.TryGetValue(caller.InstitutionCode(), out var codes) ? [.. codes.Select(RegionCode.SubtreePrefix)]
            : caller.RegionPrefix() is { } own ? [own]
            : [];
        return new(caller.InstitutionCode(), prefixes, caller.HasAnyRole(Roles.Operator, Roles.Service));
    }

    /// <summary>For what was read for another reason than to be shown.</summary>
    public bool Sees(string regionCode) => Everything || RegionPrefixes.Any(p => regionCode.StartsWith(p, StringComparison.Ordinal));

    /// <summary>Whether all of a region lies in what the caller looks after.</summary>
    public bool Holds(string region) =>
        RegionCode.IsWellFormed(region)
        && (Everything || RegionPrefixes.Any(p => RegionCode.SubtreePrefix(region).StartsWith(p, StringComparison.Ordinal)));

    public void Guard(NpgsqlCommand command)
    {
        command.Parameters.AddWithValue("institution", Institution);
        command.Parameters.AddWithValue("regions", RegionPrefixes);
        command.Parameters.AddWithValue("everything", Everything);
    }
}
