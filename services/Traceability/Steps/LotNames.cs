using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;

namespace TcmBrain.Traceability.Steps;

/// <summary>Remembers which lot of the platform a name in the trace is, so that a recall finds the stock.</summary>
internal static class LotNames
{
    public static async Task KeepAsync(Work work, IReadOnlyList<TakenEvent> events, Numbering numbers, CancellationToken cancellationToken)
    {
        var lots = events.SelectMany(e => Of(e.Event)).DistinctBy(l => l.Id).ToList();
        if (lots.Count == 0)
        {
            return;
        }

        await using var command = work.Command(
            """
            insert into traceability.lot (item, lot_id, centre_code, piece, lot_number) select * from unnest($1, $2, $3, $4, $5)
            on conflict do nothing
            """,
            lots.Select(l => numbers.Lot(l.Piece, l.Id, l.Number)).ToArray(),
            lots.Select(l => l.Id).ToArray(),
            lots.Select(l => l.Centre).ToArray(),
            lots.Select(l => l.Piece).ToArray(),
            lots.Select(l => l.Number).ToArray()
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static IEnumerable<(Guid Id, string Centre, string Piece, string Number)> Of(Event e) =>
        e switch
        {
            LotAccepted lot => [(lot.AggregateId, lot.CentreCode, lot.Piece, lot.LotNumber)],
            LotReleased lot => [(lot.AggregateId, lot.CentreCode, lot.Piece, lot.LotNumber)],
            LotRejected lot => [(lot.AggregateId, lot.CentreCode, lot.Piece, lot.LotNumber)],
            RecallIssued lot => [(lot.AggregateId, lot.CentreCode, lot.Piece, lot.LotNumber)],
            PrescriptionChecked filled => filled.Portions.Select(p => (p.LotId, filled.CentreCode, p.Piece, p.LotNumber)),
            _ => [],
        };
}
