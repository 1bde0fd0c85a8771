using System.Text.Json;
using Dapper;
using Npgsql;
using TcmBrain.Institutions.SignIn;

namespace TcmBrain.Institutions.Accounts;

/// <summary>An account as it stands, locked for a change.</summary>
internal sealed record Standing
{
    public required string Name { get; init; }
    public required string DisplayName { get; init; }
    public required string InstitutionKind { get; init; }
    public required string[] Roles { get; init; }
    public bool Display { get; init; }
    public DateTime? DisabledAt { get; init; }
    public int Epoch { get; init; }
    public int Version { get; init; }
}

/// <summary>One change of one account: what is written, what is revoked for it, and the line in its history, together or not at all.</summary>
internal sealed class AccountTransaction : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;
    private readonly NpgsqlTransaction transaction;
    private readonly DateTimeOffset now;
    private readonly string actor;

    private AccountTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction, DateTimeOffset now, string actor)
    {
        (this.connection, this.transaction, this.now, this.actor) = (connection, transaction, now, actor);
    }

    public static async Task<AccountTransaction> BeginAsync(
        NpgsqlDataSource database,
        DateTimeOffset now,
        string actor,
        CancellationToken cancellationToken
    )
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            return new AccountTransaction(connection, await connection.BeginTransactionAsync(cancellationToken), now, actor);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <returns>null when there is none or it is out of reach</returns>
    public Task<Standing?> LockAsync(SignInKind kind, string name, Administrator by, CancellationToken cancellationToken) =>
        connection.QuerySingleOrDefaultAsync<Standing>(
            Command(
                $"""
                select a.name, a.display_name as DisplayName, i.kind as InstitutionKind, a.roles, a.display, a.disabled_at as DisabledAt,
                       a.epoch, a.version
                from institutions.account a join institutions.institution i on i.id = a.institution_id
                where a.kind = @kind and a.name = @name and {Administrator.Sql} for update of a
                """,
                new
                {
                    kind = kind.Word(),
                    name,
                    by.All,
                    by.RegionPrefix,
                    by.OwnCode,
                },
                cancellationToken
            )
        );

    /// <returns>false when the name is taken</returns>
    public async Task<bool> AddAsync(
        SignInKind kind,
        string name,
        string displayName,
        string institutionCode,
        string[] roles,
        bool display,
        bool mustChange,
        CancellationToken cancellationToken
    ) =>
        await ExecuteAsync(
            """
            insert into institutions.account (name, kind, display_name, institution_id, roles, display, must_change, created_at, updated_at)
            select @name, @kind, @displayName, i.id, @roles, @display, @mustChange, @now, @now
            from institutions.institution i where i.code = @institutionCode
            on conflict (name) do nothing
            """,
            new
            {
                name,
                kind = kind.Word(),
                displayName,
                institutionCode,
                roles,
                display,
                mustChange,
                now,
            },
            cancellationToken
        ) == 1;

    public async Task<Guid> AddSecretAsync(string account, string lookup, string hash, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7(now);
        await ExecuteAsync(
            """
            insert into institutions.secret (id, account, lookup, hash, created_at, created_by)
            values (@id, @account, @lookup, @hash, @now, @actor)
            """,
            new
            {
                id,
                account,
                lookup,
                hash,
                now,
                actor,
            },
            cancellationToken
        );
        return id;
    }

    /// <summary>Writes what the account is from now on; a new epoch ends every token that was issued below it.</summary>
    public async Task ChangeAsync(Standing after, bool endTokens, CancellationToken cancellationToken)
    {
        var epoch = endTokens ? after.Epoch + 1 : after.Epoch;
        await ExecuteAsync(
            """
            update institutions.account
            set display_name = @DisplayName, roles = @Roles, display = @Display, epoch = @epoch, version = version + 1, updated_at = @now
            where name = @Name
            """,
            new
            {
                after.DisplayName,
                after.Roles,
                after.Display,
                epoch,
                now,
                after.Name,
            },
            cancellationToken
        );
        if (endTokens)
        {
            await RevocationList.RevokeAsync(transaction, null, after.Name, epoch, now, cancellationToken);
        }
    }

    public Task RevokeSessionAsync(Guid session, CancellationToken cancellationToken) =>
        RevocationList.RevokeAsync(transaction, session, null, null, now, cancellationToken);

    /// <param name="detail">never a secret</param>
    public Task TellAsync(string account, string action, object detail, CancellationToken cancellationToken) =>
        ExecuteAsync(
            """
            insert into institutions.account_history (account, action, detail, actor, occurred_at)
            values (@account, @action, @detail::jsonb, @actor, @now)
            """,
            new
            {
                account,
                action,
                detail = JsonSerializer.Serialize(detail, JsonSerializerOptions.Web),
                actor,
                now,
            },
            cancellationToken
        );

    public Task<int> ExecuteAsync(string sql, object parameters, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(Command(sql, parameters, cancellationToken));

    public Task<T?> QueryAsync<T>(string sql, object parameters, CancellationToken cancellationToken) =>
        connection.QuerySingleOrDefaultAsync<T>(Command(sql, parameters, cancellationToken));

    public Task CommitAsync(CancellationToken cancellationToken) => transaction.CommitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }

    private CommandDefinition Command(string sql, object parameters, CancellationToken cancellationToken) =>
        new(sql, parameters, transaction, cancellationToken: cancellationToken);
}
