using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Institutions.Accounts;

/// <summary>
/// Signature keys over HTTP. Only the institution's own administrator or the operator registers one: who supervises a hospital must not be
/// able to sign in its name. A regulator may see and revoke.
/// </summary>
internal static class SignatureKeyEndpoints
{
    public static void MapSignatureKeys(this WebApplication app)
    {
        var keys = app.MapGroup("/api/institutions/{code:length(18)}/signature-keys").WithTags("signature-keys");
        keys.MapGet("/", ListAsync).RequireRole(Administrator.Allowed).WithName("ListSignatureKeys");
        keys.MapPost("/", RegisterAsync).RequireRole(Roles.Admin, Roles.Operator).WithName("RegisterSignatureKey");
        keys.MapDelete("/{keyId}", RevokeAsync).RequireRole(Administrator.Allowed).WithName("RevokeSignatureKey");
    }

    private static async Task<Ok<Listed<SignatureKeyView>>> ListAsync(
        string code,
        ClaimsPrincipal caller,
        AccountReading reading,
        SignatureKeyRegister register,
        CancellationToken stop
    )
    {
        var by = Administrator.Of(caller);
        _ = await reading.KindOfAsync(code, by, stop) ?? throw InstitutionsFaults.InstitutionNotFound.Exception();
        var keys = await register.ListAsync(code, by, stop);
        return TypedResults.Ok(new Listed<SignatureKeyView>(keys, null, keys.Count));
    }

    private static async Task<Created<SignatureKeyView>> RegisterAsync(
        string code,
        NewSignatureKey asked,
        ClaimsPrincipal caller,
        SignatureKeyRegister register,
        CancellationToken stop
    )
    {
        // Not by the regulator's right, should the caller be one as well.
        var key = await register.RegisterAsync(code, asked, Administrator.Of(caller) with { RegionPrefix = null }, stop);
        return TypedResults.Created($"/api/institutions/{code}/signature-keys/{key.KeyId}", key);
    }

    private static async Task<Ok<SignatureKeyView>> RevokeAsync(
        string code,
        string keyId,
        string? reason,
        ClaimsPrincipal caller,
        SignatureKeyRegister register,
        CancellationToken stop
    ) => TypedResults.Ok(await register.RevokeAsync(code, keyId, reason ?? "", Administrator.Of(caller), stop));
}
