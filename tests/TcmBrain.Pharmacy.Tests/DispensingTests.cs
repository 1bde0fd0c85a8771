using System.Net;
using TcmBrain.Contracts.Events;
using TcmBrain.Testing;

namespace TcmBrain.Pharmacy.Tests;

public sealed class DispensingTests(House house)
{
    /// <summary>A prescription of one line, 10 g × 7 doses, reserved from one lot of 1000 g.</summary>
    private async Task<(Guid Id, string Centre, Guid Lot, string LotNumber, string Piece)> ReservedAsync(int grams = 10, long stock = 1000)
    {
        var piece = house.Piece();
        var centre = await house.CentreAsync();
        var number = "B" + Guid.CreateVersion7().ToString("N")[20..];
        var lot = await house.StockAsync(centre, piece, stock, lotNumber: number);
        return (await house.ReservedAsync(house.Approved((piece, grams))), centre, lot, number, piece);
    }

    private static object Weights(string lotNumber, long milligrams, int line = 1) =>
        new
        {
            portions = new[]
            {
                new
                {
                    lineNumber = line,
                    lotNumber,
                    milligrams,
                },
            },
        };

    private static Task<Answer> Start(HttpClient client, Guid id) => client.SendAsync($"/api/pharmacy/dispensings/{id}/start", new { });

    private static Task<Answer> Weigh(HttpClient client, Guid id, object body) =>
        client.SendAsync($"/api/pharmacy/dispensings/{id}/weights", body, HttpMethod.Put);

    private static Task<Answer> Finish(HttpClient client, Guid id) => client.SendAsync($"/api/pharmacy/dispensings/{id}/finish", new { });

    private static Task<Answer> Check(HttpClient client, Guid id) =>
        client.SendAsync($"/api/pharmacy/dispensings/{id}/check", new { items = new[] { new { lineNumber = 1 } } });

    [Fact]
    public async Task What_was_weighed_is_booked_and_the_difference_goes_back_on_the_shelf()
    {
        var (id, centre, lot, number, piece) = await ReservedAsync();
        using var dispenser = house.Dispenser(centre);
        using var checker = house.Checker(centre);

        (await Start(dispenser, id)).Status.ShouldBe(HttpStatusCode.OK);
        (await Weigh(dispenser, id, Weights(number, 69_400))).Status.ShouldBe(HttpStatusCode.OK);
        (await Finish(dispenser, id)).Status.ShouldBe(HttpStatusCode.OK);
        (await Check(checker, id)).Status.ShouldBe(HttpStatusCode.OK);

        (await house.LotAsync(lot)).ShouldBe((0, 930, 0, 69.4m));
        (await house.ScalarAsync<long>("select available from pharmacy.lot_balances where lot_id = $1", lot)).ShouldBe(930_600);
        var told = await Told.OfAsync(house.Database, id);
        told.Select(t => t.Event.GetType().Name)
            .ShouldBe(["PrescriptionRouted", "StockReserved", "DispensingStarted", "PrescriptionDispensed", "PrescriptionChecked"]);
        told.Select(t => t.Event.Version).ShouldBe([1, 2, 3, 4, 5]);
        var last = (PrescriptionChecked)told[^1].Event;
        last.Portions.ShouldHaveSingleItem().ShouldBe(new WeighedPortion(1, piece, lot, number, new(69_400), "") { Asked = new(70_000) });
        (last.Dispenser, last.Checker, last.Doses, last.PacksPerDose, last.Decoct).ShouldBe(("dispenser-1", "checker-1", 7, 2, true));
    }

    [Fact]
    public async Task What_was_weighed_beyond_the_reservation_is_taken_from_the_shelf()
    {
        var (id, centre, lot, number, _) = await ReservedAsync();
        using var dispenser = house.Dispenser(centre);
        await Start(dispenser, id);
        await Weigh(dispenser, id, Weights(number, 73_500));

        (await Finish(dispenser, id)).Status.ShouldBe(HttpStatusCode.OK);

        (await house.ScalarAsync<long>("select available from pharmacy.lot_balances where lot_id = $1", lot)).ShouldBe(926_500);
        (await house.LotAsync(lot)).Dispensed.ShouldBe(73.5m);
    }

