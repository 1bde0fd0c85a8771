using System.Diagnostics;
using System.Net;
using System.Text.Json;
using TcmBrain.Contracts.Events;
using TcmBrain.Testing;

namespace TcmBrain.Decoction.Tests.Jobs;

public sealed class JobPathTests(Room room)
{
    [Fact]
    public async Task From_the_checked_prescription_to_the_patients_hands()
    {
        var centre = room.Organisation();
        var trace = "00-" + ActivityTraceId.CreateRandom() + "-" + ActivitySpanId.CreateRandom() + "-01";
        var rx = await room.ArriveAsync(room.Checked(centre), trace);
        using var worker = room.Worker(centre);
        using var courier = room.Courier(centre);

        var job = (await worker.ReadAsync("/api/decoction/jobs?state=waiting")).Json.GetProperty("items")[0];
        job.GetProperty("prescriptionId").GetGuid().ShouldBe(rx.AggregateId);
        job.GetProperty("nextStep").GetString().ShouldBe("soaking");
        job.GetProperty("recipe").GetProperty("class").GetString().ShouldBe("ordinary");

        var packed = await room.DecoctAsync(worker, rx.AggregateId, "V01", room.Morning);
        (
            await courier.SendAsync($"/api/decoction/parcels/{rx.AggregateId}/ship", new { shippedAt = packed.AddMinutes(30) })
        ).Status.ShouldBe(HttpStatusCode.OK);
        (
            await courier.SendAsync($"/api/decoction/parcels/{rx.AggregateId}/deliver", new { deliveredAt = packed.AddMinutes(90) })
        ).Status.ShouldBe(HttpStatusCode.OK);

        var told = await Told.OfAsync(room.Database, rx.AggregateId);
        told.Select(t => t.Event.GetType().Name)
            .ShouldBe([
                nameof(DecoctionStarted),
                nameof(StepCompleted),
                nameof(StepCompleted),
                nameof(StepCompleted),
                nameof(StepCompleted),
                nameof(DecoctionCompleted),
                nameof(PackingChecked),
                nameof(ParcelShipped),
                nameof(ParcelDelivered),
            ]);
        told.Select(t => t.Event.Version).ShouldBe(Enumerable.Range(1, 9));
        // One trace from the push to the delivery, though people and hours lie between.
        var traceId = trace[..35];
        told.ShouldAllBe(t => t.TraceParent!.StartsWith(traceId, StringComparison.Ordinal));
        foreach (var e in told.Select(t => (PrescriptionEvent)t.Event))
        {
            (e.InstitutionCode, e.RegionCode, e.HisNumber, e.Revision).ShouldBe((rx.InstitutionCode, rx.RegionCode, rx.HisNumber, 1));
        }

        var completed = (DecoctionCompleted)told[5].Event;
        completed.OccurredAt.ShouldBe(packed);
        completed.BagSerials.Distinct().Count().ShouldBe(rx.Doses * rx.PacksPerDose);
        completed.MillilitresPerBag.ShouldBe(200);
        var delivered = (ParcelDelivered)told[8].Event;
        delivered.BagSerials.ShouldBe(completed.BagSerials);
        delivered.Sscc.Length.ShouldBe(18);
        delivered.ParcelId.ShouldBe(((ParcelShipped)told[7].Event).ParcelId);

        var story = (await worker.ReadAsync($"/api/decoction/prescriptions/{rx.AggregateId}")).Json;
        story.GetProperty("state").GetString().ShouldBe("delivered");
        story
            .GetProperty("steps")
            .EnumerateArray()
            .Select(s => s.GetProperty("step").GetString())
            .ShouldBe(["soaking", "first-boil", "second-boil", "packing"]);
        story.GetProperty("steps")[1].GetProperty("finishedAt").GetDateTimeOffset().ShouldBe(room.Morning.AddMinutes(55));
        story.GetProperty("bags").GetArrayLength().ShouldBe(14);
        story.GetProperty("parcel").GetProperty("sscc").GetString().ShouldBe(delivered.Sscc);
        story.GetProperty("deviations").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Steps_can_be_reported_as_they_happen()
    {
        var (rx, worker) = await JobAsync();
        (await worker.ReportAsync(rx, "soaking/start", new { vessel = "V03", startedAt = room.Morning }))
            .Json.GetProperty("state")
            .GetString()
            .ShouldBe("soaking");
        (await worker.ReportAsync(rx, "soaking/finish", new { finishedAt = room.Morning.AddMinutes(45) })).Status.ShouldBe(
            HttpStatusCode.OK
        );
        // The vessel is known from here on.
        var boiling = await worker.ReportAsync(rx, "first-boil/start", new { startedAt = room.Morning.AddMinutes(50) });
        boiling.Json.GetProperty("state").GetString().ShouldBe("decocting");
        var waiting = await worker.ReadAsync("/api/decoction/jobs?state=decocting");
        waiting.Json.GetProperty("items")[0].GetProperty("vessel").GetString().ShouldBe("V03");
        waiting.Json.GetProperty("items")[0].GetProperty("nextStep").GetString().ShouldBe("first-boil");
    }

    [Fact]
    public async Task A_boil_off_the_recipe_is_recorded_and_told()
    {
        var (rx, worker) = await JobAsync();
        await worker.ReportAsync(rx, "soaking", Times("V01", 0, 30));
        var answer = await worker.ReportAsync(rx, "first-boil", Times("V01", 30, 42));
        answer.Status.ShouldBe(HttpStatusCode.OK);
        answer.Json.GetProperty("deviations")[0].GetProperty("ruleId").GetString().ShouldBe("first-boil.ordinary");

        var told = await Told.OfAsync(room.Database, rx);
        var deviation = told.Select(t => t.Event).OfType<DeviationDetected>().Single();
        deviation.Step.ShouldBe("first-boil");
        deviation.TextZh.ShouldBe(
            "头煎 12 分钟,应为 20–30 分钟(《医疗机构中药煎药室管理规范》国中医药发〔2009〕3号 第十五条: 一般 20–30 分钟)"
        );
        told.Select(t => t.Event.Version).ShouldBe([1, 2, 3, 4]);
        (await worker.ReadAsync($"/api/decoction/prescriptions/{rx}")).Json.GetProperty("deviations").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task A_report_that_comes_twice_changes_nothing()
    {
        var (rx, worker) = await JobAsync();
        for (var time = 1; time <= 2; time++)
        {
            var answer = await worker.ReportAsync(rx, "soaking", Times("V01", 0, 30));
            answer.Status.ShouldBe(HttpStatusCode.OK);
            answer.Json.GetProperty("recorded").GetBoolean().ShouldBe(time == 1);
        }

        (await Told.OfAsync(room.Database, rx)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Many_reports_of_the_same_at_once_are_recorded_once()
    {
        var (rx, worker) = await JobAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => worker.ReportAsync(rx, "soaking", Times("V01", 0, 30))));
        answers.ShouldAllBe(a => a.Status == HttpStatusCode.OK);
        answers.Count(a => a.Json.GetProperty("recorded").GetBoolean()).ShouldBe(1);
        (await Told.OfAsync(room.Database, rx)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_list_is_read_page_by_page_without_gap_or_repetition()
    {
        var centre = room.Organisation();
        var all = new List<Guid>();
        for (var i = 0; i < 5; i++)
        {
            all.Add((await room.ArriveAsync(room.Checked(centre) with { OccurredAt = room.Morning.AddMinutes(i / 2) })).AggregateId);
        }

        using var worker = room.Worker(centre);
        var seen = new List<Guid>();
        string? next = null;
        do
        {
            var page = (await worker.ReadAsync($"/api/decoction/jobs?limit=2&next={next}")).Json;
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("prescriptionId").GetGuid()));
            next = page.GetProperty("next").GetString();
        } while (next is not null);

        seen.Count.ShouldBe(5);
        seen.ShouldBe(all, ignoreOrder: true);
    }

    private async Task<(Guid Prescription, HttpClient Worker)> JobAsync()
    {
        var centre = room.Organisation();
        return ((await room.ArriveAsync(centre)).AggregateId, room.Worker(centre));
    }

    private object Times(string vessel, int from, int until) =>
        new
        {
            vessel,
            startedAt = room.Morning.AddMinutes(from),
            finishedAt = room.Morning.AddMinutes(until),
        };
}
