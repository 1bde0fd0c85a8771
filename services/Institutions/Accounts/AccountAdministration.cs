using Npgsql;
using TcmBrain.Institutions.SignIn;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.Accounts;

/// <summary>
/// What programs and people have in common: being disabled, enabled, unlocked. Whatever takes rights away ends the tokens already issued
/// within seconds.
/// </summary>
internal sealed class AccountAdministration(NpgsqlDataSource database, SignInGuard guard, TimeProvider time)
{
    private const int LongestReason = 200;

    /// <exception cref="FaultException">INS-0301 not there or out of reach, INS-0306, INS-0309 one's own, INS-0310</exception>
    public async Task DisableAsync(SignInKind kind, string name, string? reason, Administrator by, CancellationToken cancellationToken)
    {
        var faults = new FaultList();
        AccountRules.CheckText(faults, reason, "reason", LongestReason);
        faults.ThrowIfAny();
        await using var change = await BeginAsync(by.Name, cancellationToken);
        var standing = await DemandAsync(change, kind, name, by, cancellationToken);
        if (standing.Name == by.Name)
        {
            throw InstitutionsFaults.OwnAccount.Exception();
        }

        if (standing.DisabledAt is not null)
        {
            throw InstitutionsFaults.AlreadyDisabled.Exception();
        }

        await change.ExecuteAsync(
            "update institutions.account set disabled_at = @now, disabled_reason = @reason where name = @name",
            new
            {
                now = time.GetUtcNow(),
                reason = reason!.Trim(),
                name,
            },
            cancellationToken
        );
        await change.ChangeAsync(standing, endTokens: true, cancellationToken);
        await change.TellAsync(name, "disabled", new { reason = reason!.Trim() }, cancellationToken);
        await change.CommitAsync(cancellationToken);
    }

    public async Task EnableAsync(SignInKind kind, string name, Administrator by, CancellationToken cancellationToken)
    {
        await using var change = await BeginAsync(by.Name, cancellationToken);
        var standing = await DemandAsync(change, kind, name, by, cancellationToken);
        if (standing.DisabledAt is null)
        {
            throw InstitutionsFaults.NotDisabled.Exception();
        }

        await change.ExecuteAsync(
            "update institutions.account set disabled_at = null, disabled_reason = null where name = @name",
            new { name },
            cancellationToken
        );
        await change.ChangeAsync(standing, endTokens: false, cancellationToken);
        await change.TellAsync(name, "enabled", new { }, cancellationToken);
        await change.CommitAsync(cancellationToken);
    }

    /// <summary>Lifts the lock that failures have brought. Idempotent.</summary>
    public async Task UnlockAsync(SignInKind kind, string name, Administrator by, CancellationToken cancellationToken)
    {
        await using var change = await BeginAsync(by.Name, cancellationToken);
        await DemandAsync(change, kind, name, by, cancellationToken);
        await change.TellAsync(name, "unlocked", new { }, cancellationToken);
        await change.CommitAsync(cancellationToken);
        await guard.UnlockAsync(kind, name, cancellationToken);
    }

    /// <summary>One's own, after the current one was given.</summary>
    /// <param name="password">already judged by <see cref="PasswordRules"/></param>
    public async Task SetOwnPasswordAsync(string name, string password, CancellationToken cancellationToken)
    {
        var hash = SecretHash.Create(password);
        await using var change = await BeginAsync(name, cancellationToken);
        var standing = await DemandAsync(change, SignInKind.User, name, Everything(name), cancellationToken, reach: false);
        await ReplacePasswordAsync(change, standing, hash, mustChange: false, cancellationToken);
        await change.TellAsync(name, "password-changed", new { }, cancellationToken);
        await change.CommitAsync(cancellationToken);
    }

    internal Task<AccountTransaction> BeginAsync(string actor, CancellationToken cancellationToken) =>
        AccountTransaction.BeginAsync(database, time.GetUtcNow(), actor, cancellationToken);

    /// <exception cref="FaultException">INS-0301, INS-0306</exception>
    internal static async Task<Standing> DemandAsync(
        AccountTransaction change,
        SignInKind kind,
        string name,
        Administrator by,
        CancellationToken cancellationToken,
        bool reach = true
    )
    {
        var standing = await change.LockAsync(kind, name, by, cancellationToken) ?? throw InstitutionsFaults.AccountNotFound.Exception();
        if (reach)
        {
            by.DemandReach(standing.Roles);
        }

        return standing;
    }

    internal static async Task ReplacePasswordAsync(
        AccountTransaction change,
        Standing standing,
        string hash,
        bool mustChange,
        CancellationToken cancellationToken
    )
    {
        await change.ExecuteAsync(
            "update institutions.secret set revoked_at = now() where account = @Name and revoked_at is null",
            new { standing.Name },
            cancellationToken
        );
        await change.AddSecretAsync(standing.Name, "", hash, cancellationToken);
        await change.ExecuteAsync(
            "update institutions.account set must_change = @mustChange where name = @Name",
            new { mustChange, standing.Name },
            cancellationToken
        );
        await change.ChangeAsync(standing, endTokens: true, cancellationToken);
    }

    private static Administrator Everything(string name) => new(name, true, null, null);
}