    [Fact]
    public async Task More_than_the_shelf_has_is_refused()
    {
        var (id, centre, _, number, _) = await ReservedAsync(stock: 71);
        using var dispenser = house.Dispenser(centre);
        await Start(dispenser, id);
        await Weigh(dispenser, id, Weights(number, 72_000));

        (await Finish(dispenser, id)).ShouldBeRefused("PHA-0211", HttpStatusCode.Conflict);

        (await house.StateAsync(id)).ShouldBe("dispensing");
    }

    [Theory]
    [InlineData(66_500, true)]
    [InlineData(66_499, false)]
    [InlineData(73_500, true)]
    [InlineData(73_501, false)]
    public async Task A_weight_outside_five_percent_is_refused_and_the_rule_is_named(long milligrams, bool allowed)
    {
        var (id, centre, _, number, _) = await ReservedAsync();
        using var dispenser = house.Dispenser(centre);
        await Start(dispenser, id);

        var answer = await Weigh(dispenser, id, Weights(number, milligrams));

        if (allowed)
        {
            answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        }
        else
        {
            answer.ShouldBeRefused("PHA-0206", HttpStatusCode.UnprocessableEntity, "portions[0].milligrams");
            answer.Text.ShouldContain("国中医药发〔2007〕11号");
        }
    }

    [Fact]
    public async Task Every_fault_of_a_weighing_is_named_where_it_is_and_nothing_is_kept()
    {
        var (id, centre, _, number, _) = await ReservedAsync();
        using var dispenser = house.Dispenser(centre);
        await Start(dispenser, id);

        var answer = await Weigh(
            dispenser,
            id,
            new
            {
                portions = new object[]
                {
                    new
                    {
                        lineNumber = 9,
                        lotNumber = number,
                        milligrams = 70_000,
                    },
                    new
                    {
                        lineNumber = 1,
                        lotNumber = "别的批号",
                        milligrams = 70_000,
                    },
                    new
                    {
                        lineNumber = 1,
                        lotNumber = number,
                        milligrams = -1,
                    },
                },
            }
        );

        answer.ShouldBeRefused("PHA-0203", HttpStatusCode.UnprocessableEntity, "portions[1].lotNumber");
        answer.Codes.ShouldBe(["PHA-0203", "PHA-0204", "PHA-0205"]);
        (await Weigh(dispenser, id, Weights(number, long.MaxValue))).ShouldBeRefused("PHA-0206", HttpStatusCode.UnprocessableEntity);
        (await Weigh(dispenser, id, new { portions = Array.Empty<object>() })).ShouldBeRefused(
            "PHA-0212",
            HttpStatusCode.UnprocessableEntity
        );
        (await Finish(dispenser, id)).ShouldBeRefused("PHA-0210", HttpStatusCode.Conflict, "lines[1]");
    }

    [Fact]
    public async Task Nothing_of_a_lot_called_back_between_start_and_finish_is_handed_out()
    {
        var (id, centre, lot, number, _) = await ReservedAsync();
        using var dispenser = house.Dispenser(centre);
        await Start(dispenser, id);
        await Weigh(dispenser, id, Weights(number, 70_000));

        await house.SayAsync(house.Recalled(lot));

        // Refused for the lot, or a moment later because the prescription is nobody's any more.
        string[] refusals = ["PHA-0209", "PHA-0114"];
        refusals.ShouldContain((await Weigh(dispenser, id, Weights(number, 70_001))).Json.GetProperty("code").GetString());
        refusals.ShouldContain((await Finish(dispenser, id)).Json.GetProperty("code").GetString());
        await Eventually.Be(async () => await house.StateAsync(id) == "short", "what lay on the tray is given back");
        (await house.LotAsync(lot)).ShouldBe((1000, 0, 0, 0));
    }

