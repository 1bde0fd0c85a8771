using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.Traceability.Events;

namespace TcmBrain.Traceability.Graph;

/// <summary>
/// Makes the graph from the log, in its order, each event once. Behind the capture and not in it: capturing stays as fast as it was, and
/// whoever reads the graph calls <see cref="CatchUpAsync"/> first and so sees all that was captured before. Replicas take turns.
/// </summary>
public sealed class GraphIndex(NpgsqlDataSource database, IEnumerable<IGraphListener> listeners)
{
    private const int Page = 1000;

    /// <summary>Returns when the graph has every event that was in the log at the call.</summary>
    /// <returns>How many events were new to the graph.</returns>
    public async Task<long> CatchUpAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        long taken = 0;
        while (await IsBehindAsync(connection, cancellationToken) && await TakeAsync(connection, cancellationToken) is var count and > 0)
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

    private async Task<int> TakeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        long next;
        await using (var turn = new NpgsqlCommand("select next from traceability.graph_position for update", connection, transaction))
        {
            next = (long)(await turn.ExecuteScalarAsync(cancellationToken))!;
        }

        var events = await EventsAsync(connection, transaction, next, cancellationToken);
        if (events.Count == 0)
        {
            return 0;
        }

        await using (var batch = new NpgsqlBatch(connection, transaction))
        {
            AddLinks(batch, events);
            AddWithdrawals(batch, events);
            AddHandovers(batch, events);
            AddStages(batch, events);
            Add(batch, "update traceability.graph_position set next = $1", events[^1].LeafIndex + 1);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        foreach (var listener in listeners)
        {
            await listener.TakeAsync(events, connection, transaction, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return events.Count;
    }

    private static async Task<List<LoggedEvent>> EventsAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        long from,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            """
            select leaf_index, event_hash, error_declaration, captured_by, event_time, recorded_at, prescription_id, body
            from traceability.event where leaf_index >= $1 order by leaf_index limit $2
            """,
            connection,
            transaction
        )
        {
            Parameters =
            {
                new() { Value = from },
                new() { Value = Page },
            },
        };
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
                    Parse(reader.GetString(7))
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
            return json.RootElement.Clone();
        }
        catch (JsonException)
        {
            using var nothing = JsonDocument.Parse("{}");
            return nothing.RootElement.Clone();
        }
    }

    private static void AddLinks(NpgsqlBatch batch, List<LoggedEvent> events)
    {
        List<(Link Link, long Leaf)> links =
        [
            .. events.Where(e => !e.ErrorDeclaration).SelectMany(e => Links.Of(e.Json, e.CapturedBy).Select(l => (l, e.LeafIndex))),
        ];
        if (links.Count == 0)
        {
            return;
        }

        Add(
            batch,
            """
            insert into traceability.link (thing, role, step, leaf_index, quantity, unit)
            select * from unnest($1, $2, $3, $4, $5, $6)
            """,
            links.Select(l => l.Link.Thing).ToArray(),
            links.Select(l => (short)l.Link.Role).ToArray(),
            links.Select(l => l.Link.Step).ToArray(),
            links.Select(l => l.Leaf).ToArray(),
            new NpgsqlParameter
            {
                Value = links.Select(l => l.Link.Quantity).ToArray(),
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Numeric,
            },
            new NpgsqlParameter { Value = links.Select(l => l.Link.Unit).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text }
        );
    }

    /// <summary>A withdrawn event joins nothing. Only who captured an event can withdraw it: another's declaration is logged and changes nothing.</summary>
    private static void AddWithdrawals(NpgsqlBatch batch, List<LoggedEvent> events)
    {
        var withdrawn = events.Where(e => e.ErrorDeclaration).ToList();
        if (withdrawn.Count == 0)
        {
            return;
        }

        Add(
            batch,
            """
            with gone as (
                insert into traceability.withdrawn (leaf_index)
                select o.leaf_index from traceability.event d
                join traceability.event o on o.event_hash = d.event_hash and not o.error_declaration and o.captured_by = d.captured_by
                where d.leaf_index = any($1)
                on conflict do nothing returning leaf_index)
            delete from traceability.link l using gone where l.leaf_index = gone.leaf_index and l.step = any($2)
            """,
            withdrawn.Select(e => e.LeafIndex).ToArray(),
            withdrawn.SelectMany(e => Links.Of(e.Json, e.CapturedBy)).Select(l => l.Step).Distinct().ToArray()
        );
    }

    private static void AddHandovers(NpgsqlBatch batch, List<LoggedEvent> events)
    {
        var sent = events
            .Where(e => !e.ErrorDeclaration)
            .SelectMany(e =>
                e.Recipients().SelectMany(gln => EventItems.Of(e.Json).Select(i => (i.Item, e.CapturedBy, Gln: gln, e.LeafIndex)))
            )
            .ToList();
        if (sent.Count > 0)
        {
            Add(
                batch,
                """
                insert into traceability.handover (thing, sender, recipient, leaf_index)
                select s.thing, s.sender, p.institution_code, s.leaf
                from unnest($1, $2, $3, $4) as s (thing, sender, gln, leaf) join traceability.party p on p.gln = s.gln
                on conflict do nothing
                """,
                sent.Select(s => s.Item).ToArray(),
                sent.Select(s => s.CapturedBy).ToArray(),
                sent.Select(s => s.Gln).ToArray(),
                sent.Select(s => s.LeafIndex).ToArray()
            );
        }
    }

    private static void AddStages(NpgsqlBatch batch, List<LoggedEvent> events)
    {
        var stages = events
            .Select(e => (e.PrescriptionId, Stage: e.Stage(), e.EventTime))
            .Where(s => s.Stage is not null)
            .GroupBy(s => s.PrescriptionId!.Value)
            .Select(g => g.MaxBy(s => s.Stage))
            .ToList();
        if (stages.Count > 0)
        {
            Add(
                batch,
                """
                insert into traceability.prescription_stage as s (prescription_id, stage, since) select * from unnest($1, $2, $3)
                on conflict (prescription_id) do update set stage = excluded.stage, since = excluded.since where excluded.stage > s.stage
                """,
                stages.Select(s => s.PrescriptionId!.Value).ToArray(),
                stages.Select(s => (short)s.Stage!.Value).ToArray(),
                stages.Select(s => s.EventTime.ToUniversalTime()).ToArray()
            );
        }
    }

    internal static void Add(NpgsqlBatch batch, string sql, params object[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in parameters)
        {
            command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value });
        }

        batch.BatchCommands.Add(command);
    }
}

/// <summary>Goes along with the graph: hears of every event once, within the transaction that adds it.</summary>
public interface IGraphListener
{
    Task TakeAsync(
        IReadOnlyList<LoggedEvent> events,
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    );
}
