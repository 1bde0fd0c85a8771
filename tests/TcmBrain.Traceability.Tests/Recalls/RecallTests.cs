using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Testing;
using TcmBrain.Traceability.Graph;
using TcmBrain.Traceability.Recalls;
using TcmBrain.Traceability.Tests.Graph;
using TcmBrain.Traceability.Tests.Service;

namespace TcmBrain.Traceability.Tests.Recalls;

public sealed class RecallTests(Servers servers)
{
    [Fact]
    public async Task A_lots_recall_lists_prescriptions_freezes_the_lot_follows_each_and_is_closed_when_all_are_settled()
    {
        await using var service = await TraceService.StartAsync(servers);
        var (first, second) = (new Story(), new Story());
        await service.TellAsync([.. first.Lots(), first.Checked(), .. first.Steps(), first.Completed()]);
        await service.EventsAsync(6);
        await service.TellAsync([.. first.Lots(), Same(first, second.Checked(decoct: false))]);
        await service.EventsAsync(7);
        using var centre = service.As(Story.Centre, Story.Region, Roles.Quality);

        var recall = await IssueAsync(centre, new RecallRequest("R-1", [first.Danshen.ToString()], 1, "重金属复检不合格"));

        (recall.State, recall.Counts).ShouldBe(("open", new RecallCounts(1, 2, 0, 0, 0)));
        recall.NotifyBefore.ShouldBe(recall.IssuedAt.AddDays(1));
        recall.Institutions.Single(i => i.InstitutionCode == Story.Hospital).AtCentre.ShouldBe(2);
        var ordered = await ToldAsync(service);
        ordered
            .Single()
            .ShouldSatisfyAllConditions(
                o => o.AggregateId.ShouldBe(first.Danshen),
                o => o.RecallId.ShouldBe(recall.RecallId),
                o => (o.CentreCode, o.LotNumber, o.Level).ShouldBe((Story.Centre, "Y26-0502-01", 1))
            );

        // Where a prescription is goes on while the recall is open.
        await service.TellAsync([first.Shipped(), first.Delivered()]);
        await service.EventsAsync(11);
        var items = (await ItemsAsync(centre, recall.RecallId)).Items;
        items.Single(i => i.PrescriptionId == first.Prescription).Stage.ShouldBe("with-patient");
        items.Count(i => i.Kind == "lot").ShouldBe(1);
        (
            await centre.GetFromJsonAsync<ItemState>($"/api/traceability/items/{Uri.EscapeDataString(BagOf(items))}")
        )!.Recalled.ShouldBeTrue();

        (await centre.PostAsJsonAsync($"/api/traceability/recalls/{recall.RecallId}/close", new CloseRequest("done"))).StatusCode.ShouldBe(
            HttpStatusCode.Conflict
        );
        foreach (var item in items)
        {
            await SettleAsync(centre, recall.RecallId, item.Kind == "lot" ? "destroyed" : "recovered", item.Id);
        }

        await SettleAsync(centre, recall.RecallId, "recovered", items[0].Id);
        var closed = await (
            await centre.PostAsJsonAsync($"/api/traceability/recalls/{recall.RecallId}/close", new CloseRequest("全部追回"))
        ).Content.ReadFromJsonAsync<RecallAnswer>();
        (closed!.State, closed.Conclusion).ShouldBe(("closed", "全部追回"));
        (
            await centre.GetFromJsonAsync<ItemState>($"/api/traceability/items/{Uri.EscapeDataString(BagOf(items))}")
        )!.Recalls.ShouldBeEmpty();

        string BagOf(IReadOnlyList<RecallItem> _) => "https://id.gs1.org/01/06901234000023/21/" + first.Bags[0];
    }

