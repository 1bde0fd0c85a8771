using Npgsql;
using NpgsqlTypes;
using TcmBrain.Exchange.Storage;

namespace TcmBrain.Exchange.Outbox;

/// <summary>The outbox's SQL.</summary>
public static class OutboxStore
{
    /// <summary>From this many rows on COPY is quicker than one insert of arrays.</summary>
    private const int CopyFrom = 100;

    /// <summary>Writes events into the transaction that changes what they tell of.</summary>
    public static Task WriteAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        IReadOnlyList<OutboxRow> rows,
        CancellationToken cancellationToken
    ) =>
        rows.Count >= CopyFrom
            ? CopyAsync(connection, rows, cancellationToken)
            : InsertAsync(connection, transaction, rows, cancellationToken);

    private static async Task InsertAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        IReadOnlyList<OutboxRow> rows,
        CancellationToken cancellationToken
    )
    {
        const string sql = """
            with told as (
                insert into exchange.outbox (day, message_id, type, aggregate_id, version, occurred_at, traceparent, payload)
                select * from unnest($1, $2, $3, $4, $5, $6, $7, $8)
                returning message_id, day)
            insert into exchange.outbox_pending (message_id, day) select message_id, day from told
            """;
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Date, r => r.Day));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Uuid, r => r.MessageId));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Text, r => r.Type));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Uuid, r => r.AggregateId));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Integer, r => r.Version));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.TimestampTz, r => r.OccurredAt.UtcDateTime));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Text, r => r.TraceParent));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Text, r => r.Payload));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task CopyAsync(NpgsqlConnection connection, IReadOnlyList<OutboxRow> rows, CancellationToken cancellationToken)
    {
        var payloads = 0;
        foreach (var row in rows)
        {
            payloads += row.Payload.Length;
        }

        using var outbox = new CopyRows(columns: 8, payloads + rows.Count * 256);
        using var pending = new CopyRows(columns: 2, rows.Count * 32);
        foreach (var row in rows)
        {
            outbox.Row();
            outbox.Day(row.Day);
            outbox.Uuid(row.MessageId);
            outbox.Text(row.Type);
            outbox.Uuid(row.AggregateId);
            outbox.Int(row.Version);
            outbox.Instant(row.OccurredAt);
            outbox.Text(row.TraceParent);
            outbox.Bytes(row.Payload);
            pending.Row();
            pending.Uuid(row.MessageId);
            pending.Day(row.Day);
        }

        await outbox.SendAsync(
            connection,
            "copy exchange.outbox (day, message_id, type, aggregate_id, version, occurred_at, traceparent, payload) from stdin (format binary)",
            cancellationToken
        );
        await pending.SendAsync(connection, "copy exchange.outbox_pending (message_id, day) from stdin (format binary)", cancellationToken);
    }

    /// <summary>
    /// Takes up to <paramref name="limit"/> unconfirmed events for the length of the transaction, oldest first, leaving aside
    /// what another relay holds. Rolling back gives them all back.
    /// </summary>
    internal static async Task<List<ClaimedEvent>> ClaimAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        int limit,
        CancellationToken cancellationToken
    )
    {
        const string sql = """
            with next as materialized (
                select message_id from exchange.outbox_pending order by message_id limit $1 for update skip locked),
            taken as (
                delete from exchange.outbox_pending p using next where p.message_id = next.message_id
                returning p.message_id, p.day)
            select t.message_id, t.day, o.type, o.traceparent, o.payload
            from taken t left join exchange.outbox o on o.day = t.day and o.message_id = t.message_id
            """;
        await using var command = new NpgsqlCommand(sql, connection, transaction) { Parameters = { new() { Value = limit } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var claimed = new List<ClaimedEvent>(limit);
        while (await reader.ReadAsync(cancellationToken))
        {
            claimed.Add(
                new ClaimedEvent(
                    reader.GetGuid(0),
                    reader.GetFieldValue<DateOnly>(1),
                    reader.IsDBNull(2) ? null : reader.GetString(2),
                    reader.IsDBNull(3) ? null : reader.GetString(3),
                    reader.IsDBNull(4) ? [] : reader.GetFieldValue<byte[]>(4)
                )
            );
        }

        return claimed;
    }

    internal static async Task BuryAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        ClaimedEvent claimed,
        string reason,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            "insert into exchange.outbox_dead (message_id, day, reason) values ($1, $2, $3) on conflict do nothing",
            connection,
            transaction
        )
        {
            Parameters =
            {
                new() { Value = claimed.MessageId },
                new() { Value = claimed.Day },
                new() { Value = reason },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>An event on its way to the broker. Its type is null when its row in the outbox is gone.</summary>
internal readonly record struct ClaimedEvent(Guid MessageId, DateOnly Day, string? Type, string? TraceParent, byte[] Payload);
