using System.Security.Claims;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Traceability.Recalls;

/// <summary>
/// Whose a recall's items are: an institution's prescriptions, a centre's lots and prescriptions, a regulator's region (a 统一社会信用代码 carries
/// its region in characters 3 to 8, GB 32100). Whoever issued a recall sees how far everybody is, but no prescription's id.
/// </summary>
public sealed record RecallSight(string Institution, string Name, bool Everything, string? RegionPattern)
{
    /// <summary>SQL over item <c>i</c> and the parameters $1 to $3 of <see cref="Parameters"/>.</summary>
    public const string Mine = """
        ($1 or i.institution_code = $2 or i.centre_code = $2 or i.region_code like $3 or substr(i.centre_code, 3, 6) like $3)
        """;

    /// <summary>SQL over recall <c>r</c>.</summary>
    public const string Issued = "($1 or r.issuer = $2 and r.issuer <> '')";

    public static RecallSight Of(ClaimsPrincipal caller) =>
        new(
            caller.InstitutionCode(),
            caller.DisplayName(),
            caller.HasRole(Roles.Operator),
            Oversees(caller) && caller.RegionPrefix() is { } prefix ? prefix + "%" : null
        );

    /// <summary>Regulators, and quality centres of a city or province; a single house's quality control has its own house.</summary>
    private static bool Oversees(ClaimsPrincipal caller) =>
        caller.HasRole(Roles.Regulator) || caller.HasRole(Roles.Quality) && caller.RegionCode().EndsWith("00", StringComparison.Ordinal);

    public NpgsqlParameter[] Parameters() =>
        [
            new() { Value = Everything },
            new() { Value = Institution },
            new() { Value = (object?)RegionPattern ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
        ];
}
