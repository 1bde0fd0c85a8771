using Npgsql;
using NpgsqlTypes;
using TcmBrain.Traceability.Events;

namespace TcmBrain.Traceability.Graph;

/// <summary>What events leave in the graph's tables.</summary>
internal static class GraphRows
{
    public static void Add(NpgsqlBatch batch, IReadOnlyList<LoggedEvent> events)
    {
        AddLinks(batch, events);
        AddWithdrawals(batch, events);
        AddCrossings(batch, events);
        AddHandovers(batch, events);
        AddStages(batch, events);
        Add(batch, "update traceability.graph_position set next = $1, told_from = greatest(told_from, $1)", events[^1].LeafIndex + 1);
    }

    private static void AddLinks(NpgsqlBatch batch, IReadOnlyList<LoggedEvent> events)
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

    /// <summary>
    /// A prescription's things stay with it and are followed as one. Where a stranger makes something of them, that is where the way goes on.
    /// </summary>
    private static void AddCrossings(NpgsqlBatch batch, IReadOnlyList<LoggedEvent> events)
    {
        var used = events
            .Where(e => e is { ErrorDeclaration: false, PrescriptionId: null })
            .SelectMany(e => Links.Of(e.Json, e.CapturedBy).Select(l => (Link: l, e.LeafIndex)))
            .Where(l => l.Link.Role == LinkRole.Input && ThingKinds.Of(l.Link.Thing) == ThingKind.Instance)
            .ToList();
        if (used.Count > 0)
        {
            Add(
                batch,
                """
                insert into traceability.crossing (prescription_id, step)
                select distinct e.prescription_id, u.step from unnest($1::text[], $2::uuid[]) as u (thing, step)
                join traceability.link o on o.thing = u.thing and o.role = 2
                join traceability.event e on e.leaf_index = o.leaf_index and e.prescription_id is not null
                on conflict do nothing
                """,
                used.Select(u => u.Link.Thing).ToArray(),
                used.Select(u => u.Link.Step).ToArray()
            );
        }
    }

    /// <summary>A withdrawn event joins nothing. Only who captured an event can withdraw it: another's declaration is logged and changes nothing.</summary>
    private static void AddWithdrawals(NpgsqlBatch batch, IReadOnlyList<LoggedEvent> events)
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
                join traceability.event o on o.event_key = substr(d.event_key, 1, 16) and not o.error_declaration and o.captured_by = d.captured_by
                where d.leaf_index = any($1)
                on conflict do nothing returning leaf_index)
            delete from traceability.link l using gone where l.leaf_index = gone.leaf_index and l.step = any($2)
            """,
            withdrawn.Select(e => e.LeafIndex).ToArray(),
            withdrawn.SelectMany(e => Links.Of(e.Json, e.CapturedBy)).Select(l => l.Step).Distinct().ToArray()
        );
    }

    private static void AddHandovers(NpgsqlBatch batch, IReadOnlyList<LoggedEvent> events)
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

    private static void AddStages(NpgsqlBatch batch, IReadOnlyList<LoggedEvent> events)
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

    private static void Add(NpgsqlBatch batch, string sql, params object[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in parameters)
        {
            command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value });
        }

        batch.BatchCommands.Add(command);
    }
}
