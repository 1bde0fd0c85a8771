using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;

namespace TcmBrain.Exchange.Operations;

/// <summary>
/// Reads outbox and inbox in the order of message ids, page by page: no transaction stays open, so neither the writers nor
/// <c>exchange.maintain</c> wait for a long read.
/// </summary>
internal static class OutboxPages
{
    private const int IdsAPage = 10_000;
    private const int EventsAPage = 1_000;

    /// <summary>Before every event.</summary>
    public static readonly (DateOnly Day, Guid MessageId) Beginning = (new DateOnly(2000, 1, 1), Guid.Empty);

    /// <summary>Ids of the events of these types, up to and with <paramref name="upTo"/>. A UUIDv7 orders as its day does.</summary>
    public static async IAsyncEnumerable<Guid> ToldAsync(
        NpgsqlDataSource database,
        string[] types,
        Guid upTo,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        const string sql = """
            select day, message_id from exchange.outbox
            where day >= $1 and (day, message_id) > ($1, $2) and message_id <= $3 and type = any($4)
            order by day, message_id limit $5
            """;
        var (day, id) = Beginning;
        while (true)
        {
            await using var command = database.CreateCommand(sql);
            command.Parameters.AddWithValue(day);
            command.Parameters.AddWithValue(id);
            command.Parameters.AddWithValue(upTo);
            command.Parameters.AddWithValue(types);
            command.Parameters.AddWithValue(IdsAPage);
            var read = 0;
            await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
            {
                while (await reader.ReadAsync(cancellationToken))
                {
                    (day, id) = (reader.GetFieldValue<DateOnly>(0), reader.GetGuid(1));
                    read++;
                    yield return id;
                }
            }

            if (read < IdsAPage)
            {
                yield break;
            }
        }
    }

    /// <summary>Ids that the consumer has taken in, up to and with <paramref name="upTo"/>.</summary>
    public static async IAsyncEnumerable<Guid> TakenAsync(
        NpgsqlDataSource database,
        string consumer,
        Guid upTo,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        const string sql = """
            select message_id from exchange.inbox
            where consumer = $1 and message_id > $2 and message_id <= $3 order by message_id limit $4
            """;
        var id = Guid.Empty;
        while (true)
        {
            await using var command = database.CreateCommand(sql);
            command.Parameters.AddWithValue(consumer);
            command.Parameters.AddWithValue(id);
            command.Parameters.AddWithValue(upTo);
            command.Parameters.AddWithValue(IdsAPage);
            var read = 0;
            await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
            {
                while (await reader.ReadAsync(cancellationToken))
                {
                    id = reader.GetGuid(0);
                    read++;
                    yield return id;
                }
            }

            if (read < IdsAPage)
            {
                yield break;
            }
        }
    }

    /// <summary>A page of whole events of these types after a position, recorded since then; oldest first, at most 1000.</summary>
    public static async Task<List<StoredEvent>> EventsAsync(
        NpgsqlDataSource database,
        string[] types,
        DateTimeOffset? since,
        (DateOnly Day, Guid MessageId) after,
        CancellationToken cancellationToken
    )
    {
        // A day may be counted by a clock a little ahead of, or behind, the one that recorded.
        const string sql = """
            select day, message_id, type, traceparent, payload from exchange.outbox
            where day >= $1 and (day, message_id) > ($1, $2) and type = any($3)
              and ($4::timestamptz is null or recorded_at >= $4 and day >= ($4::timestamptz at time zone 'utc')::date - 1)
            order by day, message_id limit $5
            """;
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddWithValue(after.Day);
        command.Parameters.AddWithValue(after.MessageId);
        command.Parameters.AddWithValue(types);
        command.Parameters.Add(
            new NpgsqlParameter { Value = since is { } s ? s.UtcDateTime : DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz }
        );
        command.Parameters.AddWithValue(EventsAPage);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var page = new List<StoredEvent>();
        while (await reader.ReadAsync(cancellationToken))
        {
            page.Add(
                new StoredEvent(
                    reader.GetFieldValue<DateOnly>(0),
                    reader.GetGuid(1),
                    reader.GetString(2),
                    reader.IsDBNull(3) ? null : reader.GetString(3),
                    reader.GetFieldValue<byte[]>(4)
                )
            );
        }

        return page;
    }
}

internal readonly record struct StoredEvent(DateOnly Day, Guid MessageId, string Type, string? TraceParent, byte[] Payload);
