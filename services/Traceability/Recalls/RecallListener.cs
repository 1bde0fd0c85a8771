using TcmBrain.Exchange;
using TcmBrain.Traceability.Graph;
using TcmBrain.Traceability.Log;

namespace TcmBrain.Traceability.Recalls;

/// <summary>
/// Keeps recalls open to what comes later: what is captured of an affected thing joins its recall, however late. A lot that quality control
/// called back by itself gets a recall of its own, so there is one kind of recall; a lot that is destroyed has its outcome.
/// </summary>
internal sealed class RecallListener(RecallSearch search, TimeProvider time) : IGraphListener
{
    private const short UnknownLevel = 2;

    public async Task TakeAsync(IReadOnlyList<LoggedEvent> events, Work work, CancellationToken cancellationToken)
    {
        var calledBack = events.Where(IsPlatformsRecall).ToList();
        foreach (var e in calledBack)
        {
            await OpenAsync(work, e, cancellationToken);
        }

        if (await HasOpenAsync(work, cancellationToken))
        {
            await ExtendAsync(work, events, cancellationToken);
            await NoteDestroyedAsync(work, events, cancellationToken);
        }
    }

    private static bool IsPlatformsRecall(LoggedEvent e) =>
        e is { CapturedBy: TraceDraft.Platform, BizStep: "holding", ErrorDeclaration: false }
        && Links.Word(e.Json, "disposition") == "recalled";

    private static async Task<bool> HasOpenAsync(Work work, CancellationToken cancellationToken)
    {
        await using var command = work.Command("select exists (select from traceability.recall where closed_at is null)");
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>A recall for a lot of the platform that no open one has. Its issuer is the centre; quality control names no level: 2.</summary>
    private async Task OpenAsync(Work work, LoggedEvent e, CancellationToken cancellationToken)
    {
        var recallId = Guid.CreateVersion7();
        var reason = Links.Text(e.Json, "tcm:recallReason") ?? "";
        await using var command = work.Command(
            """
            insert into traceability.recall (id, request_id, content, level, reason, issuer, issued_by, issued_at, listed_in)
            select $1, 'quality ' || l.lot_id || ' ' || $3::bigint, sha256(convert_to(l.item, 'UTF8')), $4, $5, l.centre_code, l.centre_code, $6, 0
            from traceability.lot l
            where l.item = any($2) and not exists (
                select from traceability.recall_item i join traceability.recall r on r.id = i.recall_id
                where i.item = l.item and r.closed_at is null)
            limit 1 on conflict do nothing
            returning (select item from traceability.lot x where x.item = any($2) limit 1), issued_by
            """,
            recallId,
            Events.EventItems.Of(e.Json).Select(i => i.Item).ToArray(),
            e.LeafIndex,
            UnknownLevel,
            reason,
            time.GetUtcNow()
        );
        string item;
        string issuedBy;
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
            {
                return;
            }

            (item, issuedBy) = (reader.GetString(0), reader.GetString(1));
        }

        var began = time.GetTimestamp();
        var head = new RecallHead(recallId, UnknownLevel, reason, issuedBy, Late: false);
        await search.BeginAsync(work, recallId, [item], cancellationToken);
        await search.ExtendAsync(work, head, [(item, 0)], cancellationToken);
        await search.FreezeAsync(work, head, cancellationToken);
        await using var listed = work.Command(
            "update traceability.recall set listed_in = $2 where id = $1",
            recallId,
            (long)time.GetElapsedTime(began).TotalMicroseconds
        );
        await listed.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Goes on from every affected thing that a new event made something of or put somewhere.</summary>
    private async Task ExtendAsync(Work work, IReadOnlyList<LoggedEvent> events, CancellationToken cancellationToken)
    {
        Guid[] steps =
        [
            .. events.Where(e => !e.ErrorDeclaration).SelectMany(e => Links.Of(e.Json, e.CapturedBy)).Select(l => l.Step).Distinct(),
        ];
        if (steps.Length == 0)
        {
            return;
        }

        var touched = new List<(RecallHead Recall, string Item, int Depth)>();
        await using (
            var command = work.Command(
                """
                select distinct r.id, r.level, r.reason, r.issued_by, i.item, i.depth
                from unnest($1::uuid[]) as s (step)
                join traceability.link l on l.step = s.step and l.role in (1, 3, 5)
                join traceability.recall_item i on i.item = l.thing
                join traceability.recall r on r.id = i.recall_id and r.closed_at is null
                union
                select r.id, r.level, r.reason, r.issued_by, i.item, i.depth
                from traceability.crossing c
                join traceability.recall_item i on i.prescription_id = c.prescription_id and i.kind = 2
                join traceability.recall r on r.id = i.recall_id and r.closed_at is null
                where c.step = any($1)
                """,
                steps
            )
        )
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                touched.Add(
                    (
                        new RecallHead(reader.GetGuid(0), reader.GetInt16(1), reader.GetString(2), reader.GetString(3), Late: true),
                        reader.GetString(4),
                        reader.GetInt32(5)
                    )
                );
            }
        }

        foreach (var group in touched.GroupBy(t => t.Recall))
        {
            await search.ExtendAsync(work, group.Key, [.. group.Select(g => (g.Item, g.Depth))], cancellationToken);
            await search.FreezeAsync(work, group.Key, cancellationToken);
        }
    }

    private async Task NoteDestroyedAsync(Work work, IReadOnlyList<LoggedEvent> events, CancellationToken cancellationToken)
    {
        string[] destroyed =
        [
            .. events
                .Where(e => e is { BizStep: "destroying", ErrorDeclaration: false } && Links.Text(e.Json, "action") == "DELETE")
                .SelectMany(e => Events.EventItems.Of(e.Json))
                .Where(i => i.Role == Events.ItemRole.Epc && ThingKinds.Of(i.Item) is ThingKind.Instance or ThingKind.Container)
                .Select(i => i.Item)
                .Distinct(),
        ];
        if (destroyed.Length == 0)
        {
            return;
        }

        await using var command = work.Command(
            """
            update traceability.recall_item i set outcome = 'destroyed', settled_at = $2, settled_by = ''
            from traceability.recall r where r.id = i.recall_id and r.closed_at is null and i.item = any($1) and i.outcome is null
            """,
            destroyed,
            time.GetUtcNow()
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
