using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.Institutions.Accounts;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Institutions.Keys;

/// <summary>The operator's hand on the keys that tokens are signed with.</summary>
internal static class SigningKeyEndpoints
{
    /// <param name="Withdraw">the retired key may be in wrong hands: its tokens end within seconds, and everybody signs in anew</param>
    public sealed record Rotation(bool Withdraw = false);

    public static void MapSigningKeys(this WebApplication app)
    {
        var keys = app.MapGroup("/api/institutions/keys").RequireRole(Roles.Operator);
        keys.MapGet("/", ListAsync).WithName("ListSigningKeys");
        keys.MapPost("/rotate", RotateAsync).WithName("RotateSigningKeys");
    }

    private static async Task<Ok<Listed<SigningKeyView>>> ListAsync(SigningKeyRing ring, CancellationToken stop)
    {
        var keys = await ring.ListAsync(stop);
        return TypedResults.Ok(new Listed<SigningKeyView>(keys, null, keys.Count));
    }

    private static async Task<Ok<Listed<SigningKeyView>>> RotateAsync(Rotation? asked, SigningKeyRing ring, CancellationToken stop)
    {
        await ring.RotateAsync(asked?.Withdraw ?? false, stop);
        return await ListAsync(ring, stop);
    }
}