    [Fact]
    public async Task The_dispenser_may_not_check_their_own_work()
    {
        var (id, centre, _, number, _) = await ReservedAsync();
        using var dispenser = house.Dispenser(centre);
        await Start(dispenser, id);
        await Weigh(dispenser, id, Weights(number, 70_000));
        await Finish(dispenser, id);

        (await Check(dispenser, id)).ShouldBeRefused("PHA-0301", HttpStatusCode.Conflict);

        (await house.StateAsync(id)).ShouldBe("dispensed");
    }

    [Fact]
    public async Task Every_step_may_be_repeated_by_the_same_person_and_by_nobody_else()
    {
        var (id, centre, _, number, _) = await ReservedAsync();
        using var dispenser = house.Dispenser(centre);
        using var colleague = house.Dispenser(centre, "dispenser-2");
        using var checker = house.Checker(centre);
        var at = DateTimeOffset.UtcNow.AddMinutes(-30);

        (await dispenser.SendAsync($"/api/pharmacy/dispensings/{id}/start", new { startedAt = at }))
            .Json.GetProperty("recorded")
            .GetBoolean()
            .ShouldBeTrue();
        (await dispenser.SendAsync($"/api/pharmacy/dispensings/{id}/start", new { startedAt = at }))
            .Json.GetProperty("recorded")
            .GetBoolean()
            .ShouldBeFalse();
        (await dispenser.SendAsync($"/api/pharmacy/dispensings/{id}/start", new { startedAt = at.AddSeconds(1) })).ShouldBeRefused(
            "PHA-0403",
            HttpStatusCode.Conflict
        );
        (await Start(colleague, id)).ShouldBeRefused("PHA-0202", HttpStatusCode.Conflict);
        (await Weigh(dispenser, id, Weights(number, 70_100))).Json.GetProperty("recorded").GetBoolean().ShouldBeTrue();
        (await Weigh(dispenser, id, Weights(number, 70_100))).Json.GetProperty("recorded").GetBoolean().ShouldBeFalse();
        (await Weigh(colleague, id, Weights(number, 70_100))).ShouldBeRefused("PHA-0202", HttpStatusCode.Conflict);
        (await Finish(colleague, id)).ShouldBeRefused("PHA-0202", HttpStatusCode.Conflict);
        (await Finish(dispenser, id)).Json.GetProperty("recorded").GetBoolean().ShouldBeTrue();
        (await Finish(dispenser, id)).Json.GetProperty("recorded").GetBoolean().ShouldBeFalse();
        (await Weigh(dispenser, id, Weights(number, 70_100))).Json.GetProperty("recorded").GetBoolean().ShouldBeFalse();
        (await Weigh(dispenser, id, Weights(number, 70_200))).ShouldBeRefused("PHA-0403", HttpStatusCode.Conflict);
        (await Check(checker, id)).Json.GetProperty("recorded").GetBoolean().ShouldBeTrue();
        (await Check(checker, id)).Json.GetProperty("recorded").GetBoolean().ShouldBeFalse();
        (await Check(colleague, id)).ShouldBeRefused("PHA-0302", HttpStatusCode.Conflict);
        (await Told.OfAsync(house.Database, id)).Count.ShouldBe(5);
    }

