using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.Institutions.SignIn;

namespace TcmBrain.Institutions.Accounts;

/// <summary>What a request about one account works with: who asks, and what is done to accounts of either kind.</summary>
internal sealed record AccountDesk(
    ClaimsPrincipal Caller,
    AccountAdministration Accounts,
    AccountReading Reading,
    HttpContext Context,
    CancellationToken Stop
)
{
    public Administrator By => Administrator.Of(Caller);

    public async Task<Ok<UserView>> UserAsync(string name, Task done)
    {
        await done;
        return TypedResults.Ok(await ShowUserAsync(name));
    }

    public async Task<Ok<ClientView>> ClientAsync(string id, Task done)
    {
        await done;
        return TypedResults.Ok(await ShowClientAsync(id));
    }

    public async Task<UserView> ShowUserAsync(string name)
    {
        var user = await Reading.UserAsync(name, By, Stop) ?? throw InstitutionsFaults.AccountNotFound.Exception();
        Shown(user.Version);
        return user;
    }

    public async Task<ClientView> ShowClientAsync(string id)
    {
        var client = await Reading.ClientAsync(id, By, Stop) ?? throw InstitutionsFaults.AccountNotFound.Exception();
        Shown(client.Version);
        return client;
    }

    public async Task<Ok<Listed<AccountChange>>> HistoryAsync(SignInKind kind, string name)
    {
        var changes = await Reading.HistoryAsync(kind, name, By, Stop) ?? throw InstitutionsFaults.AccountNotFound.Exception();
        return TypedResults.Ok(new Listed<AccountChange>(changes, null, changes.Count));
    }

    private void Shown(int version)
    {
        Preconditions.Tag(Context, version);
        // It may stand beside a secret.
        Context.Response.Headers.CacheControl = "no-store";
    }
}
