using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Dapper;
using Npgsql;
using TcmBrain.Institutions.SignIn;

namespace TcmBrain.Institutions.Accounts;

/// <param name="After">the last name of the page before; empty for the first</param>
internal sealed record AccountFilter(string? Institution, string? Search, string? Role, string? Status, string After, int Limit)
{
    public static string? TokenOf(string? last) => last is null ? null : Base64Url.EncodeToString(Encoding.UTF8.GetBytes(last));

    /// <exception cref="ServiceDefaults.Faults.FaultException">INS-0315</exception>
    public static AccountFilter Of(string? institution, string? search, string? role, string? status, string? next, int? limit) =>
        limit is null or (>= 1 and <= 200)
        && status is null or "active" or "disabled"
        && (next is null || Base64Url.IsValid(next) && next.Length <= 200)
        && search is null or { Length: <= 100 }
            ? new AccountFilter(
                institution,
                string.IsNullOrWhiteSpace(search) ? null : search.Trim(),
                role,
                status,
                string.IsNullOrEmpty(next) ? "" : Encoding.UTF8.GetString(Base64Url.DecodeFromChars(next)),
                limit ?? 50
            )
            : throw InstitutionsFaults.WrongList.Exception();
}

/// <summary>What an administrator sees of accounts, each within its reach.</summary>
internal sealed class AccountReading(NpgsqlDataSource database, TimeProvider time)
{
    private const string Columns = """
        a.name, a.display_name as DisplayName, i.code as InstitutionCode, i.name_zh as InstitutionNameZh, i.kind as InstitutionKind,
        i.region_code as RegionCode, a.roles, a.display, a.must_change as MustChange, a.disabled_at as DisabledAt,
        a.disabled_reason as DisabledReason, a.last_sign_in_at as LastSignInAt, a.version, a.created_at as CreatedAt, a.updated_at as UpdatedAt,
        exists (select from institutions.sign_in_failure f where f.kind = a.kind and f.name = a.name and f.locked_until > @now) as Locked
        """;

    public async Task<Listed<UserView>> UsersAsync(AccountFilter filter, Administrator by, CancellationToken cancellationToken)
    {
        var rows = await ListAsync(SignInKind.User, filter, by, cancellationToken);
        return Page(rows, filter, UserOf);
    }

    public async Task<Listed<ClientView>> ClientsAsync(AccountFilter filter, Administrator by, CancellationToken cancellationToken)
    {
        var rows = await ListAsync(SignInKind.Client, filter, by, cancellationToken);
        var secrets = await SecretsAsync([.. rows.Select(row => row.Name)], cancellationToken);
        return Page(rows, filter, row => ClientOf(row, secrets));
    }

    /// <returns>null when there is none or it is out of reach</returns>
    public async Task<UserView?> UserAsync(string name, Administrator by, CancellationToken cancellationToken) =>
        await FindAsync(SignInKind.User, name, by, cancellationToken) is { } row ? UserOf(row) : null;

    /// <returns>null when there is none or it is out of reach</returns>
    public async Task<ClientView?> ClientAsync(string id, Administrator by, CancellationToken cancellationToken) =>
        await FindAsync(SignInKind.Client, id, by, cancellationToken) is { } row
            ? ClientOf(row, await SecretsAsync([row.Name], cancellationToken))
            : null;