    [Fact]
    public async Task Ten_dispensers_at_once_and_one_has_it()
    {
        var (id, centre, _, _, _) = await ReservedAsync();

        var answers = await Task.WhenAll(
            Enumerable
                .Range(1, 10)
                .Select(async i =>
                {
                    using var dispenser = house.Dispenser(centre, $"dispenser-{i}");
                    return await Start(dispenser, id);
                })
        );

        answers.Count(a => a.Status == HttpStatusCode.OK).ShouldBe(1);
        answers.Where(a => a.Status != HttpStatusCode.OK).ShouldAllBe(a => a.Text.Contains("PHA-0202"));
        (await house.ToldAsync<DispensingStarted>(id)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Times_in_the_future_or_before_the_previous_step_are_refused()
    {
        var (id, centre, _, number, _) = await ReservedAsync();
        using var dispenser = house.Dispenser(centre);
        var at = DateTimeOffset.UtcNow;

        (await dispenser.SendAsync($"/api/pharmacy/dispensings/{id}/start", new { startedAt = at.AddMinutes(3) })).ShouldBeRefused(
            "PHA-0401",
            HttpStatusCode.UnprocessableEntity,
            "startedAt"
        );
        await dispenser.SendAsync($"/api/pharmacy/dispensings/{id}/start", new { startedAt = at.AddMinutes(-5) });
        await Weigh(dispenser, id, Weights(number, 70_000));
        (await dispenser.SendAsync($"/api/pharmacy/dispensings/{id}/finish", new { finishedAt = at.AddMinutes(-6) })).ShouldBeRefused(
            "PHA-0402",
            HttpStatusCode.UnprocessableEntity,
            "finishedAt"
        );
    }

    [Fact]
    public async Task Steps_out_of_order_are_refused_with_the_state_reached()
    {
        var (id, centre, _, number, _) = await ReservedAsync();
        using var dispenser = house.Dispenser(centre);
        using var checker = house.Checker(centre);

        (await Weigh(dispenser, id, Weights(number, 70_000))).ShouldBeRefused("PHA-0201", HttpStatusCode.Conflict);
        (await Finish(dispenser, id)).ShouldBeRefused("PHA-0201", HttpStatusCode.Conflict);
        (await Check(checker, id)).Text.ShouldContain("reserved");
    }

    [Fact]
    public async Task Another_centre_and_an_unknown_prescription_answer_alike()
    {
        var (id, _, _, _, _) = await ReservedAsync();
        using var elsewhere = house.Dispenser(await house.CentreAsync());

        var theirs = await Start(elsewhere, id);
        var nobodys = await Start(elsewhere, Guid.CreateVersion7());

        theirs.ShouldBeRefused("PHA-0114", HttpStatusCode.NotFound);
        nobodys.ShouldBeRefused("PHA-0114", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_work_list_has_urgent_ones_first_and_then_the_oldest_page_by_page()
    {
        var piece = house.Piece();
        var centre = await house.CentreAsync();
        await house.StockAsync(centre, piece, 10_000);
        var now = DateTimeOffset.UtcNow;
        var old = house.Approved((piece, 1)) with { OccurredAt = now.AddHours(-3) };
        var newer = house.Approved((piece, 1)) with { OccurredAt = now.AddHours(-2) };
        var urgent = house.Approved((piece, 1)) with { OccurredAt = now.AddHours(-1), Urgent = true };
        foreach (var e in new[] { newer, urgent, old })
        {
            await house.ReservedAsync(e);
        }

        using var dispenser = house.Dispenser(centre);
        var first = await dispenser.JsonAsync("/api/pharmacy/work?state=reserved&limit=2");
        var second = await dispenser.JsonAsync($"/api/pharmacy/work?state=reserved&limit=2&next={first.GetProperty("next").GetString()}");

        var ids = first
            .GetProperty("items")
            .EnumerateArray()
            .Concat(second.GetProperty("items").EnumerateArray())
            .Select(i => i.GetProperty("prescriptionId").GetGuid());
        ids.ShouldBe([urgent.AggregateId, old.AggregateId, newer.AggregateId]);
        second.GetProperty("next").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        first
            .GetProperty("items")[0]
            .GetProperty("lines")[0]
            .GetProperty("allocations")[0]
            .GetProperty("reservedMilligrams")
            .GetInt64()
            .ShouldBe(7000);
        (await dispenser.ReadAsync("/api/pharmacy/work?state=gone")).ShouldBeRefused("PHA-0111", HttpStatusCode.BadRequest);
        (await dispenser.ReadAsync("/api/pharmacy/work?next=%21%21")).ShouldBeRefused("PHA-0112", HttpStatusCode.BadRequest);
        (await dispenser.ReadAsync("/api/pharmacy/work?limit=0")).ShouldBeRefused("PHA-0112", HttpStatusCode.BadRequest);
    }
}
