using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;
using TcmBrain.Quality.Nonconformities;

namespace TcmBrain.Quality.Lots;

/// <summary>
/// A recall reached a lot: it is called back, whether released or still waiting for its tests. A rejected lot is out of use already. Told again
/// it changes nothing.
/// </summary>
internal sealed class RecallOnOrder(NonconformityBook book, SeverityRule severities, TimeProvider time) : IHandle<RecallOrdered>
{
    public async Task HandleAsync(RecallOrdered e, Work work, CancellationToken cancellationToken)
    {
        await using (
            var keep = work.Command(
                """
                insert into quality.recall_order (lot_id, recall_id, reason, ordered_by) values ($1, $2, $3, $4) on conflict do nothing
                """,
                e.AggregateId,
                e.RecallId,
                e.Reason,
                e.OrderedBy
            )
        )
        {
            await keep.ExecuteNonQueryAsync(cancellationToken);
        }

        await CallBackAsync(work, e.AggregateId, cancellationToken);
    }

    /// <summary>Calls the lot back when there is an order and it can be.</summary>
    internal async Task CallBackAsync(Work work, Guid lotId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        Opening opening;
        await using var command = work.Command(
            """
            update quality.lot l set state = 'recalled', told = told + 1, decided_at = $2, decided_by = o.ordered_by,
                                     decided_name = o.ordered_by, reason = o.reason
            from quality.recall_order o
            where l.lot_id = $1 and o.lot_id = l.lot_id and l.state in ('waiting', 'released')
            returning l.told, l.centre_code, l.piece, l.lot_number, o.ordered_by, o.reason, o.recall_id, l.traceparent
            """,
            lotId,
            now
        );
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
            {
                return;
            }

            var issued = new RecallIssued
            {
                AggregateId = lotId,
                Version = reader.GetInt32(0),
                OccurredAt = now,
                CentreCode = reader.GetString(1),
                Piece = reader.GetString(2),
                LotNumber = reader.GetString(3),
                IssuedBy = reader.GetString(4),
                Reason = reader.GetString(5),
                RecallId = reader.GetGuid(6),
            };
            work.Publish(issued, reader.IsDBNull(7) ? null : reader.GetString(7));
            opening = new Opening(
                "recall",
                issued.CentreCode,
                "recall",
                issued.Piece,
                severities.Of("recall", "recall"),
                $"{issued.Piece} 批号 {issued.LotNumber} 召回:{issued.Reason}",
                $"{issued.Piece} lot {issued.LotNumber} called back: {issued.Reason}",
                now
            )
            {
                SourceId = lotId,
            };
        }

        await book.OpenAsync(work, opening, cancellationToken);
    }
}
