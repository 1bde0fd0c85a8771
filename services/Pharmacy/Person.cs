using System.Security.Claims;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Pharmacy;

/// <summary>Who does it, at which centre. Two persons are told apart by <paramref name="Subject"/>, never by name.</summary>
internal sealed record Person(string Subject, string Name, string CentreCode)
{
    public static Person Of(ClaimsPrincipal caller) => new(caller.Subject(), caller.DisplayName(), caller.InstitutionCode());
}
