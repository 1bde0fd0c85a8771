using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.Institutions.SignIn;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Institutions.Accounts;

/// <summary>Programs and their secrets over HTTP.</summary>
internal static class ClientEndpoints
{
    public static void MapClients(this WebApplication app)
    {
        var institution = app.MapGroup("/api/institutions/{code:length(18)}/clients")
            .RequireRole(Administrator.Allowed)
            .WithTags("clients");
        institution.MapGet("/", ListAsync).WithName("ListClients");
        institution.MapPost("/", CreateAsync).WithName("CreateClient");
        var clients = app.MapGroup("/api/institutions/clients").RequireRole(Administrator.Allowed).WithTags("clients");
        clients.MapGet("/", ListAllAsync).WithName("ListAllClients");
        clients.MapGet("/{id}", FindAsync).WithName("GetClient");
        clients.MapPut("/{id}", ChangeAsync).WithName("ChangeClient");
        clients.MapGet("/{id}/history", HistoryAsync).WithName("GetClientHistory");
        clients.MapPost("/{id}/secrets", AddSecretAsync).WithName("AddClientSecret");
        clients.MapDelete("/{id}/secrets/{secretId:guid}", RevokeSecretAsync).WithName("RevokeClientSecret");
        clients.MapPost("/{id}/disable", DisableAsync).WithName("DisableClient");
        clients.MapPost("/{id}/enable", EnableAsync).WithName("EnableClient");
        clients.MapPost("/{id}/unlock", UnlockAsync).WithName("UnlockClient");
    }

    private static async Task<Ok<Listed<ClientView>>> ListAsync(
        string code,
        string? search,
        string? role,
        string? status,
        string? next,
        int? limit,
        ClaimsPrincipal caller,
        AccountReading reading,
        CancellationToken stop
    )
    {
        var by = Administrator.Of(caller);
        var filter = AccountFilter.Of(code, search, role, status, next, limit);
        // An institution out of reach looks as if it did not exist, and not as if it had no programs.
        _ = await reading.KindOfAsync(code, by, stop) ?? throw InstitutionsFaults.InstitutionNotFound.Exception();
        return TypedResults.Ok(await reading.ClientsAsync(filter, by, stop));
    }

    private static async Task<Ok<Listed<ClientView>>> ListAllAsync(
        string? institution,
        string? search,
        string? role,
        string? status,
        string? next,
        int? limit,
        ClaimsPrincipal caller,
        AccountReading reading,
        CancellationToken stop
    ) =>
        TypedResults.Ok(
            await reading.ClientsAsync(AccountFilter.Of(institution, search, role, status, next, limit), Administrator.Of(caller), stop)
        );

    private static async Task<Created<ClientWithSecret>> CreateAsync(
        string code,
        NewClient asked,
        ClaimsPrincipal caller,
        ClientAdministration clients,
        AccountReading reading,
        HttpContext context,
        CancellationToken stop
    )
    {
        var by = Administrator.Of(caller);
        var (id, secretId, secret) = await clients.CreateAsync(code, asked, by, stop);
        var client = await ShowAsync(id, by, reading, context, stop);
        return TypedResults.Created($"/api/institutions/clients/{id}", new ClientWithSecret(client, secretId, secret));
    }

    private static async Task<Ok<ClientView>> FindAsync(
        string id,
        ClaimsPrincipal caller,
        AccountReading reading,
        HttpContext context,
        CancellationToken stop
    ) => TypedResults.Ok(await ShowAsync(id, Administrator.Of(caller), reading, context, stop));

    private static async Task<Ok<ClientView>> ChangeAsync(
        string id,
        ClientUpdate asked,
        ClaimsPrincipal caller,
        ClientAdministration clients,
        AccountReading reading,
        HttpContext context,
        CancellationToken stop
    )
    {
        var by = Administrator.Of(caller);
        await clients.ChangeAsync(id, Preconditions.VersionOf(context.Request), asked, by, stop);
        return TypedResults.Ok(await ShowAsync(id, by, reading, context, stop));
    }

    private static async Task<Ok<Listed<AccountChange>>> HistoryAsync(
        string id,
        ClaimsPrincipal caller,
        AccountReading reading,
        CancellationToken stop
    )
    {
        var changes =
            await reading.HistoryAsync(SignInKind.Client, id, Administrator.Of(caller), stop)
            ?? throw InstitutionsFaults.AccountNotFound.Exception();
        return TypedResults.Ok(new Listed<AccountChange>(changes, null, changes.Count));
    }

    private static async Task<Created<ClientWithSecret>> AddSecretAsync(
        string id,
        NewSecret? asked,
        ClaimsPrincipal caller,
        ClientAdministration clients,
        AccountReading reading,
        HttpContext context,
        CancellationToken stop
    )
    {
        var by = Administrator.Of(caller);
        var (secretId, secret) = await clients.AddSecretAsync(id, asked ?? new NewSecret(null), by, stop);
        var client = await ShowAsync(id, by, reading, context, stop);
        return TypedResults.Created($"/api/institutions/clients/{id}/secrets/{secretId}", new ClientWithSecret(client, secretId, secret));
    }

    private static async Task<Ok<ClientView>> RevokeSecretAsync(
        string id,
        Guid secretId,
        ClaimsPrincipal caller,
        ClientAdministration clients,
        AccountReading reading,
        HttpContext context,
        CancellationToken stop
    )
    {
        var by = Administrator.Of(caller);
        await clients.RevokeSecretAsync(id, secretId, by, stop);
        return TypedResults.Ok(await ShowAsync(id, by, reading, context, stop));
    }

    private static async Task<Ok<ClientView>> DisableAsync(
        string id,
        Disabling asked,
        ClaimsPrincipal caller,
        AccountAdministration accounts,
        AccountReading reading,
        HttpContext context,
        CancellationToken stop
    )
    {
        var by = Administrator.Of(caller);
        await accounts.DisableAsync(SignInKind.Client, id, asked.Reason, by, stop);
        return TypedResults.Ok(await ShowAsync(id, by, reading, context, stop));
    }

    private static async Task<Ok<ClientView>> EnableAsync(
        string id,
        ClaimsPrincipal caller,
        AccountAdministration accounts,
        AccountReading reading,
        HttpContext context,
        CancellationToken stop
    )
    {
        var by = Administrator.Of(caller);
        await accounts.EnableAsync(SignInKind.Client, id, by, stop);
        return TypedResults.Ok(await ShowAsync(id, by, reading, context, stop));
    }

    private static async Task<Ok<ClientView>> UnlockAsync(
        string id,
        ClaimsPrincipal caller,
        AccountAdministration accounts,
        AccountReading reading,
        HttpContext context,
        CancellationToken stop
    )
    {
        var by = Administrator.Of(caller);
        await accounts.UnlockAsync(SignInKind.Client, id, by, stop);
        return TypedResults.Ok(await ShowAsync(id, by, reading, context, stop));
    }

    private static async Task<ClientView> ShowAsync(
        string id,
        Administrator by,
        AccountReading reading,
        HttpContext context,
        CancellationToken stop
    )
    {
        var client = await reading.ClientAsync(id, by, stop) ?? throw InstitutionsFaults.AccountNotFound.Exception();
        Preconditions.Tag(context, client.Version);
        // It may stand beside a secret.
        context.Response.Headers.CacheControl = "no-store";
        return client;
    }
}
