using System.Security.Claims;
using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Decoction;

/// <summary>
/// What a caller may see (可见范围): its own institution's prescriptions, those its centre handles, and by right of supervision those of
/// its region's subtree. Goes into the WHERE of every read, so that not-found and not-yours look alike.
/// </summary>
internal readonly record struct Sight(string Institution, string RegionPrefix, bool Everything)
{
    /// <summary>For a query over <c>job</c> whose parameters <c>@institution</c>, <c>@region</c> and <c>@everything</c> are set by <see cref="Guard"/>.</summary>
    public const string Where = """
        (@everything or job.institution_code = @institution or job.centre_code = @institution
         or (@region <> '' and starts_with(job.region_code, @region)))
        """;

    public static Sight Of(ClaimsPrincipal caller) =>
        new(
            caller.InstitutionCode(),
            caller.HasAnyRole(Roles.Regulator, Roles.Quality) ? caller.RegionPrefix() ?? "" : "",
            caller.HasAnyRole(Roles.Operator, Roles.Service)
        );

    public void Guard(NpgsqlCommand command)
    {
        command.Parameters.AddWithValue("institution", Institution);
        command.Parameters.AddWithValue("region", RegionPrefix);
        command.Parameters.AddWithValue("everything", Everything);
    }
}
