using Npgsql;
using TcmBrain.Setup;

namespace TcmBrain.Prescriptions.Tests.Storage;

internal static class Sql
{
    /// <summary>All rows' first column as text, a line each.</summary>
    public static async Task<string> TextAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync())
        {
            lines.Add($"{reader.GetValue(0)}");
        }

        return string.Join('\n', lines);
    }
}

/// <summary>A database of the time before the months, with a prescription in it.</summary>
internal sealed class OldDatabase : IAsyncDisposable
{
    private const string Months = "0005_partitions.sql";
    private readonly NpgsqlDataSource database;

    private OldDatabase(NpgsqlDataSource database) => this.database = database;

    public static async Task<OldDatabase> CreateAsync(NpgsqlDataSource beside)
    {
        var name = $"before-{Guid.CreateVersion7():N}";
        await using (var create = beside.CreateCommand($"create database \"{name}\""))
        {
            await create.ExecuteNonQueryAsync();
        }

        var settings = new NpgsqlConnectionStringBuilder(beside.ConnectionString) { Database = name, Password = "tests-only" };
        var old = new OldDatabase(NpgsqlDataSource.Create(settings.ConnectionString));
        foreach (var migration in Migration.For("prescriptions").TakeWhile(m => m.Name != Months))
        {
            await old.TextAsync(migration.Sql);
        }

        await old.TextAsync(
            $"""
            insert into prescriptions.prescriptions (id, institution_code, region_code, his_number, revision, content_sha256, document,
                identity, audit, accepted_state, state, version, urgent, received_at)
            values ('{Guid.CreateVersion7()}', 'i', '330106', 'BEFORE-1', 1, '', '', '', '', 4, 4, 3, false, now());
            insert into prescriptions.history (prescription_id, institution_code, state, actor, reason, occurred_at)
            select id, 'i', n, 'system', '', now() from prescriptions.prescriptions, generate_series(4, 5) n;
            insert into prescriptions.signatures (prescription_id, practitioner_code, reason, signed_at)
            select id, 'x', 'y', now() from prescriptions.prescriptions
            """
        );
        return old;
    }

    public Task MigrateAsync() => TextAsync(Migration.For("prescriptions").Single(m => m.Name == Months).Sql);

    public Task<string> TextAsync(string sql) => Sql.TextAsync(database, sql);

    public ValueTask DisposeAsync() => database.DisposeAsync();
}
