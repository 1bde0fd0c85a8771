namespace TcmBrain.Institutions.Accounts;

/// <summary>A list's page.</summary>
/// <param name="Next">for the following request's <c>next</c>; null on the last page</param>
/// <param name="Total">null when counting is not cheap</param>
public sealed record Listed<T>(IReadOnlyList<T> Items, string? Next, long? Total);

/// <summary>A program of an institution (应用客户端).</summary>
/// <param name="Status">active or disabled</param>
/// <param name="Locked">too many failures lately, from some address at least</param>
/// <param name="Version">the ETag</param>
public sealed record ClientView(
    string Id,
    string Name,
    string InstitutionCode,
    string InstitutionNameZh,
    string RegionCode,
    IReadOnlyList<string> Roles,
    string Status,
    string? DisabledReason,
    bool Locked,
    DateTimeOffset? LastSignInAt,
    IReadOnlyList<SecretView> Secrets,
    int Version,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt
);

/// <summary>A secret, without itself.</summary>
/// <param name="Hint">the secret's public head, by which its owner tells which it is; empty for one not made here</param>
/// <param name="Status">valid, retired or revoked</param>
/// <param name="RetireAt">UTC; from then on it is not accepted; null: for good</param>
public sealed record SecretView(
    Guid Id,
    string Hint,
    string Status,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    DateTimeOffset? RetireAt,
    DateTimeOffset? RevokedAt,
    DateTimeOffset? LastUsedAt
);

/// <param name="Secret">shown here and never again</param>
public sealed record ClientWithSecret(ClientView Client, Guid SecretId, string Secret);

/// <summary>A person's account (用户).</summary>
/// <param name="Display">a screen on a wall: stays signed in for thirty days, reads only</param>
/// <param name="MustChangePassword">the password was given by somebody else and has not been changed yet</param>
/// <param name="Version">the ETag</param>
public sealed record UserView(
    string Name,
    string DisplayName,
    string InstitutionCode,
    string InstitutionNameZh,
    string RegionCode,
    IReadOnlyList<string> Roles,
    bool Display,
    string Status,
    string? DisabledReason,
    bool Locked,
    bool MustChangePassword,
    DateTimeOffset? LastSignInAt,
    int Version,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt
);

/// <param name="Password">the one-time password made here, shown never again; null when one was given</param>
public sealed record UserWithPassword(UserView User, string? Password);

/// <summary>One change of an account.</summary>
/// <param name="Action">
/// created, changed, disabled, enabled, unlocked, secret-added, secret-revoked, password-reset, password-changed
/// </param>
/// <param name="Detail">before and after, where there is such a thing</param>
public sealed record AccountChange(long Seq, string Action, System.Text.Json.JsonElement Detail, string Actor, DateTimeOffset OccurredAt);

/// <summary>Asked for: a program.</summary>
public sealed record NewClient(string? Id, string? Name, IReadOnlyList<string>? Roles);

public sealed record ClientUpdate(string? Name, IReadOnlyList<string>? Roles);

/// <param name="RetireAt">UTC; when the secrets there are stop being accepted; null: seven days from now</param>
public sealed record NewSecret(DateTimeOffset? RetireAt);

/// <summary>Asked for: a person's account.</summary>
/// <param name="InstitutionCode">null: the caller's own</param>
/// <param name="Password">null: a one-time password is made</param>
public sealed record NewUser(
    string? Name,
    string? DisplayName,
    string? InstitutionCode,
    IReadOnlyList<string>? Roles,
    bool Display = false,
    string? Password = null
);

public sealed record UserUpdate(string? DisplayName, IReadOnlyList<string>? Roles, bool Display = false);

/// <param name="Reason">kept with the account and in its history</param>
public sealed record Disabling(string? Reason);

/// <param name="Password">null: a one-time password is made</param>
public sealed record PasswordReset(string? Password);
