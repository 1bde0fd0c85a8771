using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;

namespace TcmBrain.Testing;

/// <summary>An event from an outbox, with the trace it carries.</summary>
public sealed record ToldEvent(Event Event, string? TraceParent);

/// <summary>Reads what a service has told, and what it has taken in.</summary>
public static class Told
{
    /// <summary>Everything told of an aggregate, in the order of its versions.</summary>
    public static async Task<IReadOnlyList<ToldEvent>> OfAsync(NpgsqlDataSource database, Guid aggregateId)
    {
        await using var command = database.CreateCommand(
            "select type, payload, traceparent from exchange.outbox where aggregate_id = $1 order by version, message_id"
        );
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = aggregateId });
        await using var reader = await command.ExecuteReaderAsync();
        var told = new List<ToldEvent>();
        while (await reader.ReadAsync())
        {
            var type =
                Topology.EventType(reader.GetString(0))
                ?? throw new InvalidOperationException($"{reader.GetString(0)} is not in the topology.");
            var payload = System.Text.Encoding.UTF8.GetBytes(reader.GetString(1));
            told.Add(new ToldEvent(EventJson.Read(payload, type), reader.IsDBNull(2) ? null : reader.GetString(2)));
        }

        return told;
    }

    /// <summary>Waits until the service has taken the message in, with its effect.</summary>
    public static Task TakenInAsync(NpgsqlDataSource database, Guid messageId) =>
        Eventually.Be(
            async () =>
            {
                await using var command = database.CreateCommand("select exists (select from exchange.inbox where message_id = $1)");
                command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = messageId });
                return await command.ExecuteScalarAsync() is true;
            },
            $"message {messageId} is taken in"
        );
}
