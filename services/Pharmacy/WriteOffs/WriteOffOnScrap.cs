using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;
using TcmBrain.Pharmacy.Ledger;
using TcmBrain.Pharmacy.Reservation;
using TcmBrain.Pharmacy.Storage;

namespace TcmBrain.Pharmacy.WriteOffs;

/// <summary>
/// What was handed out for a decoction that nobody may take is lost (报废): dispensed → lost, lot by lot, but for what had come back before.
/// Told again it finds nothing left to write off.
/// </summary>
internal sealed class WriteOffOnScrap : IHandle<DecoctionScrapped>
{
    private const string Left = """
        select a.lot_id, a.line_number, a.weighed - coalesce(
            (select sum(e.milligrams) from pharmacy.entries e join pharmacy.movements m on m.id = e.movement_id
             where m.prescription_id = a.prescription_id and m.kind = 'goods-back' and e.lot_id = a.lot_id and e.line_number = a.line_number), 0)::bigint
        from pharmacy.allocations a join pharmacy.prescriptions p on p.id = a.prescription_id
        where a.prescription_id = $1 and a.weighed is not null and p.state = 'checked' order by a.lot_id, a.line_number
        """;

    public async Task HandleAsync(DecoctionScrapped e, Work work, CancellationToken cancellationToken)
    {
        var lots = (await LeftAsync(e.AggregateId, work, cancellationToken)).Select(entry => entry.LotId).Distinct().ToArray();
        if (lots.Length == 0)
        {
            return;
        }

        await using (var batch = work.Batch())
        {
            ReservationDesk.Lock(batch, [], lots, []);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        // Read again under the lock: a person may have written off some of it meanwhile.
        var entries = await LeftAsync(e.AggregateId, work, cancellationToken);
        var movement = new Movement(MovementKind.GoodsBack, e.AggregateId, e.DecidedBy, e.OccurredAt, entries) { Reason = e.Reason };
        await LedgerStore.PostAsync(work, movement, cancellationToken);
    }

    private static async Task<List<Entry>> LeftAsync(Guid prescriptionId, Work work, CancellationToken cancellationToken)
    {
        await using var command = work.Command(Left, prescriptionId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var entries = new List<Entry>();
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.GetInt64(2) is > 0 and var milligrams)
            {
                entries.Add(new Entry(reader.GetGuid(0), reader.GetInt32(1), Account.Dispensed, Account.Lost, milligrams));
            }
        }

        return entries;
    }
}
