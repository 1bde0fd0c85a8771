using System.Net;
using System.Text.Json;
using TcmBrain.Contracts.Events;
using TcmBrain.Testing;

namespace TcmBrain.Decoction.Tests.Steps;

/// <summary>另煎 and 烊化: nothing is packed that lacks what the recipe joins to it, unless a named person lets it go.</summary>
public sealed class JoiningTests(Room room) : IAsyncLifetime
{
    private const string Apart = "另煎";
    private const string Melt = "烊化";
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
    public async Task What_was_decocted_apart_and_melted_in_is_packed_and_stands_in_the_record()
    {
        var rx = await BoiledAsync(("西洋参", Apart), ("阿胶", Melt));
        (await AddAsync(rx, new { handling = Apart, startedAt = At(0) })).Status.ShouldBe(HttpStatusCode.OK);
        (await AddAsync(rx, new { handling = Apart, doneAt = At(121) })).Status.ShouldBe(HttpStatusCode.OK);
        (await AddAsync(rx, new { handling = Melt, doneAt = At(122) })).Status.ShouldBe(HttpStatusCode.OK);
        await PackAsync(rx);
        var content = (await worker.ReadAsync($"/api/decoction/records/{rx}")).Json.GetProperty("content");
        content.GetProperty("deviations").GetArrayLength().ShouldBe(0);
        content
            .GetProperty("actions")
            .EnumerateArray()
            .Select(a => (a.GetProperty("handling").GetString(), Moment(a, "startedAt"), Moment(a, "doneAt")))
            .ShouldBe([(Apart, At(0), At(121)), (Melt, null, At(122))]);
    }

    [Fact]
    public async Task Packing_without_them_is_refused_and_the_deviations_are_told_once()
    {
        var rx = await BoiledAsync(("西洋参", Apart), ("阿胶", Melt));
        (await PackingAsync(rx)).ShouldBeRefused("DEC-0526", HttpStatusCode.Conflict);
        (await PackingAsync(rx)).ShouldBeRefused("DEC-0526", HttpStatusCode.Conflict);
        (await Told.OfAsync(room.Database, rx))
            .Select(t => t.Event)
            .OfType<DeviationDetected>()
            .Select(d => d.RuleId)
            .Order()
            .ShouldBe(["decoct-separately.missed", "melt-in.missed"]);
    }

    [Fact]
    public async Task Done_after_all_it_is_packed_and_nobody_need_decide()
    {
        var rx = await BoiledAsync(("阿胶", Melt));
        (await PackingAsync(rx)).ShouldBeRefused("DEC-0526", HttpStatusCode.Conflict);
        (await AddAsync(rx, new { handling = Melt, doneAt = At(130) })).Status.ShouldBe(HttpStatusCode.OK);
        var deviation = await DeviationAsync(rx);
        (deviation.GetProperty("holds").GetBoolean(), Moment(deviation, "endedAt")).ShouldBe((false, At(130)));
        await PackAsync(rx);
        (await StandingAsync(rx)).ShouldBe("released");
    }

    [Fact]
    public async Task A_named_person_lets_it_go_with_a_reason()
    {
        var rx = await BoiledAsync(("阿胶", Melt));
        (await PackingAsync(rx)).ShouldBeRefused("DEC-0526", HttpStatusCode.Conflict);
        (await DecideAsync(rx, "accept", "患者自备阿胶")).Status.ShouldBe(HttpStatusCode.OK);
        await PackAsync(rx);
        var content = (await worker.ReadAsync($"/api/decoction/records/{rx}")).Json.GetProperty("content");
        content.GetProperty("actions").GetArrayLength().ShouldBe(0);
        content.GetProperty("deviations")[0].GetProperty("reason").GetString().ShouldBe("患者自备阿胶");
    }

    [Fact]
    public async Task What_was_too_short_is_held_and_done_again_without_a_new_boil()
    {
        var rx = await BoiledAsync(("西洋参", Apart));
        var answer = await AddAsync(
            rx,
            new
            {
                handling = Apart,
                startedAt = At(0),
                doneAt = At(60),
            }
        );
        answer.Json.GetProperty("deviations")[0].GetProperty("ruleId").GetString().ShouldBe("decoct-separately");
        (await PackingAsync(rx)).ShouldBeRefused("DEC-0501", HttpStatusCode.Conflict);
        (await DecideAsync(rx, "rework", "汁未煎尽")).Status.ShouldBe(HttpStatusCode.OK);
        (await PackingAsync(rx)).ShouldBeRefused("DEC-0526", HttpStatusCode.Conflict);
        await AddAsync(
            rx,
            new
            {
                handling = Apart,
                startedAt = At(61),
                doneAt = At(182),
            }
        );
        await PackAsync(rx, 190);
        var content = (await worker.ReadAsync($"/api/decoction/records/{rx}")).Json.GetProperty("content");
        content.GetProperty("actions").EnumerateArray().Select(a => a.GetProperty("superseded").GetBoolean()).ShouldBe([true, false]);
        content.GetProperty("steps").EnumerateArray().ShouldAllBe(s => !s.GetProperty("superseded").GetBoolean());
    }