    [Fact]
    public async Task A_makers_lot_is_followed_through_every_step_and_box_and_what_is_captured_late_joins()
    {
        await using var service = await TraceService.StartAsync(servers);
        using var maker = service.Grower();
        await Chain.CaptureAsync(
            maker,
            Chain.Made("field", "s:1", "A:100 other:100"),
            Chain.Made("cut", "A:50", "B:40"),
            Chain.Made("mix", "B:10 clean:10", "C:20"),
            Chain.Boxed(7, "C:5")
        );

        var recall = await IssueAsync(maker, new RecallRequest("late", [Chain.Lot("A")], 2, "农残"));

        (await ReferencesAsync(maker, recall.RecallId)).ShouldBe(
            [Chain.Lot("A"), Chain.Lot("B"), Chain.Lot("C"), Chain.Box(7)],
            ignoreOrder: true
        );

        // A cycle back to the start, a step from the middle, a prescription from the end.
        await Chain.CaptureAsync(
            maker,
            Chain.Made("again", "C:5", "A:5", 2),
            Chain.Made("on", "B:10", "D:10", 2),
            Chain.Boxed(8, "D:1", 3)
        );
        await Eventually.Be(
            async () => (await maker.GetFromJsonAsync<RecallAnswer>($"/api/traceability/recalls/{recall.RecallId}"))!.Counts.Late == 2,
            "what was captured late is in the recall"
        );
        var now = (await maker.GetFromJsonAsync<RecallAnswer>($"/api/traceability/recalls/{recall.RecallId}"))!;
        now.Counts.ShouldBe(new RecallCounts(4, 0, 2, 0, 2));
        (await ReferencesAsync(maker, recall.RecallId)).ShouldNotContain(Chain.Lot("other"));
    }

    [Fact]
    public async Task A_prescription_dispensed_after_the_recall_is_caught()
    {
        await using var service = await TraceService.StartAsync(servers);
        var story = new Story();
        await service.TellAsync(story.Lots());
        await service.EventsAsync(4);
        using var @operator = service.Operator();
        var recall = await IssueAsync(@operator, new RecallRequest("early", [story.Gancao.ToString()], 3, "标签错误"));
        recall.Counts.Prescriptions.ShouldBe(0);

        await service.TellAsync([story.Checked()]);

        await Eventually.Be(
            async () =>
                (await @operator.GetFromJsonAsync<RecallAnswer>($"/api/traceability/recalls/{recall.RecallId}"))!.Counts
                == new RecallCounts(1, 1, 0, 0, 1),
            "the prescription is in the recall"
        );
    }

