using System.Security.Claims;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Institutions.Register;

/// <summary>By what right an entry is changed.</summary>
internal enum Authority
{
    /// <summary>For its own institution.</summary>
    Institution,

    /// <summary>By supervision, within its region.</summary>
    Regulator,

    /// <summary>For the platform.</summary>
    Operator,
}

/// <summary>Who changes the register: how far it reaches, by what right, and the name that the history keeps.</summary>
/// <param name="Name">client id or user name</param>
internal sealed record Actor(Scope Scope, Authority Authority, string Name, string InstitutionCode)
{
    /// <summary>The service itself, where it seeds.</summary>
    public static readonly Actor Platform = new(new Scope(true, null, ""), Authority.Operator, "platform", "");

    public static Actor Of(ClaimsPrincipal caller) =>
        new(
            Scope.Of(caller),
            caller.HasRole(Roles.Operator) ? Authority.Operator
                : caller.HasRole(Roles.Regulator) ? Authority.Regulator
                : Authority.Institution,
            caller.Subject(),
            caller.InstitutionCode()
        );
}
