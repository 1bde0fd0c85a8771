using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TcmBrain.Contracts.Events;
using TcmBrain.Testing;

namespace TcmBrain.Quality.Tests.Supervision;

/// <summary>A habit, from the events that tell of it to what becomes of the alert. Each test has a month and a city of its own.</summary>
public sealed class SupervisionTests(QualityRoom room)
{
    [Fact]
    public async Task A_habit_is_raised_once_shown_with_its_records_and_told()
    {
        var (institution, _) = await HabitAsync("330106", new DateOnly(2026, 1, 1));
        using var regulator = Regulator("330100");
        for (var time = 1; time <= 2; time++)
        {
            var run = await regulator.SendAsync("/api/quality/supervision/runs", new { month = "2026-01" });
            run.Status.ShouldBe(HttpStatusCode.OK, run.Text);
            run.Json.GetProperty("alerts").GetInt32().ShouldBe(1);
        }

        var alert = (await ListAsync(regulator, "2026-01")).ShouldHaveSingleItem();
        (Text(alert, "pattern"), Text(alert, "state"), Text(alert.GetProperty("institution"), "code")).ShouldBe(
            ("over-dose", "new", institution)
        );
        var id = alert.GetProperty("alertId").GetGuid();
        var view = await regulator.ReadAsync($"/api/quality/supervision/alerts/{id}");
        view.Json.GetProperty("records").GetArrayLength().ShouldBe(20);
        view.Json.GetProperty("figures")
            .EnumerateArray()
            .Single(f => Text(f, "code") == "events")
            .GetProperty("value")
            .GetDouble()
            .ShouldBe(20);
        view.Text.ShouldNotContain("pseudonym");
        var told = (SupervisionAlertRaised)(await Told.OfAsync(room.Database, id)).ShouldHaveSingleItem().Event;
        (told.Pattern, told.InstitutionCode, told.Records, told.Month).ShouldBe(("over-dose", institution, 20, new DateOnly(2026, 1, 1)));

        // More comes to light while nobody has looked: the alert follows, and is not raised again.
        await PrescribeAsync(institution, "330106", "D11", new DateOnly(2026, 1, 20), 5, 5);
        await regulator.SendAsync("/api/quality/supervision/runs", new { month = "2026-01" });
        (await regulator.ReadAsync($"/api/quality/supervision/alerts/{id}"))
            .Json.GetProperty("alert")
            .GetProperty("records")
            .GetInt32()
            .ShouldBe(25);
        (await Told.OfAsync(room.Database, id)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_regulator_sees_the_own_region_an_institution_itself_and_nobody_else_anything()
    {
        var (institution, _) = await HabitAsync("330109", new DateOnly(2026, 2, 1));
        using var regulator = Regulator("330100");
        await regulator.SendAsync("/api/quality/supervision/runs", new { month = "2026-02" });
        var id = (await ListAsync(regulator, "2026-02")).ShouldHaveSingleItem().GetProperty("alertId").GetGuid();
        using var own = room.Service.Client(TestTokens.Of("pharmacist-x", institution, "330109", "pharmacist"));
        (await ListAsync(own, "2026-02")).Count.ShouldBe(1);
        using var other = room.Service.Client(TestTokens.Of("pharmacist-y", room.Organisation("330109"), "330109", "pharmacist"));
        using var elsewhere = Regulator("330782");
        foreach (var stranger in new[] { other, elsewhere })
        {
            (await ListAsync(stranger, "2026-02")).ShouldBeEmpty();
            (await stranger.ReadAsync($"/api/quality/supervision/alerts/{id}")).ShouldBeRefused("QUA-0601", HttpStatusCode.NotFound);
        }

        (await ActAsync(elsewhere, id, 1, new { state = "looked-at" })).ShouldBeRefused("QUA-0601", HttpStatusCode.NotFound);
        // The institution reads; it does not decide.
        (await ActAsync(own, id, 1, new { state = "looked-at" })).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task An_alert_is_looked_at_and_decided_with_a_reason_by_one_at_a_time()
    {
        await HabitAsync("330110", new DateOnly(2026, 3, 1));
        using var regulator = Regulator("330100");
        await regulator.SendAsync("/api/quality/supervision/runs", new { month = "2026-03" });
        var id = (await ListAsync(regulator, "2026-03")).ShouldHaveSingleItem().GetProperty("alertId").GetGuid();
        (await regulator.SendAsync($"/api/quality/supervision/alerts/{id}/acts", new { state = "looked-at" })).ShouldBeRefused(
            "QUA-0603",
            HttpStatusCode.PreconditionRequired
        );
        (await ActAsync(regulator, id, 1, new { state = "confirmed", reason = "x" })).ShouldBeRefused("QUA-0602", HttpStatusCode.Conflict);
        (await ActAsync(regulator, id, 1, new { state = "looked-at" })).Status.ShouldBe(HttpStatusCode.OK);
        // A lost answer is asked for again.
        (await ActAsync(regulator, id, 1, new { state = "looked-at" }))
            .Json.GetProperty("recorded")
            .GetBoolean()
            .ShouldBeFalse();
        (await ActAsync(regulator, id, 2, new { state = "justified" })).ShouldBeRefused("QUA-0103", HttpStatusCode.BadRequest);
        (await ActAsync(regulator, id, 2, new { state = "referred", reason = "待查" })).ShouldBeRefused(
            "QUA-0103",
            HttpStatusCode.BadRequest
        );
        (await ActAsync(regulator, id, 2, new { state = "justified", reason = "专病门诊,剂量依指南" })).Status.ShouldBe(HttpStatusCode.OK);
        using var colleague = Regulator("330100", "regulator-9");
        (await ActAsync(colleague, id, 2, new { state = "confirmed", reason = "x" })).ShouldBeRefused(
            "QUA-0604",
            HttpStatusCode.PreconditionFailed
        );
        var view = (await regulator.ReadAsync($"/api/quality/supervision/alerts/{id}")).Json;
        Text(view.GetProperty("alert"), "state").ShouldBe("justified");
        view.GetProperty("acts").EnumerateArray().Select(a => Text(a, "state")).ShouldBe(["looked-at", "justified"]);
        // What was decided is not opened again by looking once more.
        await regulator.SendAsync("/api/quality/supervision/runs", new { month = "2026-03" });
        Text((await ListAsync(regulator, "2026-03")).ShouldHaveSingleItem(), "state").ShouldBe("justified");
        var counts = (await regulator.ReadAsync("/api/quality/supervision/summary?month=2026-03")).Json;
        (counts.GetProperty("all").GetInt32(), counts.GetProperty("open").GetInt32()).ShouldBe((1, 0));
    }

    private HttpClient Regulator(string region, string subject = "regulator-1") =>
        room.Service.Client(TestTokens.Of(subject, "11" + region + "MB00000017", region, "regulator"));

    /// <summary>Twelve prescribers of four institutions; the last overdoses in twenty of forty.</summary>
    private async Task<(string Institution, string Region)> HabitAsync(string region, DateOnly month)
    {
        string[] institutions = [.. Enumerable.Range(0, 4).Select(_ => room.Organisation(region))];
        for (var doctor = 0; doctor < 12; doctor++)
        {
            await PrescribeAsync(institutions[doctor % 4], region, $"D{doctor}", month.AddDays(doctor), 40, doctor == 11 ? 20 : 2);
        }

        return (institutions[3], region);
    }

    private async Task PrescribeAsync(string institution, string region, string doctor, DateOnly day, int count, int overdosed)
    {
        PrescriptionReceived[] received =
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ =>
                    room.Received(institution, region) with
                    {
                        OccurredAt = new DateTimeOffset(day.ToDateTime(new TimeOnly(2, 0)), TimeSpan.Zero),
                        PrescriberCode = doctor,
                        PrescriberName = "医师" + doctor,
                        VisitKind = "outpatient",
                        Days = 7,
                        PatientPseudonym = "pseudonym" + Guid.NewGuid().ToString("N")[..7],
                    }
                ),
        ];
        Event[] all =
        [
            .. received,
            .. received.Select((r, i) => i < overdosed ? QualityRoom.Audited(r, "dose.over_k") : QualityRoom.Audited(r)),
        ];
        var ids = await room.Prescriptions.TellAsync(all);
        await room.TakenInAsync(ids);
    }

    private static async Task<IReadOnlyList<JsonElement>> ListAsync(HttpClient client, string month)
    {
        var list = await client.ReadAsync($"/api/quality/supervision/alerts?month={month}");
        list.Status.ShouldBe(HttpStatusCode.OK, list.Text);
        return list.Items;
    }

    private static async Task<Answer> ActAsync(HttpClient client, Guid id, int version, object act)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/quality/supervision/alerts/{id}/acts")
        {
            Content = JsonContent.Create(act),
        };
        request.Headers.TryAddWithoutValidation("If-Match", $"\"{version}\"");
        using var response = await client.SendAsync(request);
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static string? Text(JsonElement of, string name) => of.GetProperty(name).GetString();
}
