using TcmBrain.Institutions.SignIn;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.Accounts;

/// <summary>Programs and their secrets.</summary>
internal sealed class ClientAdministration(AccountAdministration accounts, AccountReading reading, TimeProvider time)
{
    /// <summary>Valid at once, for one program: one in use, one to come, and room for a mistake.</summary>
    public const int MostSecrets = 5;

    private static readonly TimeSpan UsualOverlap = TimeSpan.FromDays(7);
    private static readonly TimeSpan LongestOverlap = TimeSpan.FromDays(90);

    /// <exception cref="FaultException">INS-0108 no such institution within reach; every fault of the request; INS-0303 taken</exception>
    public async Task<(string Id, Guid SecretId, string Secret)> CreateAsync(
        string institutionCode,
        NewClient asked,
        Administrator by,
        CancellationToken cancellationToken
    )
    {
        var institution =
            await reading.KindOfAsync(institutionCode, by, cancellationToken) ?? throw InstitutionsFaults.InstitutionNotFound.Exception();
        var faults = new FaultList();
        AccountRules.CheckName(faults, asked.Id, "id");
        AccountRules.CheckText(faults, asked.Name, "name", AccountRules.LongestDisplayName);
        AccountRules.CheckRoles(faults, asked.Roles ?? [], SignInKind.Client, institution);
        faults.ThrowIfAny();
        by.DemandReach(asked.Roles!);
        var secret = GeneratedSecret.Create();
        var hash = SecretHash.Create(secret);
        await using var change = await accounts.BeginAsync(by.Name, cancellationToken);
        string[] roles = [.. asked.Roles!.Distinct()];
        if (
            !await change.AddAsync(
                SignInKind.Client,
                asked.Id!,
                asked.Name!.Trim(),
                institutionCode,
                roles,
                display: false,
                mustChange: false,
                cancellationToken
            )
        )
        {
            throw InstitutionsFaults.NameTaken.Exception("id");
        }

        var secretId = await change.AddSecretAsync(asked.Id!, GeneratedSecret.LookupOf(secret), hash, cancellationToken);
        await change.TellAsync(
            asked.Id!,
            "created",
            new
            {
                name = asked.Name.Trim(),
                institutionCode,
                roles,
            },
            cancellationToken
        );
        await change.CommitAsync(cancellationToken);
        return (asked.Id!, secretId, secret);
    }

    /// <summary>Other roles end the tokens issued so far.</summary>
    /// <exception cref="FaultException">INS-0110 changed meanwhile; the rest as in <see cref="CreateAsync"/></exception>
    public async Task ChangeAsync(string id, int version, ClientUpdate asked, Administrator by, CancellationToken cancellationToken)
    {
        await using var change = await accounts.BeginAsync(by.Name, cancellationToken);
        var before = await AccountAdministration.DemandAsync(change, SignInKind.Client, id, by, cancellationToken);
        var faults = new FaultList();
        AccountRules.CheckText(faults, asked.Name, "name", AccountRules.LongestDisplayName);
        AccountRules.CheckRoles(faults, asked.Roles ?? [], SignInKind.Client, before.InstitutionKind);
        faults.ThrowIfAny();
        by.DemandReach(asked.Roles!);
        if (before.Version != version)
        {
            throw InstitutionsFaults.Stale.Exception();
        }

        var after = before with { DisplayName = asked.Name!.Trim(), Roles = [.. asked.Roles!.Distinct()] };
        var otherRoles = !after.Roles.Order().SequenceEqual(before.Roles.Order());
        if (otherRoles && by.Name == id)
        {
            throw InstitutionsFaults.OwnAccount.Exception("roles");
        }

        await change.ChangeAsync(after, endTokens: otherRoles, cancellationToken);
        await change.TellAsync(
            id,
            "changed",
            new { before = new { name = before.DisplayName, before.Roles }, after = new { name = after.DisplayName, after.Roles } },
            cancellationToken
        );
        await change.CommitAsync(cancellationToken);
    }

    /// <summary>
    /// A second secret, so that the program can be given it while the first still works; those there are stop being accepted at
    /// <paramref name="asked"/>'s time.
    /// </summary>
    /// <exception cref="FaultException">INS-0313 five are valid already, INS-0314 the time is out of range</exception>
    public async Task<(Guid SecretId, string Secret)> AddSecretAsync(
        string id,
        NewSecret asked,
        Administrator by,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        var retireAt = asked.RetireAt ?? now + UsualOverlap;
        // What was meant as "at once" may have been "at once" a moment ago, on another clock.
        if (retireAt < now - TimeSpan.FromMinutes(2) || retireAt > now + LongestOverlap)
        {
            throw InstitutionsFaults.WrongRetirement.Exception("retireAt", LongestOverlap.Days);
        }

        var secret = GeneratedSecret.Create();
        var hash = SecretHash.Create(secret);
        await using var change = await accounts.BeginAsync(by.Name, cancellationToken);
        var standing = await AccountAdministration.DemandAsync(change, SignInKind.Client, id, by, cancellationToken);
        var valid = await change.QueryAsync<long>(
            """
            select count(*) from institutions.secret
            where account = @id and revoked_at is null and (retire_at is null or retire_at > @now)
            """,
            new { id, now },
            cancellationToken
        );
        if (valid >= MostSecrets)
        {
            throw InstitutionsFaults.TooManySecrets.Exception("", MostSecrets);
        }

        await change.ExecuteAsync(
            """
            update institutions.secret set retire_at = @retireAt
            where account = @id and revoked_at is null and (retire_at is null or retire_at > @retireAt)
            """,
            new { id, retireAt },
            cancellationToken
        );
        var secretId = await change.AddSecretAsync(id, GeneratedSecret.LookupOf(secret), hash, cancellationToken);
        await change.ChangeAsync(standing, endTokens: false, cancellationToken);
        await change.TellAsync(id, "secret-added", new { secretId, othersRetireAt = retireAt }, cancellationToken);
        await change.CommitAsync(cancellationToken);
        return (secretId, secret);
    }

    /// <summary>It is not accepted any more, and the tokens that were issued for it end within seconds. Idempotent.</summary>
    /// <exception cref="FaultException">INS-0312</exception>
    public async Task RevokeSecretAsync(string id, Guid secretId, Administrator by, CancellationToken cancellationToken)
    {
        await using var change = await accounts.BeginAsync(by.Name, cancellationToken);
        var standing = await AccountAdministration.DemandAsync(change, SignInKind.Client, id, by, cancellationToken);
        var revoked = await change.ExecuteAsync(
            "update institutions.secret set revoked_at = @now where account = @id and id = @secretId and revoked_at is null",
            new
            {
                now = time.GetUtcNow(),
                id,
                secretId,
            },
            cancellationToken
        );
        if (revoked == 0)
        {
            var known = await change.QueryAsync<bool>(
                "select true from institutions.secret where account = @id and id = @secretId",
                new { id, secretId },
                cancellationToken
            );
            if (!known)
            {
                throw InstitutionsFaults.SecretNotFound.Exception();
            }

            return;
        }

        await change.RevokeSessionAsync(secretId, cancellationToken);
        await change.ChangeAsync(standing, endTokens: false, cancellationToken);
        await change.TellAsync(id, "secret-revoked", new { secretId }, cancellationToken);
        await change.CommitAsync(cancellationToken);
    }
}
