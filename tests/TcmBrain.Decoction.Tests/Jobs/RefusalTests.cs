using System.Net;
using TcmBrain.Testing;

namespace TcmBrain.Decoction.Tests.Jobs;

/// <summary>Every refusal over HTTP: coded, located, and nothing left behind.</summary>
public sealed class RefusalTests(Room room) : IAsyncLifetime
{
    private string centre = "";
    private Guid rx;
    private HttpClient worker = null!;

    public async ValueTask InitializeAsync()
    {
        centre = room.Organisation();
        rx = (await room.ArriveAsync(centre)).AggregateId;
        worker = room.Worker(centre);
    }

    public ValueTask DisposeAsync()
    {
        worker.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("boiling", """{"vessel":"V01"}""", "DEC-0101", "step")]
    [InlineData("soaking", """{"vessel":"V01","finishedAt":"2026-01-01T00:00:00Z"}""", "DEC-0105", "startedAt")]
    [InlineData("soaking", """{"startedAt":"2026-01-01T00:00:00Z","finishedAt":"2026-01-01T00:40:00Z"}""", "DEC-0105", "vessel")]
    [InlineData(
        "soaking",
        """{"vessel":"V01","startedAt":"2999-01-01T00:00:00Z","finishedAt":"2999-01-01T00:40:00Z"}""",
        "DEC-0102",
        "startedAt"
    )]
    [InlineData("soaking", """{"vessel":"V01","startedAt":"soon"}""", "GEN-0003", "startedAt")]
    [InlineData("soaking/start", """{"vessel":7,"startedAt":"2026-01-01T00:00:00Z"}""", "GEN-0003", "vessel")]
    public async Task Bad_input_is_refused(string step, string body, string code, string field)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await worker.PostAsync($"/api/decoction/jobs/{rx}/steps/{step}", content);
        var answer = new Answer(response.StatusCode, await response.Content.ReadAsStringAsync());
        answer.ShouldBeRefused(code, HttpStatusCode.BadRequest);
        answer.Json.GetProperty("faults")[0].GetProperty("field").GetString().ShouldBe(field);
        await NothingIsKeptAsync();
    }

    [Theory]
    [InlineData("V99", 0, 40, "DEC-0103", "vessel")]
    [InlineData("V01", 5, 5, "DEC-0104", "finishedAt")]
    [InlineData("V01", 5, 4, "DEC-0104", "finishedAt")]
    [InlineData("V01", 0, 60 * 24 * 365, "DEC-0102", "finishedAt")]
    public async Task Impossible_reports_are_refused(string vessel, int from, int until, string code, string field)
    {
        var answer = await worker.ReportAsync(rx, "soaking", Times(vessel, from, until));
        answer.ShouldBeRefused(code, HttpStatusCode.BadRequest);
        answer.Json.GetProperty("faults")[0].GetProperty("field").GetString().ShouldBe(field);
        await NothingIsKeptAsync();
    }

    [Fact]
    public async Task Nothing_soaks_before_the_dispensing_was_checked()
    {
        (await worker.ReportAsync(rx, "soaking", Times("V01", -3, 40))).ShouldBeRefused("DEC-0210", HttpStatusCode.Conflict);
        (await worker.ReportAsync(rx, "soaking", Times("V01", -2, 40))).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_clock_two_minutes_fast_is_taken_and_three_minutes_is_not()
    {
        var now = DateTimeOffset.UtcNow;
        (await worker.ReportAsync(rx, "soaking/start", new { vessel = "V01", startedAt = now.AddMinutes(3) })).ShouldBeRefused(
            "DEC-0102",
            HttpStatusCode.BadRequest
        );
        (await worker.ReportAsync(rx, "soaking/start", new { vessel = "V01", startedAt = now.AddMinutes(1.5) })).Status.ShouldBe(
            HttpStatusCode.OK
        );
    }

    [Fact]
    public async Task Soaking_too_short_is_refused_with_its_rule_and_can_go_on()
    {
        (await worker.ReportAsync(rx, "soaking/start", new { vessel = "V01", startedAt = room.Morning })).Status.ShouldBe(
            HttpStatusCode.OK
        );
        var early = await worker.ReportAsync(rx, "soaking/finish", new { finishedAt = room.Morning.AddMinutes(29) });
        early.ShouldBeRefused("DEC-0206", HttpStatusCode.UnprocessableEntity);
        early.Json.GetProperty("faults")[0].GetProperty("zh").GetString()!.ShouldContain("浸泡不少于30分钟");
        (await worker.ReportAsync(rx, "soaking/finish", new { finishedAt = room.Morning.AddMinutes(31) })).Status.ShouldBe(
            HttpStatusCode.OK
        );
    }

    [Fact]
    public async Task A_whole_report_that_is_refused_leaves_the_vessel_free()
    {
        (await worker.ReportAsync(rx, "soaking", Times("V01", 0, 10))).ShouldBeRefused("DEC-0206", HttpStatusCode.UnprocessableEntity);
        await NothingIsKeptAsync();
    }

    [Fact]
    public async Task Steps_out_of_order_are_refused()
    {
        (await worker.ReportAsync(rx, "first-boil", Times("V01", 0, 25))).ShouldBeRefused("DEC-0201", HttpStatusCode.Conflict);
        (await worker.ReportAsync(rx, "packing/finish", new { finishedAt = room.Morning })).ShouldBeRefused(
            "DEC-0203",
            HttpStatusCode.Conflict
        );
        await NothingIsKeptAsync();
    }

    [Fact]
    public async Task A_vessel_in_use_is_refused_to_another_prescription()
    {
        var other = (await room.ArriveAsync(centre)).AggregateId;
        await worker.ReportAsync(rx, "soaking", Times("V01", 0, 30));
        (await worker.ReportAsync(other, "soaking", Times("V01", 60, 100))).ShouldBeRefused("DEC-0207", HttpStatusCode.Conflict);
        (await worker.ReportAsync(other, "soaking", Times("V02", 60, 100))).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_vessel_is_free_from_the_end_of_packing_on_once_it_is_cleaned()
    {
        var other = (await room.ArriveAsync(centre)).AggregateId;
        var free = await room.DecoctAsync(worker, rx, "V01", room.Morning);
        (await worker.ReportAsync(other, "soaking/start", new { vessel = "V01", startedAt = free.AddSeconds(-1) })).ShouldBeRefused(
            "DEC-0207",
            HttpStatusCode.Conflict
        );
        (await worker.ReportAsync(other, "soaking/start", new { vessel = "V01", startedAt = free })).ShouldBeRefused(
            "DEC-0503",
            HttpStatusCode.Conflict
        );
        (await worker.SendAsync("/api/decoction/vessels/V01/cleanings", new { cleanedAt = free })).Status.ShouldBe(HttpStatusCode.OK);
        (await worker.ReportAsync(other, "soaking/start", new { vessel = "V01", startedAt = free })).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_is_reported_afterwards_fits_before_a_later_occupation_or_is_refused()
    {
        var earlier = (await room.ArriveAsync(centre)).AggregateId;
        await worker.ReportAsync(rx, "soaking/start", new { vessel = "V01", startedAt = room.Morning.AddMinutes(100) });
        (await worker.ReportAsync(earlier, "soaking", Times("V01", 0, 40))).Status.ShouldBe(HttpStatusCode.OK);
        (await worker.ReportAsync(earlier, "first-boil", Times("V01", 80, 105))).ShouldBeRefused("DEC-0207", HttpStatusCode.Conflict);
        (await worker.ReportAsync(earlier, "first-boil", Times("V01", 40, 65))).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Of_two_prescriptions_put_into_one_vessel_at_once_one_is_refused()
    {
        var other = (await room.ArriveAsync(centre)).AggregateId;
        // At the same moment: of different ones the earlier may be told later, and holds the vessel until the next.
        var answers = await Task.WhenAll(
            worker.ReportAsync(rx, "soaking/start", new { vessel = "V01", startedAt = room.Morning }),
            worker.ReportAsync(other, "soaking/start", new { vessel = "V01", startedAt = room.Morning })
        );
        answers.Count(a => a.Status == HttpStatusCode.OK).ShouldBe(1);
        answers.Single(a => a.Status != HttpStatusCode.OK).ShouldBeRefused("DEC-0207", HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Vessels_show_who_is_in_them()
    {
        await worker.ReportAsync(rx, "soaking", Times("V02", 0, 30));
        var during = (
            await worker.ReadAsync(
                $"/api/decoction/vessels?from={room.Morning.AddMinutes(-60):O}&until={room.Morning.AddMinutes(10):O}".Replace("+", "%2B")
            )
        ).Json.GetProperty("items");
        during.GetArrayLength().ShouldBe(12);
        during
            .EnumerateArray()
            .Where(v => v.GetProperty("busy").GetBoolean())
            .Single()
            .GetProperty("prescriptionId")
            .GetGuid()
            .ShouldBe(rx);
        var before = (
            await worker.ReadAsync(
                $"/api/decoction/vessels?from={room.Morning.AddMinutes(-60):O}&until={room.Morning:O}".Replace("+", "%2B")
            )
        ).Json.GetProperty("items");
        before.EnumerateArray().ShouldAllBe(v => !v.GetProperty("busy").GetBoolean());
        (await worker.ReadAsync("/api/decoction/vessels?from=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z")).ShouldBeRefused(
            "DEC-0109",
            HttpStatusCode.BadRequest
        );
    }

    [Fact]
    public async Task Another_centres_job_is_as_if_it_were_not_there()
    {
        using var stranger = room.Worker(room.Organisation());
        var theirs = await stranger.ReportAsync(rx, "soaking", Times("V01", 0, 30));
        var nobodys = await stranger.ReportAsync(Guid.CreateVersion7(), "soaking", Times("V01", 0, 30));
        theirs.ShouldBeRefused("DEC-0106", HttpStatusCode.NotFound);
        nobodys.Json.GetProperty("faults").GetRawText().ShouldBe(theirs.Json.GetProperty("faults").GetRawText());
        await NothingIsKeptAsync();
    }

    [Theory]
    [InlineData("his")]
    [InlineData("dispenser")]
    [InlineData("courier")]
    [InlineData("quality")]
    public async Task Only_the_decoction_room_reports_steps(string role)
    {
        using var client = room.Service.Client(TestTokens.Of("someone", centre, "330105", role));
        (await client.ReportAsync(rx, "soaking", Times("V01", 0, 30))).ShouldBeRefused("GEN-0002", HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Without_a_token_there_is_no_answer()
    {
        using var nobody = room.Service.Client();
        (await nobody.ReportAsync(rx, "soaking", Times("V01", 0, 30))).ShouldBeRefused("GEN-0001", HttpStatusCode.Unauthorized);
        (await nobody.ReadAsync($"/api/decoction/prescriptions/{rx}")).ShouldBeRefused("GEN-0001", HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("/api/decoction/jobs?state=boiled", "DEC-0107")]
    [InlineData("/api/decoction/jobs?next=%21%21", "DEC-0108")]
    [InlineData("/api/decoction/jobs?next=OTk5OTk5OTk5OTk5OTk5OTk5OTk5LjE", "DEC-0108")]
    [InlineData("/api/decoction/jobs?limit=0", "DEC-0108")]
    [InlineData("/api/decoction/jobs?limit=501", "DEC-0108")]
    public async Task A_list_asked_for_wrongly_is_refused(string path, string code) =>
        (await worker.ReadAsync(path)).ShouldBeRefused(code, HttpStatusCode.BadRequest);

    private object Times(string vessel, int from, int until) =>
        new
        {
            vessel,
            startedAt = room.Morning.AddMinutes(from),
            finishedAt = room.Morning.AddMinutes(until),
        };

    private async Task NothingIsKeptAsync()
    {
        (
            await room.ScalarAsync<long>(
                "select (select count(*) from decoction.step where prescription_id = $1) + (select count(*) from decoction.occupation where prescription_id = $1)",
                rx
            )
        ).ShouldBe(0);
        (await Told.OfAsync(room.Database, rx)).ShouldBeEmpty();
    }
}
