using Dapper;
using Npgsql;

namespace TcmBrain.Institutions.SignIn;

/// <summary>A program or a person that may sign in.</summary>
internal sealed record Account
{
    /// <summary>Client id or user name.</summary>
    public required string Name { get; init; }

    public required string SecretHash { get; init; }

    public required string DisplayName { get; init; }

    /// <summary>统一社会信用代码.</summary>
    public required string InstitutionCode { get; init; }

    public required string RegionCode { get; init; }

    /// <summary>active or suspended.</summary>
    public required string InstitutionStatus { get; init; }

    public required string[] Roles { get; init; }
}

internal sealed class AccountStore(NpgsqlDataSource database)
{
    /// <returns>null when there is none or it is disabled</returns>
    public Task<Account?> FindAsync(SignInKind kind, string name, CancellationToken cancellationToken) =>
        QueryAsync(
            kind == SignInKind.Client
                ? """
                select c.id as Name, c.secret_hash as SecretHash, c.name as DisplayName, i.code as InstitutionCode, i.region_code as RegionCode,
                       i.status as InstitutionStatus, c.roles
                from institutions.client c join institutions.institution i on i.id = c.institution_id
                where c.id = @name and c.disabled_at is null
                """
                : """
                select u.name, u.password_hash as SecretHash, u.display_name as DisplayName, i.code as InstitutionCode,
                       i.region_code as RegionCode, i.status as InstitutionStatus, u.roles
                from institutions.app_user u join institutions.institution i on i.id = u.institution_id
                where u.name = @name and u.disabled_at is null
                """,
            name,
            cancellationToken
        );

    public async Task<bool> ExistsAsync(SignInKind kind, string name, CancellationToken cancellationToken) =>
        await FindAsync(kind, name, cancellationToken) is not null;

    /// <summary>Adds a program. Nothing happens when the id is taken.</summary>
    /// <param name="secret">hashed before it is stored; cannot be read again</param>
    public Task AddClientAsync(
        string id,
        string secret,
        string name,
        string institutionCode,
        IReadOnlyList<string> roles,
        CancellationToken cancellationToken
    ) =>
        ExecuteAsync(
            """
            insert into institutions.client (id, secret_hash, name, institution_id, roles)
            select @name, @hash, @displayName, i.id, @roles from institutions.institution i where i.code = @institutionCode
            on conflict (id) do nothing
            """,
            id,
            secret,
            name,
            institutionCode,
            roles,
            cancellationToken
        );

    /// <summary>Adds a person. Nothing happens when the name is taken.</summary>
    public Task AddUserAsync(
        string name,
        string password,
        string displayName,
        string institutionCode,
        IReadOnlyList<string> roles,
        CancellationToken cancellationToken
    ) =>
        ExecuteAsync(
            """
            insert into institutions.app_user (name, password_hash, display_name, institution_id, roles)
            select @name, @hash, @displayName, i.id, @roles from institutions.institution i where i.code = @institutionCode
            on conflict (name) do nothing
            """,
            name,
            password,
            displayName,
            institutionCode,
            roles,
            cancellationToken
        );

    private async Task ExecuteAsync(
        string sql,
        string name,
        string secret,
        string displayName,
        string institutionCode,
        IReadOnlyList<string> roles,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                sql,
                new
                {
                    name,
                    hash = SecretHash.Create(secret),
                    displayName,
                    institutionCode,
                    roles = roles.ToArray(),
                },
                cancellationToken: cancellationToken
            )
        );
    }

    private async Task<Account?> QueryAsync(string sql, string name, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Account>(
            new CommandDefinition(sql, new { name }, cancellationToken: cancellationToken)
        );
    }
}
