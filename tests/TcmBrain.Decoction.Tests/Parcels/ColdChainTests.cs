using System.Net;
using TcmBrain.Contracts.Events;
using TcmBrain.Testing;

namespace TcmBrain.Decoction.Tests.Parcels;

public sealed class ColdChainTests(Room room)
{
    [Fact]
    public async Task Two_readings_outside_in_a_row_break_it_once_whatever_the_order_they_are_told_in()
    {
        var (rx, courier) = await ShippedAsync(cooled: true);
        (await TellAsync(courier, rx, (3, 950))).GetProperty("broken").GetBoolean().ShouldBeFalse();
        (await TellAsync(courier, rx, (1, 500), (4, 500))).GetProperty("broken").GetBoolean().ShouldBeFalse();
        // One stray reading is noise; the second comes late and lies before the first.
        var broken = await TellAsync(courier, rx, (2, 900));
        broken.GetProperty("broken").GetBoolean().ShouldBeTrue();
        broken.GetProperty("breachAt").GetDateTimeOffset().ShouldBe(At(2));
        for (var time = 1; time <= 2; time++)
        {
            (await TellAsync(courier, rx, (5, 1500), (6, 1600))).GetProperty("stored").GetInt32().ShouldBe(time == 1 ? 2 : 0);
        }

        var told = (await Told.OfAsync(room.Database, rx)).Select(t => t.Event).OfType<ColdChainBroken>().ShouldHaveSingleItem();
        told.Centicelsius.ShouldBe(900);
        told.Version.ShouldBe(2);
        var delivered = await courier.SendAsync($"/api/decoction/parcels/{rx}/deliver", new { deliveredAt = At(60) });
        delivered.Status.ShouldBe(HttpStatusCode.OK);
        (await Told.OfAsync(room.Database, rx)).Select(t => t.Event.Version).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task Who_may_see_the_parcel_sees_the_readings_against_the_limits_with_each_excursion()
    {
        var (rx, courier) = await ShippedAsync(cooled: true);
        await TellAsync(courier, rx, (1, 500), (2, 900), (3, 1250), (4, 700), (5, 950), (6, 400), (7, 100), (8, 150));
        var record = (await courier.ReadAsync($"/api/decoction/parcels/{rx}/readings")).Json;
        (record.GetProperty("fromCenticelsius").GetInt32(), record.GetProperty("toCenticelsius").GetInt32()).ShouldBe((200, 800));
        record.GetProperty("breachAt").GetDateTimeOffset().ShouldBe(At(2));
        record.GetProperty("loggers")[0].GetProperty("points").GetArrayLength().ShouldBe(8);
        // One stray reading at five is noise.
        record
            .GetProperty("excursions")
            .EnumerateArray()
            .Select(e =>
                (
                    e.GetProperty("from").GetDateTimeOffset(),
                    e.GetProperty("until").GetDateTimeOffset(),
                    e.GetProperty("readings").GetInt32(),
                    e.GetProperty("worst").GetInt32()
                )
            )
            .ShouldBe([(At(2), At(3), 2, 1250), (At(7), At(8), 2, 100)]);
        using var stranger = room.Courier(room.Organisation());
        (await stranger.ReadAsync($"/api/decoction/parcels/{rx}/readings")).ShouldBeRefused("DEC-0301", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task What_is_not_cooled_or_no_reading_is_refused()
    {
        var (warm, courier) = await ShippedAsync(cooled: false);
        (await SendAsync(courier, warm, (1, 500))).ShouldBeRefused("DEC-0714", HttpStatusCode.Conflict);
        var (rx, carrier) = await ShippedAsync(cooled: true);
        (await SendAsync(carrier, rx)).ShouldBeRefused("DEC-0715", HttpStatusCode.BadRequest);
        (await SendAsync(carrier, rx, (1, 99_999))).ShouldBeRefused("DEC-0715", HttpStatusCode.BadRequest);
        (await SendAsync(carrier, rx, (100_000, 500))).ShouldBeRefused("DEC-0102", HttpStatusCode.BadRequest);
        (await SendAsync(courier, rx, (1, 500))).ShouldBeRefused("DEC-0301", HttpStatusCode.NotFound);
    }

    private DateTimeOffset At(int minutes) => room.Morning.AddHours(1).AddMinutes(minutes);

    private Task<Answer> SendAsync(HttpClient courier, Guid rx, params (int Minute, int Centicelsius)[] readings) =>
        courier.SendAsync(
            $"/api/decoction/parcels/{rx}/readings",
            new { logger = "T-1", readings = readings.Select(r => new { takenAt = At(r.Minute), centicelsius = r.Centicelsius }) }
        );

    private async Task<System.Text.Json.JsonElement> TellAsync(
        HttpClient courier,
        Guid rx,
        params (int Minute, int Centicelsius)[] readings
    )
    {
        var answer = await SendAsync(courier, rx, readings);
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        return answer.Json;
    }

    private async Task<(Guid Prescription, HttpClient Courier)> ShippedAsync(bool cooled)
    {
        var centre = room.Organisation();
        var rx = (await room.ArriveAsync(room.Checked(centre) with { Decoct = false })).AggregateId;
        var courier = room.Courier(centre);
        var shipped = await courier.SendAsync(
            $"/api/decoction/parcels/{rx}/ship",
            new { shippedAt = room.Morning.AddHours(1), coldChain = cooled }
        );
        shipped.Status.ShouldBe(HttpStatusCode.OK, shipped.Text);
        return (rx, courier);
    }
}
