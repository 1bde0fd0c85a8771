using System.Text.Json;
using Npgsql;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Traceability.Log;

namespace TcmBrain.Traceability.Graph;

/// <summary>
/// Makes the graph from the log, in its order, each event once. Behind the capture and not in it: capturing stays as fast as it was, and
/// whoever reads the graph calls <see cref="CatchUpAsync"/> first and so sees all that was captured before. Replicas take turns.
/// </summary>
public sealed class GraphIndex(NpgsqlDataSource database, EventExchange exchange, IEnumerable<IGraphListener> listeners)
{
    private const int Page = 1000;

    /// <summary>Returns when the graph has every event that was in the log at the call.</summary>
    /// <returns>How many events were new to the graph.</returns>
    public async Task<long> CatchUpAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        long taken = 0;
        while (await IsBehindAsync(connection, cancellationToken) && await TakeAsync(cancellationToken) is var count and > 0)
        {
            taken += count;
        }

        return taken;
    }

    private static async Task<bool> IsBehindAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select (select size from traceability.log) > (select next from traceability.graph_position)",
            connection
        );
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task<int> TakeAsync(CancellationToken cancellationToken)
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        long next;
        long toldFrom;
        await using (var turn = work.Command("select next, told_from from traceability.graph_position for update"))
        await using (var reader = await turn.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            (next, toldFrom) = (reader.GetInt64(0), reader.GetInt64(1));
        }

        var events = await EventsAsync(work, next, cancellationToken);
        if (events.Count == 0)
        {
            return 0;
        }

        await using (var batch = new NpgsqlBatch(work.Connection, work.Transaction))
        {
            GraphRows.Add(batch, events);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        foreach (var listener in listeners)
        {
            await listener.TakeAsync(events, work, cancellationToken);
        }

        Tell(work, events.Where(e => e.LeafIndex >= toldFrom && e.CapturedBy != TraceDraft.Platform));
        await work.CommitAsync(cancellationToken);
        return events.Count;
    }

    /// <summary>
    /// What parties captured, told by its number. Here and not with each capture: a capture is a few events, and telling each time would cost
    /// more than storing them.
    /// </summary>
    private static void Tell(Work work, IEnumerable<LoggedEvent> captured)
    {
        foreach (var region in captured.GroupBy(e => e.RegionCode, StringComparer.Ordinal))
        {
            work.Publish(
                new TraceBatchCaptured
                {
                    AggregateId = Guid.CreateVersion7(),
                    Version = 1,
                    OccurredAt = region.Max(e => e.RecordedAt),
                    Count = region.Count(),
                    FirstLeafIndex = region.First().LeafIndex,
                    RegionCode = region.Key,
                }
            );
        }
    }

    private static async Task<List<LoggedEvent>> EventsAsync(Work work, long from, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            select leaf_index, event_hash, error_declaration, captured_by, event_time, recorded_at, prescription_id, region_code, body
            from traceability.event where leaf_index >= $1 order by leaf_index limit $2
            """,
            from,
            Page
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<LoggedEvent>(Page);
        while (await reader.ReadAsync(cancellationToken))
        {
            events.Add(
                new LoggedEvent(
                    reader.GetInt64(0),
                    reader.GetFieldValue<byte[]>(1),
                    reader.GetBoolean(2),
                    reader.GetString(3),
                    reader.GetFieldValue<DateTimeOffset>(4),
                    reader.GetFieldValue<DateTimeOffset>(5),
                    reader.IsDBNull(6) ? null : reader.GetGuid(6),
                    reader.IsDBNull(7) ? null : reader.GetString(7),
                    Parse(reader.GetString(8))
                )
            );
        }

        return events;
    }

    /// <summary>An event that somebody made unreadable by hand is no reason to stop: the auditor says so, the graph goes on without it.</summary>
    private static JsonElement Parse(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind == JsonValueKind.Object)
            {
                return json.RootElement.Clone();
            }
        }
        catch (JsonException)
        {
            // Falls through to the event that says nothing.
        }

        using var nothing = JsonDocument.Parse("{}");
        return nothing.RootElement.Clone();
    }
}

/// <summary>Goes along with the graph: hears of every event once, within the transaction that adds it.</summary>
public interface IGraphListener
{
    Task TakeAsync(IReadOnlyList<LoggedEvent> events, Work work, CancellationToken cancellationToken);
}
