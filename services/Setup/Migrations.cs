using Npgsql;

namespace TcmBrain.Setup;

/// <summary>Brings a service's database to the present schema.</summary>
public static class Migrations
{
    /// <summary>Any constant that nothing else locks on: only one process migrates a database at a time.</summary>
    private const long Lock = 0x7463_6d62_7261_696e;

    /// <summary>
    /// Creates the database when it is missing and applies what was not applied, each script in its own transaction. Idempotent;
    /// several processes may call it at once.
    /// </summary>
    /// <exception cref="MigrationException">An applied script was edited, or one fails.</exception>
    public static async Task ApplyAsync(string connectionString, string service, CancellationToken cancellationToken = default)
    {
        await CreateDatabaseAsync(connectionString, cancellationToken);
        await using var database = NpgsqlDataSource.Create(connectionString);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, "select pg_advisory_lock($1)", cancellationToken, Lock);
        await ExecuteAsync(
            connection,
            """
            create table if not exists public.applied_migrations (
                room text not null, name text not null, checksum text not null, applied_at timestamptz not null default now(),
                primary key (room, name))
            """,
            cancellationToken
        );
        var applied = await AppliedAsync(connection, cancellationToken);
        foreach (var migration in Migration.For(service))
        {
            if (!applied.TryGetValue((migration.Room, migration.Name), out var checksum))
            {
                await ApplyAsync(connection, migration, cancellationToken);
            }
            else if (checksum != migration.Checksum)
            {
                throw new MigrationException(
                    $"{migration.Room}/{migration.Name} was edited after it had been applied to the database of {service}. Put the change into a new script."
                );
            }
        }

        await ExecuteAsync(connection, "select exchange.maintain(30)", cancellationToken);
        // The session lock goes with the connection, but a pool would keep that open.
        await ExecuteAsync(connection, "select pg_advisory_unlock($1)", cancellationToken, Lock);
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            await using (var script = new NpgsqlCommand(migration.Sql, connection, transaction))
            {
                await script.ExecuteNonQueryAsync(cancellationToken);
            }

            await ExecuteAsync(
                connection,
                "insert into public.applied_migrations (room, name, checksum) values ($1, $2, $3)",
                cancellationToken,
                migration.Room,
                migration.Name,
                migration.Checksum
            );
            await transaction.CommitAsync(cancellationToken);
        }
        catch (PostgresException e)
        {
            throw new MigrationException($"{migration.Room}/{migration.Name} failed: {e.MessageText} (position {e.Position}).", e);
        }
    }

    private static async Task<Dictionary<(string Room, string Name), string>> AppliedAsync(
        NpgsqlConnection connection,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand("select room, name, checksum from public.applied_migrations", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var applied = new Dictionary<(string, string), string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            applied[(reader.GetString(0), reader.GetString(1))] = reader.GetString(2);
        }

        return applied;
    }

    private static async Task CreateDatabaseAsync(string connectionString, CancellationToken cancellationToken)
    {
        var target = new NpgsqlConnectionStringBuilder(connectionString);
        var name = target.Database ?? throw new ArgumentException("The connection string names no database.", nameof(connectionString));
        target.Database = "postgres";
        target.Pooling = false;
        await using var connection = new NpgsqlConnection(target.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var exists = new NpgsqlCommand("select 1 from pg_database where datname = $1", connection)
        {
            Parameters = { new() { Value = name } },
        };
        if (await exists.ExecuteScalarAsync(cancellationToken) is not null)
        {
            return;
        }

        try
        {
            var quoted = "\"" + name.Replace("\"", "\"\"") + "\"";
            await ExecuteAsync(connection, $"create database {quoted} encoding 'UTF8' template template0", cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Another setup was quicker.
        }
    }

    private static async Task ExecuteAsync(
        NpgsqlConnection connection,
        string sql,
        CancellationToken cancellationToken,
        params object[] parameters
    )
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>The schema cannot be brought up to date; the message says which script and why.</summary>
public sealed class MigrationException(string message, Exception? inner = null) : Exception(message, inner);
