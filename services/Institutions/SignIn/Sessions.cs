using System.Globalization;
using System.Security.Claims;
using TcmBrain.Institutions.Accounts;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Institutions.SignIn;

/// <summary>What becomes of a session after it was opened.</summary>
internal sealed class Sessions(
    AccountStore accounts,
    AccountAdministration administration,
    RevocationList revocations,
    SignInService signIn,
    TokenIssuer issuer,
    TimeProvider time
)
{
    /// <exception cref="FaultException">
    /// GEN-0001 when it is over or revoked, INS-0204 when the institution is suspended, INS-0207 for what is no person's session
    /// </exception>
    public async Task<(Account Account, IssuedToken Token, DateTimeOffset Began)> RenewAsync(
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        var (session, epoch, began) = Of(caller) ?? throw InstitutionsFaults.NoSession.Exception();
        var account =
            await accounts.StandingAsync(caller.Subject(), session, epoch, cancellationToken)
            ?? throw GeneralFaults.Unauthenticated.Exception();
        if (account.InstitutionStatus != "active")
        {
            throw InstitutionsFaults.Suspended.Exception();
        }

        return time.GetUtcNow() >= began + SessionRule.Longest(account.Display)
            ? throw GeneralFaults.Unauthenticated.Exception()
            : (account, await issuer.IssueAsync(account, SignInKind.User, session, began, cancellationToken), began);
    }

    /// <summary>Nothing happens when there is none.</summary>
    public async Task EndAsync(ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        if (Of(caller) is { Session: var session })
        {
            await revocations.EndSessionAsync(session, cancellationToken);
        }
    }

    /// <exception cref="FaultException">INS-0205 wrong, INS-0203 locked out, INS-033x when the new one is not good enough</exception>
    public async Task<(Account Account, IssuedToken Token)> ChangePasswordAsync(
        ClaimsPrincipal caller,
        string current,
        string wanted,
        string address,
        CancellationToken cancellationToken
    )
    {
        if (Of(caller) is null)
        {
            throw InstitutionsFaults.NoSession.Exception();
        }

        PasswordRules.Check(new FaultList(), wanted, caller.Subject(), caller.DisplayName(), "new").ThrowIfAny();
        if (current == wanted)
        {
            throw InstitutionsFaults.PasswordUnchanged.Exception("new");
        }

        // The same guard as at the door: an open screen is no place to guess at.
        await signIn.SignInAsync(SignInKind.User, caller.Subject(), current, address, cancellationToken);
        await administration.SetOwnPasswordAsync(caller.Subject(), wanted, cancellationToken);
        var account =
            await accounts.FindAsync(SignInKind.User, caller.Subject(), wanted, cancellationToken)
            ?? throw GeneralFaults.Unauthenticated.Exception();
        return (account, await issuer.IssueAsync(account, SignInKind.User, Guid.CreateVersion7(), null, cancellationToken));
    }

    private static (Guid Session, int Epoch, DateTimeOffset Began)? Of(ClaimsPrincipal caller) =>
        SessionEndpoints.InstantOf(caller, TokenRules.SignedInAtClaim) is { } began
        && Guid.TryParse(caller.FindFirstValue(TokenRules.SessionClaim), out var session)
        && int.TryParse(caller.FindFirstValue(TokenRules.EpochClaim), NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            ? (session, epoch, began)
            : null;
}
