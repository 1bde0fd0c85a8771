using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Exchange.Operations;

namespace TcmBrain.Exchange.Tests.Support;

/// <summary>Questions to a test's database.</summary>
internal static class Database
{
    /// <summary>Greater than every id that the tests give.</summary>
    public static Guid Whenever => MessageIds.LastOf(DateTimeOffset.UtcNow.AddHours(1));

    public static async Task<T> ScalarAsync<T>(string database, string sql, params object[] parameters)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in parameters)
        {
            command.Parameters.AddWithValue(value);
        }

        return (T)(await command.ExecuteScalarAsync())!;
    }

    public static async Task ExecuteAsync(string database, string sql, params object[] parameters)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in parameters)
        {
            command.Parameters.AddWithValue(value);
        }

        await command.ExecuteNonQueryAsync();
    }

    public static Task<long> PendingAsync(string database) => ScalarAsync<long>(database, "select count(*) from exchange.outbox_pending");

    public static Task<long> EffectsAsync(string database) => ScalarAsync<long>(database, "select count(*) from public.effects");

    public static Task<long> DistinctEffectsAsync(string database) =>
        ScalarAsync<long>(database, "select count(distinct message_id) from public.effects");

    /// <summary>All that institutions told beside all that the listener took in.</summary>
    public static async Task<DeliveryBalance> BalanceAsync(string institutions, string listener, string listenerDatabase)
    {
        await using var told = NpgsqlDataSource.Create(institutions);
        await using var taken = NpgsqlDataSource.Create(listenerDatabase);
        // Nobody else tells anything here, and a listener's own outbox is as empty as any.
        var databases = Topology.Services.ToDictionary(s => s.Name, s => s.Name == "institutions" ? told : taken);
        return await new DeliveryAudit(databases).CompareAsync(Topology.Of(listener), Whenever, DateTimeOffset.UnixEpoch);
    }
}
