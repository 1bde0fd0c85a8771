using System.Security.Claims;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Quality.Reviews;

/// <summary>Who does it, of which institution. Two persons are told apart by <paramref name="Subject"/>.</summary>
internal sealed record Person(string Subject, string Name, string InstitutionCode)
{
    /// <summary>The platform itself, when a time runs out.</summary>
    public static readonly Person Platform = new("platform", "系统", "");

    public static Person Of(ClaimsPrincipal caller) => new(caller.Subject(), caller.DisplayName(), caller.InstitutionCode());
}
