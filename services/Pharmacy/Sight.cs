using System.Security.Claims;
using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Pharmacy;

/// <summary>
/// What a caller may see (可见范围): its own institution's prescriptions, what its own centre holds, and by right of supervision those of its
/// region's subtree. Goes into the WHERE of every read, so that not-found and not-yours look alike.
/// </summary>
internal readonly record struct Sight(string Institution, string RegionPrefix, bool Everything)
{
    /// <summary>For a query over <c>p</c> (prescriptions).</summary>
    public const string OfPrescription = """
        (@everything or p.institution_code = @institution or p.centre_code = @institution
         or (@region <> '' and starts_with(p.region_code, @region)))
        """;

    /// <summary>For a query over <c>c</c> (institutions, as centres).</summary>
    public const string OfCentre = """
        (@everything or c.code = @institution or (@region <> '' and starts_with(c.region_code, @region)))
        """;

    public static Sight Of(ClaimsPrincipal caller) =>
        new(
            caller.InstitutionCode(),
            caller.HasAnyRole(Roles.Regulator, Roles.Quality) ? caller.RegionPrefix() ?? "" : "",
            caller.HasAnyRole(Roles.Operator, Roles.Service)
        );

    public NpgsqlCommand Guard(NpgsqlCommand command)
    {
        command.Parameters.AddWithValue("institution", Institution);
        command.Parameters.AddWithValue("region", RegionPrefix);
        command.Parameters.AddWithValue("everything", Everything);
        return command;
    }
}
