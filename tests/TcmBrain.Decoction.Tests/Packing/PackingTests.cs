using System.Net;
using TcmBrain.Contracts.Events;
using TcmBrain.Decoction.Packing;
using TcmBrain.Testing;

namespace TcmBrain.Decoction.Tests.Packing;

public sealed class PackingTests(Room room)
{
    [Theory]
    [InlineData(14, 0, 200, true, "")]
    [InlineData(13, 0, 200, true, "packing.count")]
    [InlineData(13, 1, 200, true, "packing.lost")]
    [InlineData(14, 0, 181, true, "")]
    [InlineData(14, 0, 179, true, "packing.volume")]
    [InlineData(14, 0, 221, true, "packing.volume")]
    [InlineData(14, 0, 200, false, "packing.leak")]
    public void Each_difference_has_its_rule(int counted, int lost, int millilitres, bool isSealed, string rules) =>
        PackingRules
            .Check(14, 200, counted, [.. Enumerable.Repeat("x", lost)], [new("a", millilitres, isSealed), new("b", 200, true)], 10)
            .Select(d => d.RuleId)
            .ShouldBe(rules.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    [Fact]
    public async Task Bags_that_nobody_has_counted_do_not_leave()
    {
        var (rx, centre, packed) = await PackedAsync();
        using var courier = room.Courier(centre);
        using var worker = room.Worker(centre);
        var ship = new { shippedAt = packed.AddMinutes(5) };
        (await courier.SendAsync($"/api/decoction/parcels/{rx}/ship", ship)).ShouldBeRefused("DEC-0612", HttpStatusCode.Conflict);
        for (var time = 1; time <= 2; time++)
        {
            var check = await room.CheckPackingAsync(worker, rx, packed);
            check.Status.ShouldBe(HttpStatusCode.OK, check.Text);
            check.Json.GetProperty("recorded").GetBoolean().ShouldBe(time == 1);
        }

        (await room.CheckPackingAsync(worker, rx, packed.AddMinutes(1))).ShouldBeRefused("DEC-0613", HttpStatusCode.Conflict);
        (await courier.SendAsync($"/api/decoction/parcels/{rx}/ship", ship)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_difference_holds_the_parcel_until_a_named_person_decides_and_lost_bags_are_not_shipped()
    {
        var (rx, centre, packed) = await PackedAsync();
        using var worker = room.Worker(centre);
        using var courier = room.Courier(centre);
        var serials = await SerialsAsync(rx);
        var check = await worker.SendAsync(
            $"/api/decoction/jobs/{rx}/packing-check",
            Report(packed, serials.Length - 1, [(serials[0], 200, true), (serials[1], 205, true)], lost: [serials[^1]])
        );
        check.Status.ShouldBe(HttpStatusCode.OK, check.Text);
        check.Json.GetProperty("differences")[0].GetProperty("ruleId").GetString().ShouldBe("packing.lost");
        var ship = new { shippedAt = packed.AddMinutes(5) };
        (await courier.SendAsync($"/api/decoction/parcels/{rx}/ship", ship)).ShouldBeRefused("DEC-0519", HttpStatusCode.Conflict);
        using var pharmacist = room.Pharmacist(centre);
        var deviation = await room.ScalarAsync<Guid>(
            "select deviation_id from decoction.deviation where prescription_id = $1 and rule_id = 'packing.lost'",
            rx
        );
        var decided = await pharmacist.SendAsync(
            $"/api/decoction/deviations/{deviation}/decision",
            new { decision = "accept", reason = "已电话告知患者少一袋" }
        );
        decided.Status.ShouldBe(HttpStatusCode.OK, decided.Text);
        (await courier.SendAsync($"/api/decoction/parcels/{rx}/ship", ship)).Status.ShouldBe(HttpStatusCode.OK);
        var shipped = (await Told.OfAsync(room.Database, rx)).Select(t => t.Event).OfType<ParcelShipped>().Single();
        shipped.BagSerials.ShouldBe(serials[..^1]);
    }

    [Fact]
    public async Task What_is_wrong_with_a_check_is_said_and_nothing_is_kept()
    {
        var (rx, centre, packed) = await PackedAsync();
        using var worker = room.Worker(centre);
        var serials = await SerialsAsync(rx);
        (string, int, bool)[] good = [(serials[0], 200, true), (serials[1], 200, true)];
        var path = $"/api/decoction/jobs/{rx}/packing-check";
        (await worker.SendAsync(path, Report(packed, 14, [good[0]]))).ShouldBeRefused("DEC-0615", HttpStatusCode.BadRequest);
        (await worker.SendAsync(path, Report(packed, 14, [good[0], ("9999999999999", 200, true)]))).ShouldBeRefused(
            "DEC-0614",
            HttpStatusCode.BadRequest
        );
        (await worker.SendAsync(path, Report(packed, 14, good, millilitres: 5))).ShouldBeRefused("DEC-0619", HttpStatusCode.BadRequest);
        (await worker.SendAsync(path, Report(packed, 14, good, keepUntil: packed.AddHours(10)))).ShouldBeRefused(
            "DEC-0620",
            HttpStatusCode.BadRequest
        );
        (await worker.SendAsync(path, Report(packed.AddMinutes(-1), 14, good))).ShouldBeRefused("DEC-0711", HttpStatusCode.Conflict);
        using var stranger = room.Worker(room.Organisation());
        (await stranger.SendAsync(path, Report(packed, 14, good))).ShouldBeRefused("DEC-0106", HttpStatusCode.NotFound);
        (await room.ScalarAsync<long>("select count(*) from decoction.retained_sample where prescription_id = $1", rx)).ShouldBe(0);
    }

    [Fact]
    public async Task A_sample_is_kept_until_its_time_and_then_goes_with_a_name()
    {
        var (rx, centre, packed) = await PackedAsync();
        using var worker = room.Worker(centre);
        await room.CheckPackingAsync(worker, rx, packed);
        var sample = (await worker.ReadAsync("/api/decoction/samples")).Json.GetProperty("items").EnumerateArray().Single();
        sample.GetProperty("place").GetString().ShouldBe("留样柜 1-1");
        sample.GetProperty("keepUntil").GetDateTimeOffset().ShouldBe(packed.AddHours(72));
        var disposal = $"/api/decoction/samples/{sample.GetProperty("sampleId").GetGuid()}/disposal";
        (await worker.SendAsync(disposal, new { disposedAt = packed.AddHours(2), disposal = "expired" })).ShouldBeRefused(
            "DEC-0617",
            HttpStatusCode.Conflict
        );
        (await worker.SendAsync(disposal, new { disposedAt = packed.AddHours(2), disposal = "drunk" })).ShouldBeRefused(
            "DEC-0618",
            HttpStatusCode.BadRequest
        );
        using var stranger = room.Worker(room.Organisation());
        (await stranger.SendAsync(disposal, new { disposedAt = packed.AddHours(2), disposal = "tested" })).ShouldBeRefused(
            "DEC-0616",
            HttpStatusCode.NotFound
        );
        (await worker.SendAsync(disposal, new { disposedAt = packed.AddHours(2), disposal = "tested" })).Status.ShouldBe(
            HttpStatusCode.NoContent
        );
        (await worker.ReadAsync("/api/decoction/samples")).Json.GetProperty("items").GetArrayLength().ShouldBe(0);
        (await worker.ReadAsync("/api/decoction/samples?state=disposed"))
            .Json.GetProperty("items")[0]
            .GetProperty("disposal")
            .GetString()
            .ShouldBe("tested");
    }

    private static object Report(
        DateTimeOffset at,
        int counted,
        (string Serial, int Millilitres, bool Sealed)[] measured,
        string[]? lost = null,
        int millilitres = 50,
        DateTimeOffset? keepUntil = null
    ) =>
        new
        {
            checkedAt = at,
            counted,
            measured = measured.Select(m => new
            {
                serial = m.Serial,
                millilitres = m.Millilitres,
                @sealed = m.Sealed,
            }),
            lost,
            sample = new
            {
                millilitres,
                place = "留样柜 2-3",
                keepUntil,
            },
        };

    private Task<string[]> SerialsAsync(Guid rx) =>
        room.ScalarAsync<string[]>("select array_agg(serial order by number) from decoction.bag where prescription_id = $1", rx);

    private async Task<(Guid Prescription, string Centre, DateTimeOffset Packed)> PackedAsync()
    {
        var centre = room.Organisation();
        var rx = (await room.ArriveAsync(centre)).AggregateId;
        using var worker = room.Worker(centre);
        return (rx, centre, await room.DecoctAsync(worker, rx, "V01", room.Morning, check: false));
    }
}
