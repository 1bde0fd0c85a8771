using Npgsql;
using NpgsqlTypes;
using TcmBrain.Exchange.Inbox;

namespace TcmBrain.Exchange.TestHost;

/// <summary>The effect of a test's listener: a row for every event taken in. Nothing in the table forbids a second one.</summary>
public static class Effects
{
    private const string Table = """
        create table if not exists public.effects (
            message_id uuid not null, aggregate_id uuid not null, version int not null, type text not null)
        """;

    public static async Task CreateAsync(string database)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(Table, connection);
        await command.ExecuteNonQueryAsync();
    }
}

/// <summary>Writes the effects in the transaction that takes the events in.</summary>
public sealed class EffectFold : IFold
{
    public async Task FoldAsync(IReadOnlyList<TakenEvent> events, Work work, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            "insert into public.effects (message_id, aggregate_id, version, type) select * from unnest($1, $2, $3, $4)"
        );
        command.Parameters.Add(Array(NpgsqlDbType.Uuid, events.Select(e => e.MessageId).ToArray()));
        command.Parameters.Add(Array(NpgsqlDbType.Uuid, events.Select(e => e.Event.AggregateId).ToArray()));
        command.Parameters.Add(Array(NpgsqlDbType.Integer, events.Select(e => e.Event.Version).ToArray()));
        command.Parameters.Add(Array(NpgsqlDbType.Text, events.Select(e => e.Event.GetType().Name).ToArray()));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlParameter Array<T>(NpgsqlDbType type, T[] values) =>
        new() { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type };
}
