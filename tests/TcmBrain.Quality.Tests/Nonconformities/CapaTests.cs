using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using TcmBrain.Contracts.Events;
using TcmBrain.Quality.Nonconformities;
using TcmBrain.Testing;

namespace TcmBrain.Quality.Tests.Nonconformities;

/// <summary>A nonconformity from its opening to its closing, on real servers.</summary>
public sealed class CapaTests(QualityRoom room)
{
    private const string All = "/api/quality/nonconformities";

    [Fact]
    public async Task A_minor_one_is_contained_by_one_and_closed_by_another()
    {
        var (id, centre) = await OpenedAsync("minor");
        using var worker = room.Service.Client(TestTokens.Of("decoction-1", centre, "330105", "decoction"));
        using var controller = room.Controller();
        (await ActAsync(worker, id, 1, "containment", new { text = "已停用该煎药机,换机重煎" })).ShouldBe(2);
        (await SendAsync(worker, id, 2, "check", new { effective = true, text = "有效" })).ShouldBeRefused(
            "GEN-0002",
            HttpStatusCode.Forbidden
        );
        (await ActAsync(controller, id, 2, "check", new { effective = true, text = "现场查看,未再出现" })).ShouldBe(3);

        var view = await ReadAsync(controller, id);
        view.GetProperty("item").GetProperty("state").GetString().ShouldBe("closed");
        view.GetProperty("entries")
            .EnumerateArray()
            .Select(e => e.GetProperty("kind").GetString())
            .ShouldBe(["opened", "contained", "found-effective"]);
        var closed = (await Told.OfAsync(room.Database, id)).Select(t => t.Event).OfType<NonconformityClosed>().Single();
        (closed.CentreCode, closed.Version, closed.Severity).ShouldBe((centre, 3, "minor"));
        (await SendAsync(controller, id, 3, "notes", new { text = "x" })).ShouldBeRefused("QUA-0522", HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Who_dealt_with_it_does_not_say_that_it_helped()
    {
        var (id, _) = await OpenedAsync("minor");
        using var controller = room.Controller();
        await ActAsync(controller, id, 1, "containment", new { text = "已隔离" });
        (await SendAsync(controller, id, 2, "check", new { effective = true, text = "有效" })).ShouldBeRefused(
            "QUA-0530",
            HttpStatusCode.Forbidden
        );
        using var other = room.Controller(subject: "quality-2");
        (await ActAsync(other, id, 2, "check", new { effective = true, text = "有效" })).ShouldBe(3);
    }

    [Fact]
    public async Task A_major_one_waits_for_its_cause_its_actions_and_its_time()
    {
        var (id, _) = await OpenedAsync("major");
        using var doer = room.Controller();
        using var checker = room.Controller(subject: "quality-2");
        var action = Guid.CreateVersion7();
        var plan = new
        {
            actionId = action,
            kind = "corrective",
            text = "更换温度探头并重新校准",
            owner = "decoction-1",
            ownerName = "煎药组长",
            dueOn = Contracts.RegionTime.DayOf(DateTimeOffset.UtcNow.AddDays(3)),
        };
        (
            await SendAsync(
                doer,
                id,
                1,
                "cause",
                new
                {
                    method = "five-whys",
                    category = "machine",
                    text = "探头漂移",
                }
            )
        ).ShouldBeRefused("QUA-0523", HttpStatusCode.Conflict);
        await ActAsync(doer, id, 1, "containment", new { text = "停用" });
        await ActAsync(
            doer,
            id,
            2,
            "cause",
            new
            {
                method = "five-whys",
                category = "machine",
                text = "探头漂移",
            }
        );
        await ActAsync(doer, id, 3, "actions", plan);
        (await ReadAsync(doer, id)).GetProperty("item").GetProperty("state").GetString().ShouldBe("action");
        (await SendAsync(checker, id, 4, "check", new { effective = true, text = "x" })).ShouldBeRefused(
            "QUA-0523",
            HttpStatusCode.Conflict
        );
        await ActAsync(doer, id, 4, $"actions/{action}/completion", new { result = "已更换,校准合格" });

        var view = await ReadAsync(checker, id);
        view.GetProperty("item").GetProperty("state").GetString().ShouldBe("check");
        view.GetProperty("actions")[0].GetProperty("result").GetString().ShouldBe("已更换,校准合格");
        (await SendAsync(checker, id, 5, "check", new { effective = true, text = "x" })).ShouldBeRefused(
            "QUA-0529",
            HttpStatusCode.Conflict
        );
        await ActAsync(checker, id, 5, "check", new { effective = false, text = "温度仍偏低" });
        (await ReadAsync(checker, id)).GetProperty("item").GetProperty("state").GetString().ShouldBe("analysis");
        (await SendAsync(doer, id, 6, "actions", plan)).ShouldBeRefused("QUA-0526", HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Two_people_at_once_do_not_overwrite_each_other_and_a_lost_answer_may_be_asked_for_again()
    {
        var (id, _) = await OpenedAsync("major");
        using var one = room.Controller();
        using var two = room.Controller(subject: "quality-2");
        (await SendAsync(one, id, null, "notes", new { text = "x" })).ShouldBeRefused("QUA-0501", HttpStatusCode.PreconditionRequired);
        var answers = await Task.WhenAll(
            SendAsync(one, id, 1, "notes", new { text = "甲" }),
            SendAsync(two, id, 1, "notes", new { text = "乙" })
        );
        answers.Select(a => (int)a.Status).Order().ShouldBe([200, 412]);
        await ActAsync(one, id, 2, "containment", new { text = "停用" });
        (await ActAsync(one, id, 2, "containment", new { text = "停用" })).ShouldBe(3, "the same again");
        (await SendAsync(two, id, 2, "containment", new { text = "停用" })).ShouldBeRefused("QUA-0502", HttpStatusCode.PreconditionFailed);
        (await ReadAsync(one, id)).GetProperty("entries").GetArrayLength().ShouldBe(3);
    }

    [Fact]
    public async Task What_is_overdue_is_told_to_the_next_level_once()
    {
        var (id, centre) = await OpenedAsync("critical");
        await room.ScalarAsync<Guid>(
            """
            update quality.nonconformity set stage_due_at = now() - interval '1 hour', escalate_at = now() - interval '1 hour'
            where nonconformity_id = $1 returning nonconformity_id
            """,
            id
        );
        var watch = room.Service.Services.GetRequiredService<EscalationWatch>();
        await Task.WhenAll(watch.SweepAsync(default), watch.SweepAsync(default), watch.SweepAsync(default));
        using var controller = room.Controller();
        await Eventually.Be(
            async () => (await ReadAsync(controller, id)).GetProperty("item").GetProperty("escalated").GetInt32() == 1,
            "the first level is told"
        );
        var view = await ReadAsync(controller, id);
        view.GetProperty("item").GetProperty("overdue").GetBoolean().ShouldBeTrue();
        var entry = view.GetProperty("entries").EnumerateArray().Single(e => e.GetProperty("kind").GetString() == "escalated");
        entry.GetProperty("content").GetProperty("to").GetString().ShouldBe("desk:" + centre);
        (await Told.OfAsync(room.Database, id)).Select(t => t.Event).OfType<NonconformityEscalated>().Single().Level.ShouldBe(1);
        (await controller.FindAsync($"{All}?overdue=true&centre={centre}", "nonconformityId", id)).ShouldNotBeNull();

        // What is done within the stage ends it, and with it what was late.
        await ActAsync(controller, id, 2, "containment", new { text = "召回并封存" });
        var after = (await ReadAsync(controller, id)).GetProperty("item");
        (after.GetProperty("overdue").GetBoolean(), after.GetProperty("escalated").GetInt32()).ShouldBe((false, 0));
    }

    [Fact]
    public async Task Its_history_can_neither_be_changed_nor_taken_away()
    {
        var (id, _) = await OpenedAsync("minor");
        foreach (var sql in new[] { "update quality.nonconformity_entry set by_name = 'x'", "delete from quality.nonconformity_entry" })
        {
            await Should.ThrowAsync<Npgsql.PostgresException>(async () =>
                await room.ScalarAsync<int>(sql + " where nonconformity_id = $1 returning number", id)
            );
        }
    }

    [Fact]
    public async Task It_is_dealt_with_within_sight_only()
    {
        var (id, centre) = await OpenedAsync("major");
        using var stranger = room.Controller(room.Organisation(), "330106");
        using var worker = room.Service.Client(TestTokens.Of("w", room.Organisation(), "330105", "decoction"));
        foreach (var client in new[] { stranger, worker })
        {
            (await client.ReadAsync($"{All}/{id}")).ShouldBeRefused("QUA-0521", HttpStatusCode.NotFound);
            (await SendAsync(client, id, 1, "containment", new { text = "x" })).ShouldBeRefused("QUA-0521", HttpStatusCode.NotFound);
        }

        using var regulator = room.Service.Client(TestTokens.Of("r", room.Organisation(), "330105", "regulator"));
        (await regulator.ReadAsync($"{All}/{id}")).Status.ShouldBe(HttpStatusCode.OK);
        (await SendAsync(regulator, id, 1, "containment", new { text = "x" })).ShouldBeRefused("GEN-0002", HttpStatusCode.Forbidden);
        using var own = room.Service.Client(TestTokens.Of("w", centre, "330105", "decoction"));
        (await SendAsync(own, id, 1, "assignment", new { owner = "w", ownerName = "w" })).ShouldBeRefused(
            "GEN-0002",
            HttpStatusCode.Forbidden
        );
        var body = new
        {
            id = Guid.CreateVersion7(),
            centreCode = centre,
            severity = "minor",
            text = "x",
        };
        (await stranger.SendAsync(All, body)).ShouldBeRefused("QUA-0532", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Making_it_less_grave_needs_a_reason_and_a_new_owner_is_on_file()
    {
        var (id, _) = await OpenedAsync("major");
        using var controller = room.Controller();
        var item = (await ReadAsync(controller, id)).GetProperty("item");
        item.GetProperty("owner").GetString().ShouldBe("desk:" + item.GetProperty("centreCode").GetString());
        var body = new
        {
            owner = "quality-2",
            ownerName = "王质控",
            severity = "minor",
        };
        (await SendAsync(controller, id, 1, "assignment", body)).ShouldBeRefused("QUA-0103", HttpStatusCode.BadRequest);
        await ActAsync(
            controller,
            id,
            1,
            "assignment",
            new
            {
                body.owner,
                body.ownerName,
                body.severity,
                reason = "仅一袋,已销毁",
            }
        );
        var after = (await ReadAsync(controller, id)).GetProperty("item");
        (after.GetProperty("severity").GetString(), after.GetProperty("ownerName").GetString()).ShouldBe(("minor", "王质控"));
    }

    private async Task<(Guid Id, string Centre)> OpenedAsync(string severity)
    {
        var centre = room.Organisation();
        using var controller = room.Controller();
        var body = new
        {
            id = Guid.CreateVersion7(),
            centreCode = centre,
            subject = "3号煎药机",
            severity,
            text = "巡查发现温度显示异常",
        };
        (await controller.SendAsync(All, body)).Json.GetProperty("recorded").GetBoolean().ShouldBeTrue();
        (await controller.SendAsync(All, body)).Json.GetProperty("recorded").GetBoolean().ShouldBeFalse();
        return (body.id, centre);
    }

    private static async Task<JsonElement> ReadAsync(HttpClient client, Guid id)
    {
        var answer = await client.ReadAsync($"{All}/{id}");
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        return answer.Json;
    }

    private static async Task<int> ActAsync(HttpClient client, Guid id, int version, string what, object body)
    {
        var answer = await SendAsync(client, id, version, what, body);
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        return answer.Json.GetProperty("version").GetInt32();
    }

    private static async Task<Answer> SendAsync(HttpClient client, Guid id, int? version, string what, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{All}/{id}/{what}") { Content = JsonContent.Create(body) };
        if (version is { } seen)
        {
            request.Headers.TryAddWithoutValidation("If-Match", $"\"{seen}\"");
        }

        using var response = await client.SendAsync(request);
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
