using Dapper;
using Npgsql;

namespace TcmBrain.Institutions.SignIn;

/// <summary>A program or a person that may sign in, with the one secret that is to be compared.</summary>
internal sealed record Account
{
    /// <summary>Client id or user name; no name is both.</summary>
    public required string Name { get; init; }

    /// <summary>Null when no living secret can be the one that was given.</summary>
    public Guid? SecretId { get; init; }

    public string? SecretHash { get; init; }

    public required string DisplayName { get; init; }

    /// <summary>统一社会信用代码.</summary>
    public required string InstitutionCode { get; init; }

    public required string RegionCode { get; init; }

    /// <summary>active or suspended.</summary>
    public required string InstitutionStatus { get; init; }

    public required string[] Roles { get; init; }

    /// <summary>A screen on a wall (大屏): long signed in, reading only.</summary>
    public bool Display { get; init; }

    /// <summary>May do nothing but set a password of its own.</summary>
    public bool MustChange { get; init; }

    public int Epoch { get; init; }
}

/// <summary>The reads and the few writes of signing in; administration is <see cref="Accounts.AccountAdministration"/>'s.</summary>
internal sealed class AccountStore(NpgsqlDataSource database, TimeProvider time)
{
    private const string Columns = """
        a.name, a.display_name as DisplayName, i.code as InstitutionCode, i.region_code as RegionCode, i.status as InstitutionStatus,
        a.roles, a.display, a.must_change as MustChange, a.epoch
        """;

    /// <param name="secret">decides which of several secrets' hashes is given, by its public head</param>
    /// <returns>null when there is none or it is disabled</returns>
    public async Task<Account?> FindAsync(SignInKind kind, string name, string secret, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Account>(
            new CommandDefinition(
                $"""
                select {Columns}, s.id as SecretId, s.hash as SecretHash
                from institutions.account a
                join institutions.institution i on i.id = a.institution_id
                left join institutions.secret s on s.account = a.name and s.lookup = @lookup and s.revoked_at is null
                    and (s.retire_at is null or s.retire_at > @now)
                where a.name = @name and a.kind = @kind and a.disabled_at is null
                """,
                new
                {
                    name,
                    kind = kind.Word(),
                    lookup = GeneratedSecret.LookupOf(secret),
                    now = time.GetUtcNow(),
                },
                cancellationToken: cancellationToken
            )
        );
    }

    /// <summary>The account behind a session that is still good.</summary>
    /// <returns>null when it is disabled, or what it was issued was revoked</returns>
    public async Task<Account?> StandingAsync(string name, Guid session, int epoch, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Account>(
            new CommandDefinition(
                $"""
                select {Columns} from institutions.account a join institutions.institution i on i.id = a.institution_id
                where a.name = @name and a.kind = 'user' and a.disabled_at is null and a.epoch = @epoch
                    and not exists (select from institutions.revocation r where r.session = @session)
                """,
                new
                {
                    name,
                    session,
                    epoch,
                },
                cancellationToken: cancellationToken
            )
        );
    }

    /// <summary>Notes that the secret was used just now.</summary>
    public async Task UsedAsync(string name, Guid secret, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                with used as (update institutions.secret set last_used_at = @now where id = @secret)
                update institutions.account set last_sign_in_at = @now where name = @name
                """,
                new
                {
                    name,
                    secret,
                    now = time.GetUtcNow(),
                },
                cancellationToken: cancellationToken
            )
        );
    }

    /// <summary>The names among <paramref name="names"/> that no account has.</summary>
    public async Task<IReadOnlySet<string>> MissingAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var missing = await connection.QueryAsync<string>(
            new CommandDefinition(
                "select n from unnest(@names) n where not exists (select from institutions.account a where a.name = n)",
                new { names = names.ToArray() },
                cancellationToken: cancellationToken
            )
        );
        return missing.ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Adds an account of the demo as it stands, without history. Nothing happens when the name is taken.</summary>
    /// <param name="hash">of the secret, as <see cref="SecretHash.Create"/> makes it</param>
    public async Task AddAsync(
        SignInKind kind,
        string name,
        string hash,
        string displayName,
        string institutionCode,
        IReadOnlyList<string> roles,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                with added as (
                    insert into institutions.account (name, kind, display_name, institution_id, roles)
                    select @name, @kind, @displayName, i.id, @roles from institutions.institution i where i.code = @institutionCode
                    on conflict (name) do nothing returning name)
                insert into institutions.secret (id, account, hash, created_by) select @id, name, @hash, 'demo' from added
                """,
                new
                {
                    name,
                    kind = kind.Word(),
                    id = Guid.CreateVersion7(),
                    hash,
                    displayName,
                    institutionCode,
                    roles = roles.ToArray(),
                },
                cancellationToken: cancellationToken
            )
        );
    }
}
