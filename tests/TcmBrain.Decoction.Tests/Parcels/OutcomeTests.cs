using System.Net;
using TcmBrain.Contracts.Events;
using TcmBrain.Testing;

namespace TcmBrain.Decoction.Tests.Parcels;

/// <summary>What may become of a parcel, and that each outcome is told.</summary>
public sealed class OutcomeTests(Room room)
{
    [Fact]
    public async Task Brought_back_it_goes_out_again_or_ends_at_the_centre()
    {
        var (rx, centre) = await ReadyAsync();
        using var courier = room.Courier(centre);
        using var worker = room.Worker(centre);
        await DoAsync(courier, rx, "ship", new { shippedAt = At(1) });
        await DoAsync(courier, rx, "fail", new { failedAt = At(2), cause = "absent" });
        await DoAsync(courier, rx, "fail", new { failedAt = At(3), cause = "unreachable" });
        (await DoAsync(courier, rx, "bring-back", new { broughtBackAt = At(4), cause = "unreachable" })).ShouldBe("back");
        (await DoAsync(worker, rx, "ship", new { shippedAt = At(5) })).ShouldBe("shipped");
        await DoAsync(courier, rx, "bring-back", new { broughtBackAt = At(6), cause = "refused" });
        (
            await worker.SendAsync(
                Path(rx, "discard"),
                new
                {
                    discardedAt = At(7),
                    cause = "mislaid",
                    reason = "x",
                }
            )
        ).ShouldBeRefused("DEC-0710", HttpStatusCode.BadRequest);
        (
            await DoAsync(
                worker,
                rx,
                "discard",
                new
                {
                    discardedAt = At(7),
                    cause = "refused",
                    reason = "患者拒收",
                }
            )
        ).ShouldBe("returned");
        var told = (await Told.OfAsync(room.Database, rx)).Select(t => t.Event).ToList();
        told.Select(e => e.GetType().Name)
            .ShouldBe([
                nameof(ParcelShipped),
                nameof(ParcelUndelivered),
                nameof(ParcelUndelivered),
                nameof(ParcelUndelivered),
                nameof(ParcelShipped),
                nameof(ParcelUndelivered),
                nameof(ParcelReturned),
            ]);
        told.Select(e => e.Version).ShouldBe([1, 2, 3, 4, 5, 6, 7]);
        ((ParcelUndelivered)told[2]).Attempt.ShouldBe(2);
        ((ParcelReturned)told[^1]).Cause.ShouldBe("refused");
        (await JobStateAsync(rx)).ShouldBe("returned");
    }

