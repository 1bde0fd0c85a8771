using TcmBrain.Institutions.SignIn;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.Accounts;

/// <summary>People and their passwords. A password that somebody else gave opens nothing but the choice of one's own.</summary>
internal sealed class UserAdministration(AccountAdministration accounts, AccountReading reading, SignInGuard guard)
{
    /// <returns>the one-time password, when none was given</returns>
    /// <exception cref="FaultException">INS-0108 no such institution within reach; every fault of the request; INS-0303 taken</exception>
    public async Task<string?> CreateAsync(string institutionCode, NewUser asked, Administrator by, CancellationToken cancellationToken)
    {
        var institution =
            await reading.KindOfAsync(institutionCode, by, cancellationToken)
            ?? throw InstitutionsFaults.InstitutionNotFound.Exception("institutionCode");
        var faults = new FaultList();
        AccountRules.CheckName(faults, asked.Name, "name");
        AccountRules.CheckText(faults, asked.DisplayName, "displayName", AccountRules.LongestDisplayName);
        AccountRules.CheckRoles(faults, asked.Roles ?? [], SignInKind.User, institution);
        CheckPassword(faults, asked.Password, asked.Name ?? "", asked.DisplayName ?? "");
        faults.ThrowIfAny();
        by.DemandReach(asked.Roles!);
        var password = asked.Password ?? GeneratedSecret.CreatePassword();
        var hash = SecretHash.Create(password);
        string[] roles = [.. asked.Roles!.Distinct()];
        await using var change = await accounts.BeginAsync(by.Name, cancellationToken);
        if (
            !await change.AddAsync(
                SignInKind.User,
                asked.Name!,
                asked.DisplayName!.Trim(),
                institutionCode,
                roles,
                asked.Display,
                mustChange: true,
                cancellationToken
            )
        )
        {
            throw InstitutionsFaults.NameTaken.Exception("name");
        }

        await change.AddSecretAsync(asked.Name!, "", hash, cancellationToken);
        await change.TellAsync(
            asked.Name!,
            "created",
            new
            {
                displayName = asked.DisplayName.Trim(),
                institutionCode,
                roles,
                asked.Display,
            },
            cancellationToken
        );
        await change.CommitAsync(cancellationToken);
        return asked.Password is null ? password : null;
    }

    /// <summary>Other roles, or becoming or ceasing to be a screen, end the tokens issued so far.</summary>
    /// <exception cref="FaultException">INS-0110 changed meanwhile, INS-0309 one's own roles; the rest as in <see cref="CreateAsync"/></exception>
    public async Task ChangeAsync(string name, int version, UserUpdate asked, Administrator by, CancellationToken cancellationToken)
    {
        await using var change = await accounts.BeginAsync(by.Name, cancellationToken);
        var before = await AccountAdministration.DemandAsync(change, SignInKind.User, name, by, cancellationToken);
        var faults = new FaultList();
        AccountRules.CheckText(faults, asked.DisplayName, "displayName", AccountRules.LongestDisplayName);
        AccountRules.CheckRoles(faults, asked.Roles ?? [], SignInKind.User, before.InstitutionKind);
        faults.ThrowIfAny();
        by.DemandReach(asked.Roles!);
        if (before.Version != version)
        {
            throw InstitutionsFaults.Stale.Exception();
        }

        var after = before with { DisplayName = asked.DisplayName!.Trim(), Roles = [.. asked.Roles!.Distinct()], Display = asked.Display };
        var otherRights = !after.Roles.Order().SequenceEqual(before.Roles.Order()) || after.Display != before.Display;
        if (otherRights && by.Name == name)
        {
            throw InstitutionsFaults.OwnAccount.Exception("roles");
        }

        await change.ChangeAsync(after, endTokens: otherRights, cancellationToken);
        await change.TellAsync(
            name,
            "changed",
            new
            {
                before = new
                {
                    before.DisplayName,
                    before.Roles,
                    before.Display,
                },
                after = new
                {
                    after.DisplayName,
                    after.Roles,
                    after.Display,
                },
            },
            cancellationToken
        );
        await change.CommitAsync(cancellationToken);
    }

    /// <summary>Another password, to be changed at the next sign-in; every session ends and a lock is lifted.</summary>
    /// <returns>the one-time password, when none was given</returns>
    public async Task<string?> ResetPasswordAsync(string name, string? given, Administrator by, CancellationToken cancellationToken)
    {
        var password = given ?? GeneratedSecret.CreatePassword();
        var hash = SecretHash.Create(password);
        await using (var change = await accounts.BeginAsync(by.Name, cancellationToken))
        {
            var standing = await AccountAdministration.DemandAsync(change, SignInKind.User, name, by, cancellationToken);
            var faults = new FaultList();
            CheckPassword(faults, given, name, standing.DisplayName);
            faults.ThrowIfAny();
            await AccountAdministration.ReplacePasswordAsync(change, standing, hash, mustChange: true, cancellationToken);
            await change.TellAsync(name, "password-reset", new { }, cancellationToken);
            await change.CommitAsync(cancellationToken);
        }

        await guard.UnlockAsync(SignInKind.User, name, cancellationToken);
        return given is null ? password : null;
    }

    private static void CheckPassword(FaultList faults, string? password, string name, string displayName)
    {
        if (password is not null)
        {
            PasswordRules.Check(faults, password, name, displayName, "password");
        }
    }
}
