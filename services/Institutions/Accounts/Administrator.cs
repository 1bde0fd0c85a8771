using System.Security.Claims;
using TcmBrain.Contracts;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Institutions.Accounts;

/// <summary>
/// Whose accounts a caller may manage, as it goes into the WHERE of every query, and which roles it may give: an operator any; a regulator
/// its region's, all but operators and services; an institution's administrator (机构管理员) its own, and no regulators either. Who may not
/// give a role may not touch an account that has it: a new password for an operator would be an operator's role.
/// </summary>
internal sealed record Administrator(string Name, bool All, string? RegionPrefix, string? OwnCode)
{
    /// <summary>To be used over <c>institutions.institution i</c> with parameters all, regionPrefix and ownCode.</summary>
    public const string Sql = "(@all or i.region_code like @regionPrefix || '%' or i.code = @ownCode)";

    /// <summary>Who may come here at all.</summary>
    public static readonly string[] Allowed = [Roles.Operator, Roles.Regulator, Roles.Admin];

    public static Administrator Of(ClaimsPrincipal caller) =>
        new(
            caller.Subject(),
            caller.HasRole(Roles.Operator),
            caller.HasRole(Roles.Regulator) ? caller.RegionPrefix() : null,
            caller.HasRole(Roles.Admin) ? caller.InstitutionCode() : null
        );

    /// <summary>The platform itself, at bootstrap.</summary>
    public static readonly Administrator Bootstrap = new("bootstrap", true, null, null);

    public bool MayGrant(string role) =>
        All
        || role switch
        {
            Roles.Operator or Roles.Service => false,
            Roles.Regulator => RegionPrefix is not null,
            _ => true,
        };

    /// <exception cref="FaultException">INS-0306, naming the first role that is beyond reach</exception>
    public void DemandReach(IEnumerable<string> roles)
    {
        foreach (var role in roles)
        {
            if (!MayGrant(role))
            {
                throw InstitutionsFaults.RoleBeyondReach.Exception("roles", role);
            }
        }
    }
}
