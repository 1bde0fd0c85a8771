using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;

namespace TcmBrain.Traceability.Recalls;

/// <summary>What a recall is about, for those who are told of it.</summary>
/// <param name="Late">What is found now was captured after the recall was issued.</param>
internal sealed record RecallHead(Guid Id, int Level, string Reason, string IssuedBy, bool Late);

/// <summary>
/// Finds everything that was made of the given things and adds it to a recall, level by level, inside the caller's transaction (下游波及). A thing
/// that the recall has already is not gone through again, so cycles end and a second search adds only what is new.
/// </summary>
internal sealed class RecallSearch(TimeProvider time)
{
    public const short Lot = 1;
    public const short Prescription = 2;
    public const short Thing = 3;

    /// <summary>
    /// One level. A prescription's things are followed as one: from dispensing on they stay together, unless a stranger used one of them.
    /// What lay in a box is in danger where the box is; what else lay in it is not.
    /// </summary>
    private const string Level = """
        with front as (select item, depth from unnest($2::text[], $3::int[]) as f (item, depth)),
        hit as (
            select distinct on (l.step) l.step, f.depth from front f join traceability.link l on l.thing = f.item and l.role = 1
            union
            select c.step, i.depth from front f
            join traceability.recall_item i on i.recall_id = $1 and i.item = f.item and i.kind = 2
            join traceability.crossing c on c.prescription_id = i.prescription_id),
        found as (
            select case when e.prescription_id is null then o.thing else 'prescription:' || e.prescription_id end as item,
                   e.prescription_id, e.institution_code, e.centre_code, e.region_code, h.depth + 1 as depth, o.leaf_index
            from hit h
            join traceability.link o on o.step = h.step and o.role = 2
            join traceability.event e on e.leaf_index = o.leaf_index
            union all
            select p.thing, null, null, e.centre_code, e.region_code, f.depth, p.leaf_index
            from front f
            join traceability.link l on l.thing = f.item and l.role = 3
            join traceability.link p on p.step = l.step and p.role = 5 and p.leaf_index = l.leaf_index
            join traceability.event e on e.leaf_index = p.leaf_index and e.prescription_id is null
            union all
            select c.thing, null, null, e.centre_code, e.region_code, f.depth, c.leaf_index
            from front f
            join traceability.link b on b.thing = f.item and b.role = 5
            join traceability.link c on c.step = b.step and c.role = 3
            join traceability.event e on e.leaf_index = c.leaf_index and e.prescription_id is null
            where exists (select from traceability.link made where made.thing = f.item and made.role = 2))
        insert into traceability.recall_item
            (recall_id, item, kind, prescription_id, institution_code, centre_code, region_code, depth, leaf_index, found_at, late)
        select distinct on (item)
               $1, item, case when prescription_id is not null then 2 when item like 'https://id.gs1.org/01/%/10/%' then 1 else 3 end,
               prescription_id, institution_code, coalesce(lot.centre_code, found.centre_code), region_code, depth, leaf_index, $4, $5
        from found left join traceability.lot using (item)
        order by item, depth, leaf_index
        on conflict (recall_id, item) do nothing
        returning item, depth, kind
        """;

    /// <summary>Puts the lots that are called back into the recall; of a box, what was put into it.</summary>
    public async Task BeginAsync(Work work, Guid recallId, string[] lots, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            insert into traceability.recall_item (recall_id, item, kind, centre_code, region_code, depth, found_at, late)
            select $1, thing, case when thing like 'https://id.gs1.org/01/%/10/%' then 1 else 3 end, coalesce(lot.centre_code, seen.centre_code),
                   seen.region_code, 0, $3, false
            from (
                with recursive inside as (
                    select thing collate "C" as thing from unnest($2::text[]) as thing
                    union
                    select c.thing from inside i
                    join traceability.link b on b.thing = i.thing and b.role = 5
                    join traceability.link c on c.step = b.step and c.role = 3)
                select thing from inside) as root
            left join traceability.lot on lot.item = root.thing
            left join lateral (
                select e.centre_code, e.region_code from traceability.link l join traceability.event e on e.leaf_index = l.leaf_index
                where l.thing = root.thing and l.role = 2 limit 1) seen on true
            """,
            recallId,
            lots,
            time.GetUtcNow()
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <param name="from">Things of the recall from which the search goes on.</param>
    public async Task ExtendAsync(
        Work work,
        RecallHead recall,
        IReadOnlyList<(string Item, int Depth)> from,
        CancellationToken cancellationToken
    )
    {
        var front = from;
        while (front.Count > 0)
        {
            await using var command = work.Command(
                Level,
                recall.Id,
                front.Select(f => f.Item).ToArray(),
                front.Select(f => f.Depth).ToArray(),
                time.GetUtcNow(),
                recall.Late
            );
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var next = new List<(string, int)>();
            while (await reader.ReadAsync(cancellationToken))
            {
                next.Add((reader.GetString(0), reader.GetInt32(1)));
            }

            front = next;
        }
    }

    /// <summary>Has the pharmacies' stock frozen of every lot that the recall reached and of which they were not told yet.</summary>
    public async Task FreezeAsync(Work work, RecallHead recall, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            insert into traceability.recall_order (recall_id, lot_id, ordered_at)
            select $1, l.lot_id, $2 from traceability.recall_item i join traceability.lot l on l.item = i.item
            where i.recall_id = $1 and i.kind = 1 on conflict do nothing
            returning lot_id, (select centre_code from traceability.lot x where x.lot_id = recall_order.lot_id),
                      (select piece from traceability.lot x where x.lot_id = recall_order.lot_id),
                      (select lot_number from traceability.lot x where x.lot_id = recall_order.lot_id),
                      (select count(*)::int from traceability.recall_order o where o.lot_id = recall_order.lot_id)
            """,
            recall.Id,
            time.GetUtcNow()
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            work.Publish(
                new RecallOrdered
                {
                    AggregateId = reader.GetGuid(0),
                    Version = reader.GetInt32(4) + 1,
                    OccurredAt = time.GetUtcNow(),
                    RecallId = recall.Id,
                    CentreCode = reader.GetString(1),
                    Piece = reader.GetString(2),
                    LotNumber = reader.GetString(3),
                    Level = recall.Level,
                    Reason = recall.Reason,
                    OrderedBy = recall.IssuedBy,
                }
            );
        }
    }
}
