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
        ClientAdministration clients,
        [AsParameters] AccountDesk desk
    )
    {
        var (id, secretId, secret) = await clients.CreateAsync(code, asked, desk.By, desk.Stop);
        return TypedResults.Created(
            $"/api/institutions/clients/{id}",
            new ClientWithSecret(await desk.ShowClientAsync(id), secretId, secret)
        );
    }

    private static Task<Ok<ClientView>> FindAsync(string id, [AsParameters] AccountDesk desk) => desk.ClientAsync(id, Task.CompletedTask);

    private static Task<Ok<ClientView>> ChangeAsync(
        string id,
        ClientUpdate asked,
        ClientAdministration clients,
        [AsParameters] AccountDesk desk
    ) => desk.ClientAsync(id, clients.ChangeAsync(id, Preconditions.VersionOf(desk.Context.Request), asked, desk.By, desk.Stop));

    private static Task<Ok<Listed<AccountChange>>> HistoryAsync(string id, [AsParameters] AccountDesk desk) =>
        desk.HistoryAsync(SignInKind.Client, id);

    private static async Task<Created<ClientWithSecret>> AddSecretAsync(
        string id,
        NewSecret? asked,
        ClientAdministration clients,
        [AsParameters] AccountDesk desk
    )
    {
        var (secretId, secret) = await clients.AddSecretAsync(id, asked ?? new NewSecret(null), desk.By, desk.Stop);
        return TypedResults.Created(
            $"/api/institutions/clients/{id}/secrets/{secretId}",
            new ClientWithSecret(await desk.ShowClientAsync(id), secretId, secret)
        );
    }

    private static Task<Ok<ClientView>> RevokeSecretAsync(
        string id,
        Guid secretId,
        ClientAdministration clients,
        [AsParameters] AccountDesk desk
    ) => desk.ClientAsync(id, clients.RevokeSecretAsync(id, secretId, desk.By, desk.Stop));

    private static Task<Ok<ClientView>> DisableAsync(string id, Disabling asked, [AsParameters] AccountDesk desk) =>
        desk.ClientAsync(id, desk.Accounts.DisableAsync(SignInKind.Client, id, asked.Reason, desk.By, desk.Stop));

    private static Task<Ok<ClientView>> EnableAsync(string id, [AsParameters] AccountDesk desk) =>
        desk.ClientAsync(id, desk.Accounts.EnableAsync(SignInKind.Client, id, desk.By, desk.Stop));

    private static Task<Ok<ClientView>> UnlockAsync(string id, [AsParameters] AccountDesk desk) =>
        desk.ClientAsync(id, desk.Accounts.UnlockAsync(SignInKind.Client, id, desk.By, desk.Stop));
}