    [Fact]
    public async Task Times_that_cannot_be_are_refused_and_the_same_told_again_is_not()
    {
        var rx = await BoiledAsync(("西洋参", Apart), ("阿胶", Melt));
        (await AddAsync(rx, new { handling = Apart, doneAt = At(121) })).ShouldBeRefused("DEC-0105", HttpStatusCode.BadRequest);
        (await AddAsync(rx, new { handling = Melt, doneAt = At(50) })).ShouldBeRefused("DEC-0527", HttpStatusCode.Conflict);
        await AddAsync(rx, new { handling = Apart, startedAt = At(0) });
        (await AddAsync(rx, new { handling = Apart, startedAt = At(0) })).Json.GetProperty("recorded").GetBoolean().ShouldBeFalse();
        (await AddAsync(rx, new { handling = Apart, startedAt = At(1) })).ShouldBeRefused("DEC-0202", HttpStatusCode.Conflict);
        (await AddAsync(rx, new { handling = Apart, doneAt = At(-1) })).ShouldBeRefused("DEC-0104", HttpStatusCode.BadRequest);
        await AddAsync(rx, new { handling = Apart, doneAt = At(121) });
        (await PackingAsync(rx)).ShouldBeRefused("DEC-0526", HttpStatusCode.Conflict);
        object[] melted = [new { handling = Melt, doneAt = At(122) }];
        (await PackingAsync(rx, additions: melted)).Status.ShouldBe(HttpStatusCode.OK);
        (await PackingAsync(rx, additions: melted)).Json.GetProperty("recorded").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task The_board_asks_for_it_until_it_is_done()
    {
        var rx = await BoiledAsync(("西洋参", Apart), ("阿胶", Melt));
        (await HandsAsync(rx)).ShouldBe(["melt-in", "start-apart"]);
        await AddAsync(rx, new { handling = Apart, startedAt = At(0) });
        (await HandsAsync(rx)).ShouldBe(["end-apart", "melt-in"]);
        await AddAsync(rx, new { handling = Apart, doneAt = At(121) });
        await AddAsync(rx, new { handling = Melt, doneAt = At(122) });
        (await HandsAsync(rx)).ShouldBe(["start-packing"]);
    }

    private async Task<Guid> BoiledAsync(params (string Piece, string Handling)[] special)
    {
        var rx = (
            await room.ArriveAsync(
                room.Checked(centre) with
                {
                    Portions =
                    [
                        Room.Portion(1, "丹参", 10),
                        Room.Portion(2, "陈皮", 10),
                        .. special.Select((s, i) => Room.Portion(3 + i, s.Piece, 6, s.Handling)),
                    ],
                }
            )
        ).AggregateId;
        foreach (var (step, from, until) in new[] { ("soaking", 0, 30), ("first-boil", 30, 55), ("second-boil", 55, 75) })
        {
            var answer = await worker.ReportAsync(
                rx,
                step,
                new
                {
                    vessel = "V01",
                    startedAt = At(from),
                    finishedAt = At(until),
                }
            );
            answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        }

        return rx;
    }

    private Task<Answer> AddAsync(Guid rx, object report) => worker.SendAsync($"/api/decoction/jobs/{rx}/additions", report);

    private Task<Answer> PackingAsync(Guid rx, int from = 130, object[]? additions = null) =>
        worker.ReportAsync(
            rx,
            "packing",
            new
            {
                startedAt = At(from),
                finishedAt = At(from + 10),
                additions,
            }
        );

    private async Task PackAsync(Guid rx, int from = 130)
    {
        var answer = await PackingAsync(rx, from);
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
    }

    private async Task<JsonElement> DeviationAsync(Guid rx) =>
        (await pharmacist.ReadAsync("/api/decoction/deviations?decided=false"))
            .Json.GetProperty("items")
            .EnumerateArray()
            .First(d => d.GetProperty("prescriptionId").GetGuid() == rx);

    private async Task<Answer> DecideAsync(Guid rx, string decision, string reason) =>
        await pharmacist.SendAsync(
            $"/api/decoction/deviations/{(await DeviationAsync(rx)).GetProperty("deviationId").GetGuid()}/decision",
            new { decision, reason }
        );

    private async Task<string> StandingAsync(Guid rx) =>
        (await worker.ReadAsync($"/api/decoction/records/{rx}")).Json.GetProperty("standing").GetString()!;

    private async Task<IEnumerable<string>> HandsAsync(Guid rx) =>
        (await worker.ReadAsync("/api/decoction/board"))
            .Json.GetProperty("hands")
            .EnumerateArray()
            .Where(h =>
                h.GetProperty("prescriptionId").ValueKind == JsonValueKind.String && h.GetProperty("prescriptionId").GetGuid() == rx
            )
            .Select(h => h.GetProperty("kind").GetString()!)
            .Order();

    private DateTimeOffset At(int minute) => room.Morning.AddMinutes(minute);

    private static DateTimeOffset? Moment(JsonElement part, string name) =>
        part.GetProperty(name) is { ValueKind: JsonValueKind.String } moment ? moment.GetDateTimeOffset() : null;
}
