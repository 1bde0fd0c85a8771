using System.Net;
using System.Text.Json;
using TcmBrain.Contracts.Events;
using TcmBrain.Testing;

namespace TcmBrain.Decoction.Tests.Deviations;

public sealed class HoldTests(Room room) : IAsyncLifetime
{
    private string centre = "";
    private HttpClient worker = null!;
    private HttpClient pharmacist = null!;

    public ValueTask InitializeAsync()
    {
        centre = room.Organisation();
        (worker, pharmacist) = (room.Worker(centre), room.Pharmacist(centre));
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        worker.Dispose();
        pharmacist.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_clean_record_releases_itself()
    {
        var rx = (await room.ArriveAsync(centre)).AggregateId;
        await Controller.SendAsync(room.Service.Grpc, centre, Controller.Curve("V01", At(30), At(75)));
        await room.DecoctAsync(worker, rx, "V01", room.Morning);
        var record = await RecordAsync(rx);
        record.GetProperty("standing").GetString().ShouldBe("released");
        record.GetProperty("release").GetProperty("kind").GetString().ShouldBe("by-itself");
        record.GetProperty("content").GetProperty("curve").GetProperty("readings").GetInt32().ShouldBe(271);
        record.GetProperty("content").GetProperty("deviations").GetArrayLength().ShouldBe(0);
        record.GetProperty("sha256").GetString()!.Length.ShouldBe(64);
    }

    [Fact]
    public async Task Too_hot_is_held_until_somebody_who_did_not_do_it_decides()
    {
        var rx = (await room.ArriveAsync(centre)).AggregateId;
        await Controller.SendAsync(
            room.Service.Grpc,
            centre,
            Controller.Curve("V01", At(30), At(75)).Select((r, i) => i is 20 or 21 ? Hot(r) : r)
        );
        await StepAsync(rx, "soaking", 0, 30);
        await StepAsync(rx, "first-boil", 30, 55);
        await StepAsync(rx, "second-boil", 55, 75);
        (await ReportAsync(rx, "packing", 75, 85)).ShouldBeRefused("DEC-0501", HttpStatusCode.Conflict);
        var deviation = await WaitingAsync(rx);
        deviation.GetProperty("ruleId").GetString().ShouldBe("temperature.high");
        deviation.GetProperty("textZh").GetString()!.ShouldContain("104.0 ℃");
        var id = deviation.GetProperty("deviationId").GetGuid();

        using var sameHands = room.Service.Client(TestTokens.Of("decoction-1", centre, "330105", "pharmacist"));
        using var stranger = room.Pharmacist(room.Organisation());
        (await DecideAsync(sameHands, id, "accept")).ShouldBeRefused("DEC-0505", HttpStatusCode.Conflict);
        (await DecideAsync(stranger, id, "accept")).ShouldBeRefused("DEC-0507", HttpStatusCode.NotFound);
        (await DecideAsync(worker, id, "accept")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await DecideAsync(pharmacist, id, "perhaps")).ShouldBeRefused("DEC-0509", HttpStatusCode.BadRequest);
        (await DecideAsync(pharmacist, id, "accept", "")).ShouldBeRefused("DEC-0513", HttpStatusCode.BadRequest);
        (await DecideAsync(pharmacist, id, "accept")).Status.ShouldBe(HttpStatusCode.OK);
        (await DecideAsync(pharmacist, id, "accept")).Status.ShouldBe(HttpStatusCode.OK);
        (await DecideAsync(pharmacist, id, "scrap")).ShouldBeRefused("DEC-0508", HttpStatusCode.Conflict);

        await StepAsync(rx, "packing", 75, 85);
        var record = await RecordAsync(rx);
        record.GetProperty("release").GetProperty("kind").GetString().ShouldBe("by-person");
        record.GetProperty("content").GetProperty("deviations")[0].GetProperty("reason").GetString().ShouldBe("已复核");
    }

    [Fact]
    public async Task Rework_does_the_boil_again_and_both_stay_on_record()
    {
        var rx = (await room.ArriveAsync(centre)).AggregateId;
        await StepAsync(rx, "soaking", 0, 30);
        await StepAsync(rx, "first-boil", 30, 42);
        (await DecideAsync(pharmacist, (await WaitingAsync(rx)).GetProperty("deviationId").GetGuid(), "rework")).Status.ShouldBe(
            HttpStatusCode.OK
        );
        await StepAsync(rx, "first-boil", 45, 70);
        await StepAsync(rx, "second-boil", 70, 90);
        await StepAsync(rx, "packing", 90, 100);
        var steps = (await RecordAsync(rx)).GetProperty("content").GetProperty("steps").EnumerateArray().ToList();
        steps
            .Select(s => (s.GetProperty("step").GetString(), s.GetProperty("attempt").GetInt32(), s.GetProperty("superseded").GetBoolean()))
            .ShouldBe([
                ("soaking", 1, false),
                ("first-boil", 1, true),
                ("first-boil", 2, false),
                ("second-boil", 1, false),
                ("packing", 1, false),
            ]);
    }

    [Fact]
    public async Task Scrap_ends_the_job_frees_the_vessel_and_tells()
    {
        var rx = (await room.ArriveAsync(centre)).AggregateId;
        await StepAsync(rx, "soaking", 0, 30);
        await StepAsync(rx, "first-boil", 30, 42);
        (await DecideAsync(pharmacist, (await WaitingAsync(rx)).GetProperty("deviationId").GetGuid(), "scrap"))
            .Json.GetProperty("state")
            .GetString()
            .ShouldBe("scrapped");
        (await ReportAsync(rx, "second-boil", 50, 70)).ShouldBeRefused("DEC-0511", HttpStatusCode.Conflict);
        var scrapped = (await Told.OfAsync(room.Database, rx)).Select(t => t.Event).OfType<DecoctionScrapped>().Single();
        (scrapped.CentreCode, scrapped.Step, scrapped.Reason).ShouldBe((centre, "first-boil", "已复核"));
        (await RecordAsync(rx)).GetProperty("standing").GetString().ShouldBe("scrapped");
        (await room.ScalarAsync<string>("select ended_as from decoction.occupation where prescription_id = $1", rx)).ShouldBe("scrapped");
    }

    [Fact]
    public async Task A_missed_late_addition_is_held()
    {
        var rx = (
            await room.ArriveAsync(
                room.Checked(centre) with
                {
                    Portions = [Room.Portion(1, "丹参", 10), Room.Portion(2, "陈皮", 10), Room.Portion(3, "薄荷", 6, "后下")],
                }
            )
        ).AggregateId;
        await StepAsync(rx, "soaking", 0, 30);
        await worker.ReportAsync(rx, "first-boil/start", new { startedAt = At(30) });
        var path = $"/api/decoction/jobs/{rx}/additions";
        (await worker.SendAsync(path, new { handling = "先煎", doneAt = At(40) })).ShouldBeRefused("DEC-0517", HttpStatusCode.BadRequest);
        (await worker.SendAsync(path, new { handling = "后下", doneAt = At(29) })).ShouldBeRefused("DEC-0518", HttpStatusCode.Conflict);
        await worker.ReportAsync(rx, "first-boil/finish", new { finishedAt = At(55) });
        (await WaitingAsync(rx)).GetProperty("ruleId").GetString().ShouldBe("add-late.missed");
    }

    [Fact]
    public async Task What_a_late_curve_brings_to_light_holds_the_parcel_of_a_packed_job()
    {
        var rx = (await room.ArriveAsync(centre)).AggregateId;
        var packed = await room.DecoctAsync(worker, rx, "V01", room.Morning);
        await Controller.SendAsync(room.Service.Grpc, centre, Controller.Curve("V01", At(30), At(75), 105_00));
        await Eventually.Be(async () => await WaitingCountAsync(rx) == 2, "both boils are found too hot afterwards");
        using var courier = room.Courier(centre);
        var ship = new { shippedAt = packed.AddMinutes(30) };
        (await courier.SendAsync($"/api/decoction/parcels/{rx}/ship", ship)).ShouldBeRefused("DEC-0519", HttpStatusCode.Conflict);
        while (await WaitingCountAsync(rx) > 0)
        {
            await DecideAsync(pharmacist, (await WaitingAsync(rx)).GetProperty("deviationId").GetGuid(), "accept");
        }

        (await courier.SendAsync($"/api/decoction/parcels/{rx}/ship", ship)).Status.ShouldBe(HttpStatusCode.OK);
        (await room.ScalarAsync<long>("select count(*) from decoction.batch_record where prescription_id = $1", rx)).ShouldBe(2);
    }

    [Fact]
    public async Task The_database_lets_nothing_unreleased_leave_whoever_asks()
    {
        var rx = (await room.ArriveAsync(centre)).AggregateId;
        await room.DecoctAsync(worker, rx, "V01", room.Morning);
        await Controller.SendAsync(room.Service.Grpc, centre, Controller.Curve("V01", At(30), At(75), 105_00));
        await Eventually.Be(async () => await WaitingCountAsync(rx) > 0, "it is held");
        await Should.ThrowAsync<Npgsql.PostgresException>(() =>
            room.ScalarAsync<object>("update decoction.parcel set shipped_at = now() where prescription_id = $1 returning 1", rx)
        );
    }

    private DateTimeOffset At(int minute) => room.Morning.AddMinutes(minute);

    private static TcmBrain.Contracts.Decoction.V1.Reading Hot(TcmBrain.Contracts.Decoction.V1.Reading reading)
    {
        reading.Centicelsius = 104_00;
        return reading;
    }

    private async Task StepAsync(Guid rx, string step, int from, int until)
    {
        var answer = await ReportAsync(rx, step, from, until);
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
    }

    private Task<Answer> ReportAsync(Guid rx, string step, int from, int until) =>
        worker.ReportAsync(
            rx,
            step,
            new
            {
                vessel = "V01",
                startedAt = At(from),
                finishedAt = At(until),
            }
        );

    private async Task<JsonElement> RecordAsync(Guid rx) => (await worker.ReadAsync($"/api/decoction/records/{rx}")).Json;

    private async Task<JsonElement> WaitingAsync(Guid rx) =>
        (await pharmacist.ReadAsync("/api/decoction/deviations?decided=false"))
            .Json.GetProperty("items")
            .EnumerateArray()
            .First(d => d.GetProperty("prescriptionId").GetGuid() == rx);

    private Task<long> WaitingCountAsync(Guid rx) =>
        room.ScalarAsync<long>("select count(*) from decoction.deviation where prescription_id = $1 and decision is null", rx);

    private static Task<Answer> DecideAsync(HttpClient who, Guid id, string decision, string reason = "已复核") =>
        who.SendAsync($"/api/decoction/deviations/{id}/decision", new { decision, reason });
}
