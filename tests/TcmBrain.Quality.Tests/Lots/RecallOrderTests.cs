using TcmBrain.Contracts.Events;
using TcmBrain.Testing;

namespace TcmBrain.Quality.Tests.Lots;

/// <summary>A recall of traceability freezes lots through quality control, in whatever order its events come.</summary>
public sealed class RecallOrderTests(QualityRoom room)
{
    [Fact]
    public async Task A_waiting_lot_that_a_recall_reaches_is_called_back_once()
    {
        var lot = await room.ArriveAsync(room.Lot());
        var order = OrderOf(lot);

        await room.TakenInAsync(await room.Traceability.TellAsync(order));
        await room.TakenInAsync(await room.Traceability.TellAsync(order));

        var told = (await Told.OfAsync(room.Database, lot.AggregateId)).Select(t => t.Event).ToList();
        var issued = told.ShouldHaveSingleItem().ShouldBeOfType<RecallIssued>();
        (issued.RecallId, issued.Reason, issued.Version, issued.LotNumber).ShouldBe((order.RecallId, order.Reason, 1, lot.LotNumber));
        (await room.ScalarAsync<string>("select state from quality.lot where lot_id = $1", lot.AggregateId)).ShouldBe("recalled");
    }

    [Fact]
    public async Task An_order_that_comes_before_its_lot_waits_for_it()
    {
        var lot = room.Lot();
        await room.TakenInAsync(await room.Traceability.TellAsync(OrderOf(lot)));
        (await Told.OfAsync(room.Database, lot.AggregateId)).ShouldBeEmpty();

        await room.ArriveAsync(lot);

        (await Told.OfAsync(room.Database, lot.AggregateId)).ShouldHaveSingleItem().Event.ShouldBeOfType<RecallIssued>();
    }

    private static RecallOrdered OrderOf(LotAccepted lot) =>
        new()
        {
            AggregateId = lot.AggregateId,
            Version = 2,
            OccurredAt = lot.OccurredAt,
            RecallId = Guid.CreateVersion7(),
            CentreCode = lot.CentreCode,
            Piece = lot.Piece,
            LotNumber = lot.LotNumber,
            Level = 1,
            Reason = "重金属超标",
            OrderedBy = "监管员",
        };
}