    [Fact]
    public async Task A_lost_parcel_has_ended_and_what_is_told_of_it_afterwards_is_kept_and_changes_nothing()
    {
        var (rx, centre) = await ReadyAsync();
        using var courier = room.Courier(centre);
        await DoAsync(courier, rx, "ship", new { shippedAt = At(1) });
        (await courier.SendAsync(Path(rx, "lose"), new { lostAt = At(2), reason = " " })).ShouldBeRefused(
            "DEC-0105",
            HttpStatusCode.BadRequest
        );
        (await DoAsync(courier, rx, "lose", new { lostAt = At(2), reason = "车辆失窃" })).ShouldBe("lost");
        (await JobStateAsync(rx)).ShouldBe("lost");
        using var worker = room.Worker(centre);
        (
            await DoAsync(
                worker,
                rx,
                "bring-back",
                new
                {
                    broughtBackAt = At(9),
                    cause = "other",
                    reason = "找回",
                }
            )
        ).ShouldBe("lost");
        var card = await worker.ReadAsync($"/api/decoction/parcels/{rx}");
        card.Json.GetProperty("parcel").GetProperty("outcome").GetString().ShouldBe("lost");
        card.Json.GetProperty("entries")
            .EnumerateArray()
            .Select(e => e.GetProperty("standing").GetString())
            .ShouldBe(["applied", "applied", "noted"]);
        (await Told.OfAsync(room.Database, rx)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task At_another_houses_counter_it_is_fetched_with_the_code_that_prescriptions_checks()
    {
        var hospital = room.Organisation();
        var (rx, centre) = await ReadyAsync(new PickUp(hospital, room.Morning, room.Morning.AddDays(3)));
        using var courier = room.Courier(centre);
        using var clerk = room.Who("dispenser", hospital);
        using var packer = room.Worker(centre);
        (await packer.SendAsync(Path(rx, "arrive"), new { arrivedAt = At(1) })).ShouldBeRefused("DEC-0302", HttpStatusCode.Conflict);
        await DoAsync(courier, rx, "ship", new { shippedAt = At(1) });
        (await DoAsync(courier, rx, "arrive", new { arrivedAt = At(2) })).ShouldBe("counter");
        room.RightCodes[rx] = "246810";
        (await clerk.SendAsync(Path(rx, "pick-up"), new { pickedUpAt = At(3), receiver = new { relation = "self" } })).ShouldBeRefused(
            "DEC-0105",
            HttpStatusCode.BadRequest
        );
        (
            await clerk.SendAsync(Path(rx, "pick-up"), new { pickedUpAt = At(3), receiver = new { relation = "self", code = "000000" } })
        ).ShouldBeRefused("DEC-0703", HttpStatusCode.Conflict);
        (
            await packer.SendAsync(Path(rx, "pick-up"), new { pickedUpAt = At(3), receiver = new { relation = "self", code = "246810" } })
        ).ShouldBeRefused("DEC-0301", HttpStatusCode.NotFound);
        var body = new
        {
            pickedUpAt = At(3),
            receiver = new
            {
                relation = "family",
                name = "李小明",
                code = "246810",
            },
        };
        (await DoAsync(clerk, rx, "pick-up", body)).ShouldBe("delivered");
        (await clerk.SendAsync(Path(rx, "pick-up"), body)).Json.GetProperty("recorded").GetBoolean().ShouldBeFalse();
        var told = (await Told.OfAsync(room.Database, rx)).Select(t => t.Event).ToList();
        told.Select(e => e.GetType().Name).ShouldBe([nameof(ParcelShipped), nameof(ParcelArrived), nameof(ParcelDelivered)]);
        ((ParcelArrived)told[1]).CounterCode.ShouldBe(hospital);
        (
            await room.ScalarAsync<string>(
                "select detail::text from decoction.parcel_entry where prescription_id = $1 and action = 'pick-up'",
                rx
            )
        ).ShouldContain("李**");
        (
            await room.ScalarAsync<string>("select string_agg(payload::text, '') from exchange.outbox where aggregate_id = $1", rx)
        ).ShouldNotContain("李");
    }

    [Fact]
    public async Task At_the_centres_own_counter_it_needs_no_courier_and_a_document_will_do_for_a_reason()
    {
        var centre = room.Organisation();
        var rx = await ArriveAsync(centre, new PickUp(centre, room.Morning, room.Morning.AddDays(3)));
        using var worker = room.Worker(centre);
        (await DoAsync(worker, rx, "arrive", new { arrivedAt = At(1) })).ShouldBe("counter");
        (await worker.SendAsync(Path(rx, "pick-up"), new { pickedUpAt = At(2), document = true })).ShouldBeRefused(
            "DEC-0105",
            HttpStatusCode.BadRequest
        );
        (
            await DoAsync(
                worker,
                rx,
                "pick-up",
                new
                {
                    pickedUpAt = At(2),
                    document = true,
                    reason = "手机未带,核对身份证",
                }
            )
        ).ShouldBe("delivered");
        (await JobStateAsync(rx)).ShouldBe("delivered");
    }

    [Fact]
    public async Task What_is_brought_home_has_no_counter()
    {
        var (rx, centre) = await ReadyAsync();
        using var worker = room.Worker(centre);
        (await worker.SendAsync(Path(rx, "arrive"), new { arrivedAt = At(1) })).ShouldBeRefused("DEC-0702", HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task When_the_prescription_is_returned_under_way_the_parcel_comes_back_and_is_destroyed()
    {
        var centre = room.Organisation();
        var rx = await ArriveAsync(centre, new PickUp(centre, room.Morning, room.Morning.AddDays(3)));
        using var worker = room.Worker(centre);
        await DoAsync(worker, rx, "arrive", new { arrivedAt = At(1) });
        await room.ReturnAsync(rx, "not-collected");
        (
            await worker.SendAsync(
                Path(rx, "pick-up"),
                new
                {
                    pickedUpAt = At(2),
                    document = true,
                    reason = "x",
                }
            )
        ).ShouldBeRefused("DEC-0705", HttpStatusCode.Conflict);
        (await DoAsync(worker, rx, "bring-back", new { broughtBackAt = At(3), cause = "recalled" })).ShouldBe("back");
        (await worker.SendAsync(Path(rx, "ship"), new { shippedAt = At(4) })).ShouldBeRefused("DEC-0705", HttpStatusCode.Conflict);
        (
            await DoAsync(
                worker,
                rx,
                "discard",
                new
                {
                    discardedAt = At(4),
                    cause = "not-collected",
                    reason = "逾期",
                }
            )
        ).ShouldBe("returned");
    }

    [Fact]
    public async Task A_firm_that_was_handed_it_carries_it_and_another_does_not_find_it()
    {
        var (rx, centre) = await ReadyAsync();
        var firm = room.Organisation();
        using var worker = room.Worker(centre);
        using var driver = room.Courier(firm);
        using var stranger = room.Courier(room.Organisation());
        (await worker.SendAsync(Path(rx, "ship"), new { shippedAt = At(1), firmCode = "123" })).ShouldBeRefused(
            "DEC-0709",
            HttpStatusCode.BadRequest
        );
        await DoAsync(
            worker,
            rx,
            "ship",
            new
            {
                shippedAt = At(1),
                firmCode = firm,
                expectedBy = At(9),
            }
        );
        (await stranger.ReadAsync($"/api/decoction/parcels/{rx}")).ShouldBeRefused("DEC-0301", HttpStatusCode.NotFound);
        (await stranger.SendAsync(Path(rx, "deliver"), new { deliveredAt = At(2) })).ShouldBeRefused("DEC-0301", HttpStatusCode.NotFound);
        var mine = (await driver.ReadAsync("/api/decoction/parcels?mine=true")).Json.GetProperty("items").EnumerateArray().Single();
        mine.GetProperty("mine").GetBoolean().ShouldBeTrue();
        mine.GetProperty("expectedBy").GetDateTimeOffset().ShouldBe(At(9));
        (
            await driver.SendAsync(Path(rx, "deliver"), new { deliveredAt = At(2), receiver = new { relation = "neighbour" } })
        ).ShouldBeRefused("DEC-0707", HttpStatusCode.BadRequest);
        (await driver.SendAsync(Path(rx, "deliver"), new { deliveredAt = At(2), receiver = new { photoSha256 = "abc" } })).ShouldBeRefused(
            "DEC-0708",
            HttpStatusCode.BadRequest
        );
        (await DoAsync(driver, rx, "deliver", new { deliveredAt = At(2), receiver = new { photoSha256 = new string('a', 64) } })).ShouldBe(
            "delivered"
        );
        ((ParcelShipped)(await Told.OfAsync(room.Database, rx))[0].Event).FirmCode.ShouldBe(firm);
    }

    [Fact]
    public async Task The_history_is_never_changed()
    {
        var (rx, centre) = await ReadyAsync();
        using var courier = room.Courier(centre);
        await DoAsync(courier, rx, "ship", new { shippedAt = At(1) });
        foreach (
            var change in new[]
            {
                "update decoction.parcel_entry set reason = 'x'",
                "delete from decoction.parcel_entry",
                "truncate decoction.parcel_entry",
            }
        )
        {
            await Should.ThrowAsync<Npgsql.PostgresException>(() => room.ScalarAsync<object>($"with x as (select 1) select 1; {change}"));
        }
    }

    private static string Path(Guid rx, string what) => $"/api/decoction/parcels/{rx}/{what}";

    private DateTimeOffset At(int hours) => room.Morning.AddHours(hours);

    private static async Task<string?> DoAsync(HttpClient client, Guid rx, string what, object body)
    {
        var answer = await client.SendAsync(Path(rx, what), body);
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        return answer.Json.GetProperty("state").GetString();
    }

    private Task<string> JobStateAsync(Guid rx) =>
        room.ScalarAsync<string>("select state from decoction.job where prescription_id = $1", rx);

    private async Task<(Guid Prescription, string Centre)> ReadyAsync(PickUp? pickUp = null)
    {
        var centre = room.Organisation();
        return (await ArriveAsync(centre, pickUp), centre);
    }

    private async Task<Guid> ArriveAsync(string centre, PickUp? pickUp) =>
        (await room.ArriveAsync(room.Checked(centre) with { Decoct = false, PickUp = pickUp })).AggregateId;
}
