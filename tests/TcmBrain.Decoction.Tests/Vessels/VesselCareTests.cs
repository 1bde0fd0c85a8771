using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace TcmBrain.Decoction.Tests.Vessels;

public sealed class VesselCareTests(Room room) : IAsyncLifetime
{
    private string centre = "";
    private HttpClient worker = null!;
    private Guid rx;

    public async ValueTask InitializeAsync()
    {
        centre = room.Organisation();
        worker = room.Worker(centre);
        rx = (await room.ArriveAsync(centre)).AggregateId;
    }

    public ValueTask DisposeAsync()
    {
        worker.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Iron_is_forbidden_and_every_fault_is_named()
    {
        var answer = await PutAsync("X1", "machine", "iron", 10);
        answer.ShouldBeRefused("DEC-0522", HttpStatusCode.BadRequest);
        answer
            .Json.GetProperty("faults")
            .EnumerateArray()
            .Select(f => f.GetProperty("field").GetString())
            .ShouldBe(["material", "capacityMillilitres"]);
    }

    [Fact]
    public async Task Too_small_a_vessel_takes_nothing_and_is_not_left_taken()
    {
        await PutAsync("V01", "pot", "ceramic", 1_000);
        var start = new { vessel = "V01", startedAt = room.Morning };
        (await worker.ReportAsync(rx, "soaking/start", start)).ShouldBeRefused("DEC-0506", HttpStatusCode.Conflict);
        await PutAsync("V01", "pot", "ceramic", 5_000);
        (await worker.ReportAsync(rx, "soaking/start", start)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_vessel_without_calibration_takes_nothing()
    {
        await PutAsync("N1", "machine", "stainless", 20_000);
        var start = new { vessel = "N1", startedAt = room.Morning };
        (await worker.ReportAsync(rx, "soaking/start", start)).ShouldBeRefused("DEC-0504", HttpStatusCode.Conflict);
        await worker.SendAsync(
            "/api/decoction/vessels/N1/calibrations",
            new
            {
                calibratedAt = room.Morning.AddDays(-1),
                validUntil = room.Morning.AddDays(300),
                certificate = "JL-1",
            }
        );
        (await worker.ReportAsync(rx, "soaking/start", start)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_vessel_in_use_cannot_have_been_cleaned()
    {
        await worker.ReportAsync(rx, "soaking/start", new { vessel = "V02", startedAt = room.Morning });
        (await worker.SendAsync("/api/decoction/vessels/V02/cleanings", new { cleanedAt = room.Morning.AddMinutes(10) })).ShouldBeRefused(
            "DEC-0523",
            HttpStatusCode.Conflict
        );
    }

    [Fact]
    public async Task A_vessel_that_breaks_mid_boil_holds_its_job_which_goes_on_in_another_after_a_decision()
    {
        await StepAsync("soaking", "V03", 0, 30);
        await worker.ReportAsync(rx, "first-boil/start", new { startedAt = At(30) });
        var broken = await worker.SendAsync("/api/decoction/vessels/V03/breakdown", new { brokenAt = At(40), reason = "加热管烧断" });
        broken.Json.GetProperty("heldPrescriptionId").GetGuid().ShouldBe(rx);
        (await worker.SendAsync("/api/decoction/vessels/V03/repair", new { repairedAt = At(41) })).ShouldBeRefused(
            "DEC-0523",
            HttpStatusCode.Conflict
        );
        using var pharmacist = room.Pharmacist(centre);
        var deviation = (await pharmacist.ReadAsync("/api/decoction/deviations?decided=false")).Json.GetProperty("items")[0];
        deviation.GetProperty("ruleId").GetString().ShouldBe("vessel.broken");
        (
            await pharmacist.SendAsync(
                $"/api/decoction/deviations/{deviation.GetProperty("deviationId").GetGuid()}/decision",
                new { decision = "rework", reason = "换锅重煎头煎" }
            )
        ).Status.ShouldBe(HttpStatusCode.OK);

        // Not in the broken one again.
        (await worker.ReportAsync(rx, "first-boil/start", new { vessel = "V03", startedAt = At(45) })).ShouldBeRefused(
            "DEC-0502",
            HttpStatusCode.Conflict
        );
        await StepAsync("first-boil", "V04", 45, 70);
        await StepAsync("second-boil", "V04", 70, 90);
        await StepAsync("packing", "V04", 90, 100);
        var record = (await worker.ReadAsync($"/api/decoction/records/{rx}")).Json.GetProperty("content");
        record
            .GetProperty("runs")
            .EnumerateArray()
            .Select(r => (r.GetProperty("vessel").GetString(), r.GetProperty("endedAs").GetString()))
            .ShouldBe([("V03", "aborted"), ("V04", "packed")]);
        (await room.ScalarAsync<long>("select count(distinct run_no) from decoction.bag where prescription_id = $1", rx)).ShouldBe(1);
        (await worker.SendAsync("/api/decoction/vessels/V03/repair", new { repairedAt = At(120) })).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Another_centres_vessel_is_unknown()
    {
        using var stranger = room.Worker(room.Organisation());
        (await stranger.SendAsync("/api/decoction/vessels/V01/breakdown", new { brokenAt = room.Morning, reason = "x" })).ShouldBeRefused(
            "DEC-0103",
            HttpStatusCode.BadRequest
        );
    }

    private DateTimeOffset At(int minute) => room.Morning.AddMinutes(minute);

    private async Task StepAsync(string step, string vessel, int from, int until)
    {
        var answer = await worker.ReportAsync(
            rx,
            step,
            new
            {
                vessel,
                startedAt = At(from),
                finishedAt = At(until),
            }
        );
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
    }

    private async Task<Answer> PutAsync(string vessel, string kind, string material, int capacityMillilitres)
    {
        using var response = await worker.PutAsync(
            $"/api/decoction/vessels/{vessel}",
            JsonContent.Create(
                new
                {
                    kind,
                    material,
                    capacityMillilitres,
                    instrumented = false,
                }
            )
        );
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