    [Fact]
    public async Task A_drill_says_how_long_it_takes_and_changes_nothing()
    {
        await using var service = await TraceService.StartAsync(servers);
        var story = new Story();
        await service.TellAsync([.. story.Lots(), story.Checked()]);
        await service.EventsAsync(5);
        using var @operator = service.Operator();

        var answer = await @operator.PostAsJsonAsync(
            "/api/traceability/recalls",
            new RecallRequest(null, [story.Danshen.ToString()], 1, "演练", Drill: true)
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var drill = (await answer.Content.ReadFromJsonAsync<RecallAnswer>())!;
        (drill.State, drill.Drill, drill.Counts).ShouldBe(("drill", true, new RecallCounts(1, 1, 0, 0, 0)));
        drill.ListedInMilliseconds.ShouldBeGreaterThan(0);
        (await service.ScalarAsync<long>("select count(*) from traceability.recall")).ShouldBe(0);
        (await service.ScalarAsync<long>("select count(*) from traceability.recall_item")).ShouldBe(0);
        (await ToldAsync(service)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_recall_told_again_is_the_same_recall_and_with_another_content_it_is_refused()
    {
        await using var service = await TraceService.StartAsync(servers);
        var story = new Story();
        await service.TellAsync(story.Lots());
        await service.EventsAsync(4);
        using var @operator = service.Operator();
        var request = new RecallRequest("same", [story.Danshen.ToString()], 1, "复检不合格");

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(_ => @operator.PostAsJsonAsync("/api/traceability/recalls", request))
        );

        answers.Count(a => a.StatusCode == HttpStatusCode.Created).ShouldBe(1);
        var ids = await Task.WhenAll(answers.Select(async a => (await a.Content.ReadFromJsonAsync<RecallAnswer>())!.RecallId));
        ids.Distinct().Count().ShouldBe(1);
        (await ToldAsync(service)).Count.ShouldBe(1);
        var other = await @operator.PostAsJsonAsync("/api/traceability/recalls", request with { Level = 2 });
        (other.StatusCode, await CodeAsync(other)).ShouldBe((HttpStatusCode.Conflict, "TRC-0707"));
    }

    [Fact]
    public async Task A_lot_that_quality_control_called_back_has_a_recall_of_its_own_and_one_that_a_recall_ordered_has_not()
    {
        await using var service = await TraceService.StartAsync(servers);
        var story = new Story();
        await service.TellAsync([.. story.Lots(), story.Checked()]);
        await service.EventsAsync(5);
        using var centre = service.As(Story.Centre, Story.Region, Roles.Quality);
        await IssueAsync(centre, new RecallRequest("ours", [story.Gancao.ToString()], 1, "先召回"));

        await service.TellAsync([
            story.Recalled(story.Danshen, "丹参", "Y26-0502-01"),
            story.Recalled(story.Gancao, "甘草", "甘/2026 0428"),
        ]);
        await service.EventsAsync(7);

        await Eventually.Be(
            async () => (await centre.GetFromJsonAsync<RecallList>("/api/traceability/recalls?state=open"))!.Items.Count == 2,
            "there is a second recall"
        );
        var second = (await centre.GetFromJsonAsync<RecallList>("/api/traceability/recalls"))!.Items[0];
        (second.Reason, second.Counts.Prescriptions, second.Issued).ShouldBe(("重金属复检不合格", 1, true));
    }

    [Fact]
    public async Task Very_many_prescriptions_are_listed_by_institution()
    {
        await using var service = await TraceService.StartAsync(servers, TimeSpan.FromDays(1));
        await RecallLoad.FillAsync(service, prescriptions: 2000);
        using var @operator = service.Operator();

        var recall = await IssueAsync(@operator, new RecallRequest("big", [RecallLoad.Lot], 1, "重金属"));

        recall.Counts.Prescriptions.ShouldBe(2000);
        recall.ListedInMilliseconds.ShouldBeInRange(0, 60_000);
        recall.Institutions.Count(i => i.Prescriptions > 0).ShouldBe(10);
    }

    internal static PrescriptionChecked Same(Story lots, PrescriptionChecked filled) =>
        filled with
        {
            Portions = [filled.Portions[0] with { LotId = lots.Danshen }],
        };

    internal static async Task<RecallAnswer> IssueAsync(HttpClient client, RecallRequest request)
    {
        var answer = await client.PostAsJsonAsync("/api/traceability/recalls", request);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<RecallAnswer>())!;
    }

    internal static async Task<RecallItems> ItemsAsync(HttpClient client, Guid recall) =>
        (await client.GetFromJsonAsync<RecallItems>($"/api/traceability/recalls/{recall}/items"))!;

    internal static async Task<string?> CodeAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString();

    private static async Task<IEnumerable<string>> ReferencesAsync(HttpClient client, Guid recall) =>
        (await ItemsAsync(client, recall)).Items.Select(i => i.Reference);

    private static async Task SettleAsync(HttpClient client, Guid recall, string outcome, params Guid[] items)
    {
        var answer = await client.PostAsJsonAsync($"/api/traceability/recalls/{recall}/outcomes", new OutcomeRequest(items, outcome, null));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<List<RecallOrdered>> ToldAsync(TraceService service)
    {
        await using var command = service.Database.CreateCommand("select payload from exchange.outbox where type = 'RecallOrdered'");
        await using var reader = await command.ExecuteReaderAsync();
        var told = new List<RecallOrdered>();
        while (await reader.ReadAsync())
        {
            told.Add((RecallOrdered)EventJson.Read(Encoding.UTF8.GetBytes(reader.GetString(0)), typeof(RecallOrdered)));
        }

        return told;
    }
}
