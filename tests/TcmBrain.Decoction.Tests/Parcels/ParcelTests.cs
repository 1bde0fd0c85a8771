using System.Net;
using TcmBrain.Contracts.Events;
using TcmBrain.Testing;

namespace TcmBrain.Decoction.Tests.Parcels;

public sealed class ParcelTests(Room room)
{
    [Fact]
    public async Task Shipping_and_delivery_reported_twice_are_told_once()
    {
        var (rx, courier) = await ParcelAsync();
        for (var time = 1; time <= 2; time++)
        {
            var shipped = await courier.SendAsync(Path(rx, "ship"), new { shippedAt = room.Morning.AddHours(1) });
            shipped.Status.ShouldBe(HttpStatusCode.OK);
            shipped.Json.GetProperty("recorded").GetBoolean().ShouldBe(time == 1);
        }

        for (var time = 1; time <= 2; time++)
        {
            var delivered = await courier.SendAsync(Path(rx, "deliver"), new { deliveredAt = room.Morning.AddHours(2) });
            delivered.Json.GetProperty("recorded").GetBoolean().ShouldBe(time == 1);
            delivered.Json.GetProperty("state").GetString().ShouldBe("delivered");
        }

        (await Told.OfAsync(room.Database, rx)).Select(t => t.Event.GetType()).ShouldBe([typeof(ParcelShipped), typeof(ParcelDelivered)]);
    }

    [Fact]
    public async Task A_parcel_goes_its_way_in_order_and_time()
    {
        var (rx, courier) = await ParcelAsync();
        (await courier.SendAsync(Path(rx, "deliver"), new { deliveredAt = room.Morning.AddHours(2) })).ShouldBeRefused(
            "DEC-0302",
            HttpStatusCode.Conflict
        );
        (await courier.SendAsync(Path(rx, "ship"), new { shippedAt = room.Morning.AddMinutes(-1) })).ShouldBeRefused(
            "DEC-0305",
            HttpStatusCode.Conflict
        );
        (await courier.SendAsync(Path(rx, "ship"), new { shippedAt = DateTimeOffset.UtcNow.AddHours(1) })).ShouldBeRefused(
            "DEC-0102",
            HttpStatusCode.BadRequest
        );
        (await courier.SendAsync(Path(rx, "ship"), new { })).ShouldBeRefused("DEC-0105", HttpStatusCode.BadRequest);
        (await courier.SendAsync(Path(rx, "ship"), new { shippedAt = room.Morning.AddHours(1) })).Status.ShouldBe(HttpStatusCode.OK);
        (await courier.SendAsync(Path(rx, "ship"), new { shippedAt = room.Morning.AddHours(3) })).ShouldBeRefused(
            "DEC-0303",
            HttpStatusCode.Conflict
        );
        (await courier.SendAsync(Path(rx, "deliver"), new { deliveredAt = room.Morning.AddMinutes(30) })).ShouldBeRefused(
            "DEC-0306",
            HttpStatusCode.Conflict
        );
        (await courier.SendAsync(Path(rx, "deliver"), new { deliveredAt = room.Morning.AddHours(2) })).Status.ShouldBe(HttpStatusCode.OK);
        (await courier.SendAsync(Path(rx, "deliver"), new { deliveredAt = room.Morning.AddHours(3) })).ShouldBeRefused(
            "DEC-0304",
            HttpStatusCode.Conflict
        );
    }

    [Fact]
    public async Task What_is_not_packed_or_not_ours_has_no_parcel()
    {
        var centre = room.Organisation();
        var rx = (await room.ArriveAsync(centre)).AggregateId;
        using var courier = room.Courier(centre);
        using var stranger = room.Courier(room.Organisation());
        (await courier.SendAsync(Path(rx, "ship"), new { shippedAt = room.Morning.AddHours(1) })).ShouldBeRefused(
            "DEC-0301",
            HttpStatusCode.NotFound
        );
        var (parcel, _) = await ParcelAsync();
        (await stranger.SendAsync(Path(parcel, "ship"), new { shippedAt = room.Morning.AddHours(1) })).ShouldBeRefused(
            "DEC-0301",
            HttpStatusCode.NotFound
        );
        using var worker = room.Who("dispenser", centre);
        (await worker.SendAsync(Path(rx, "ship"), new { shippedAt = room.Morning.AddHours(1) })).ShouldBeRefused(
            "GEN-0002",
            HttpStatusCode.Forbidden
        );
    }

    private static string Path(Guid rx, string what) => $"/api/decoction/parcels/{rx}/{what}";

    private async Task<(Guid Prescription, HttpClient Courier)> ParcelAsync()
    {
        var centre = room.Organisation();
        return ((await room.ArriveAsync(room.Checked(centre) with { Decoct = false })).AggregateId, room.Courier(centre));
    }
}
