using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.SignIn;

/// <summary>Exchanges a name and secret for a token. An unknown name, a wrong secret and a disabled account look and take alike.</summary>
internal sealed class SignInService(AccountStore accounts, SignInGuard guard, TokenIssuer issuer)
{
    private const int LongestName = 100;
    private const int LongestSecret = 200;

    /// <param name="address">the caller's network address</param>
    /// <exception cref="FaultException">
    /// INS-0201 or INS-0205 wrong, INS-0203 locked out, INS-0204 (only to who proved its identity) institution suspended
    /// </exception>
    public async Task<(Account Account, IssuedToken Token)> SignInAsync(
        SignInKind kind,
        string name,
        string secret,
        string address,
        CancellationToken cancellationToken
    )
    {
        var wrong = kind == SignInKind.Client ? InstitutionsFaults.InvalidClient : InstitutionsFaults.WrongPassword;
        if (name.Length is 0 or > LongestName || secret.Length is 0 or > LongestSecret || name.Contains('\0', StringComparison.Ordinal))
        {
            throw wrong.Exception();
        }

        var account =
            await guard.TryAsync(kind, name, address, () => VerifyAsync(kind, name, secret, cancellationToken), cancellationToken)
            ?? throw wrong.Exception();
        if (account.InstitutionStatus != "active")
        {
            throw InstitutionsFaults.Suspended.Exception();
        }

        await accounts.UsedAsync(account.Name, account.SecretId!.Value, cancellationToken);
        // A program's tokens end with the secret they were issued for, a person's with the session that begins here.
        var session = kind == SignInKind.Client ? account.SecretId.Value : Guid.CreateVersion7();
        return (account, await issuer.IssueAsync(account, kind, session, null, cancellationToken));
    }

    private async Task<Account?> VerifyAsync(SignInKind kind, string name, string secret, CancellationToken cancellationToken)
    {
        var account = await accounts.FindAsync(kind, name, secret, cancellationToken);
        var right = SecretHash.Verify(secret, account?.SecretHash ?? SecretHash.OfNobody);
        return right ? account : null;
    }
}