    /// <summary>What was done to an account, newest first; null when it is out of reach.</summary>
    public async Task<IReadOnlyList<AccountChange>?> HistoryAsync(
        SignInKind kind,
        string name,
        Administrator by,
        CancellationToken cancellationToken
    )
    {
        if (await FindAsync(kind, name, by, cancellationToken) is null)
        {
            return null;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var changes = await connection.QueryAsync<(long Seq, string Action, string Detail, string Actor, DateTime At)>(
            new CommandDefinition(
                """
                select seq, action, detail::text, actor, occurred_at from institutions.account_history
                where account = @name order by seq desc limit 500
                """,
                new { name },
                cancellationToken: cancellationToken
            )
        );
        return [.. changes.Select(c => new AccountChange(c.Seq, c.Action, JsonDocument.Parse(c.Detail).RootElement, c.Actor, c.At))];
    }

    /// <returns>the institution's kind; null when there is none or it is out of reach</returns>
    public async Task<string?> KindOfAsync(string institutionCode, Administrator by, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<string>(
            new CommandDefinition(
                $"select i.kind from institutions.institution i where i.code = @institutionCode and {Administrator.Sql}",
                new
                {
                    institutionCode,
                    by.All,
                    by.RegionPrefix,
                    by.OwnCode,
                },
                cancellationToken: cancellationToken
            )
        );
    }

    private async Task<List<AccountRow>> ListAsync(
        SignInKind kind,
        AccountFilter filter,
        Administrator by,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<AccountRow>(
            new CommandDefinition(
                $"""
                select {Columns} from institutions.account a join institutions.institution i on i.id = a.institution_id
                where a.kind = @kind and a.name > @after and {Administrator.Sql}
                  and (@institution::text is null or i.code = @institution)
                  and (@role::text is null or @role = any (a.roles))
                  and (@status::text is null or (a.disabled_at is null) = (@status = 'active'))
                  and (@search::text is null or strpos(a.name, lower(@search)) > 0 or strpos(a.display_name, @search) > 0)
                order by a.name limit @more
                """,
                new
                {
                    kind = kind.Word(),
                    now = time.GetUtcNow(),
                    filter.After,
                    filter.Institution,
                    filter.Role,
                    filter.Status,
                    filter.Search,
                    more = filter.Limit + 1,
                    by.All,
                    by.RegionPrefix,
                    by.OwnCode,
                },
                cancellationToken: cancellationToken
            )
        );
        return rows.AsList();
    }

    private async Task<AccountRow?> FindAsync(SignInKind kind, string name, Administrator by, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<AccountRow>(
            new CommandDefinition(
                $"""
                select {Columns} from institutions.account a join institutions.institution i on i.id = a.institution_id
                where a.kind = @kind and a.name = @name and {Administrator.Sql}
                """,
                new
                {
                    kind = kind.Word(),
                    name,
                    now = time.GetUtcNow(),
                    by.All,
                    by.RegionPrefix,
                    by.OwnCode,
                },
                cancellationToken: cancellationToken
            )
        );
    }

    private async Task<ILookup<string, SecretView>> SecretsAsync(string[] accounts, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var now = time.GetUtcNow();
        // Long gone ones tell nobody anything.
        var rows = await connection.QueryAsync<SecretRow>(
            new CommandDefinition(
                """
                select account, id, lookup, created_at as CreatedAt, created_by as CreatedBy, retire_at as RetireAt, revoked_at as RevokedAt,
                       last_used_at as LastUsedAt
                from institutions.secret
                where account = any (@accounts) and coalesce(revoked_at, retire_at, @now) > @now - interval '90 days'
                order by created_at desc
                """,
                new { accounts, now },
                cancellationToken: cancellationToken
            )
        );
        return rows.ToLookup(
            row => row.Account,
            row => new SecretView(
                row.Id,
                row.Lookup,
                row.RevokedAt is not null ? "revoked"
                    : row.RetireAt <= now ? "retired"
                    : "valid",
                row.CreatedAt,
                row.CreatedBy,
                row.RetireAt,
                row.RevokedAt,
                row.LastUsedAt
            )
        );
    }

    private static Listed<T> Page<T>(List<AccountRow> rows, AccountFilter filter, Func<AccountRow, T> view) =>
        new(
            [.. rows.Take(filter.Limit).Select(view)],
            rows.Count > filter.Limit ? AccountFilter.TokenOf(rows[filter.Limit - 1].Name) : null,
            null
        );

    private static UserView UserOf(AccountRow row) =>
        new(
            row.Name,
            row.DisplayName,
            row.InstitutionCode,
            row.InstitutionNameZh,
            row.RegionCode,
            row.Roles,
            row.Display,
            row.DisabledAt is null ? "active" : "disabled",
            row.DisabledReason,
            row.Locked,
            row.MustChange,
            row.LastSignInAt,
            row.Version,
            row.CreatedAt,
            row.UpdatedAt
        );

    private static ClientView ClientOf(AccountRow row, ILookup<string, SecretView> secrets) =>
        new(
            row.Name,
            row.DisplayName,
            row.InstitutionCode,
            row.InstitutionNameZh,
            row.RegionCode,
            row.Roles,
            row.DisabledAt is null ? "active" : "disabled",
            row.DisabledReason,
            row.Locked,
            row.LastSignInAt,
            [.. secrets[row.Name]],
            row.Version,
            row.CreatedAt,
            row.UpdatedAt
        );

    private sealed record AccountRow
    {
        public required string Name { get; init; }
        public required string DisplayName { get; init; }
        public required string InstitutionCode { get; init; }
        public required string InstitutionNameZh { get; init; }
        public required string InstitutionKind { get; init; }
        public required string RegionCode { get; init; }
        public required string[] Roles { get; init; }
        public bool Display { get; init; }
        public bool MustChange { get; init; }
        public DateTime? DisabledAt { get; init; }
        public string? DisabledReason { get; init; }
        public DateTime? LastSignInAt { get; init; }
        public int Version { get; init; }
        public DateTime CreatedAt { get; init; }
        public DateTime UpdatedAt { get; init; }
        public bool Locked { get; init; }
    }

    private sealed record SecretRow
    {
        public required string Account { get; init; }
        public Guid Id { get; init; }
        public required string Lookup { get; init; }
        public DateTime CreatedAt { get; init; }
        public required string CreatedBy { get; init; }
        public DateTime? RetireAt { get; init; }
        public DateTime? RevokedAt { get; init; }
        public DateTime? LastUsedAt { get; init; }
    }
}
