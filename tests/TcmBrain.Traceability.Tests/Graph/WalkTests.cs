using System.Net;
using System.Net.Http.Json;
using TcmBrain.Testing;
using TcmBrain.Traceability.Graph;
using TcmBrain.Traceability.Tests.Service;

namespace TcmBrain.Traceability.Tests.Graph;

public sealed class WalkTests(WalkTests.Running running) : IClassFixture<WalkTests.Running>
{
    public sealed class Running(Servers servers) : IAsyncLifetime
    {
        internal TraceService Service { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Service = await TraceService.StartAsync(servers, TimeSpan.FromDays(1));

        public ValueTask DisposeAsync() => Service.DisposeAsync();
    }

    [Fact]
    public async Task Lots_that_are_mixed_and_split_share_by_mass()
    {
        using var client = running.Service.Operator();
        await CaptureAsync(
            Chain.Made("mix", "mA:60 mB:40", "mC:90"),
            Chain.Made("split", "mC:45", "mD:30 mE:10"),
            Chain.Made("rest", "mC:45", "mF:45")
        );

        var up = await Chain.TraceAsync(client, Chain.Lot("mD"), "?direction=up");
        var down = await Chain.TraceAsync(client, Chain.Lot("mA"), "?direction=down");

        // Three quarters of the split's 45, of a mix of 90.
        up.Node(Chain.Lot("mC"))!.Amount!.Value.ShouldBe(33.75m, 0.000001m);
        up.Node(Chain.Lot("mA"))!.Amount!.Value.ShouldBe(22.5m, 0.000001m);
        up.Node(Chain.Lot("mB"))!.Amount!.Value.ShouldBe(15m, 0.000001m);
        down.Node(Chain.Lot("mC"))!.Amount!.Value.ShouldBe(60m);
        down.Node(Chain.Lot("mD"))!.Amount!.Value.ShouldBe(22.5m, 0.000001m);
        down.Node(Chain.Lot("mE"))!.Amount!.Value.ShouldBe(7.5m, 0.000001m);
        down.Node(Chain.Lot("mF"))!.Amount!.Value.ShouldBe(30m, 0.000001m);
    }

    [Fact]
    public async Task A_cycle_ends_and_has_no_amount()
    {
        using var client = running.Service.Operator();
        await CaptureAsync(
            Chain.Made("cy1", "cA:10", "cB:10"),
            Chain.Made("cy2", "cB:5", "cC:5"),
            Chain.Made("cy3", "cC:5", "cB:5", day: 1),
            Chain.Made("cy4", "cB:1", "cD:1", day: 2)
        );

        foreach (var id in (string[])["cA", "cB", "cC", "cD"])
        {
            var trace = await Chain.TraceAsync(client, Chain.Lot(id));
            trace.Complete.ShouldBeTrue();
            trace.Things().Count().ShouldBe(4, id);
            trace.Events.Count.ShouldBe(4);
        }

        (await Chain.TraceAsync(client, Chain.Lot("cA"), "?direction=down")).Node(Chain.Lot("cC"))!.Amount.ShouldBeNull();
    }

    [Fact]
    public async Task A_lot_that_is_dried_again_is_not_its_own_origin()
    {
        using var client = running.Service.Operator();
        await CaptureAsync(
            Chain.Made("s1", "sA:20", "sB:10"),
            Chain.Made("s2", "sB:10", "sB:9", day: 1),
            Chain.Made("s3", "sB:9", "sC:9", day: 2)
        );

        var trace = await Chain.TraceAsync(client, Chain.Lot("sC"), "?direction=up");

        trace.Events.Count.ShouldBe(3);
        trace.Node(Chain.Lot("sB"))!.Amount!.Value.ShouldBe(9);
        trace.Things().Count().ShouldBe(3);
    }

    [Fact]
    public async Task A_season_is_one_step_though_several_events_tell_of_it()
    {
        using var client = running.Service.Operator();
        await CaptureAsync(
            Chain.Made("season", "seed:12", "", day: 0),
            Chain.Made("season", "npk:300", "", day: 30),
            Chain.Made("season", "", "herb:4000", day: 200)
        );

        var trace = await Chain.TraceAsync(client, Chain.Lot("herb"), "?direction=up");

        trace.Nodes.Count(n => n.Kind == "transformation").ShouldBe(1);
        trace.Things().ShouldBe([Chain.Lot("herb"), Chain.Lot("npk"), Chain.Lot("seed")], ignoreOrder: true);
        trace.Events.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Another_party_with_the_same_transformation_number_adds_nothing_to_it()
    {
        using var client = running.Service.Operator();
        using var rival = running.Service.Grower("91371329MA3ZZZZZ0K");
        await CaptureAsync(Chain.Made("theirs", "tA:5", "tB:5"));
        await Chain.CaptureAsync(rival, Chain.Made("theirs", "forged:5", ""));

        (await Chain.TraceAsync(client, Chain.Lot("tB"), "?direction=up")).Things().ShouldNotContain(Chain.Lot("forged"));
    }

    [Fact]
    public async Task A_withdrawn_step_joins_nothing_and_only_its_own_party_withdraws_it()
    {
        using var client = running.Service.Operator();
        using var rival = running.Service.Grower("91371329MA3ZZZZZ0K");
        var step = Chain.Made("wrong", "wA:5", "wB:5");
        await CaptureAsync(step);
        await Chain.CaptureAsync(rival, Chain.Made("wrong", "wA:5", "wB:4").Withdrawn());
        (await Chain.TraceAsync(client, Chain.Lot("wB"), "?direction=up")).Things().Count().ShouldBe(2);

        await CaptureAsync(step.Withdrawn());

        (await Chain.TraceAsync(client, Chain.Lot("wB"), "?direction=up")).Things().ShouldBe([Chain.Lot("wB")]);
    }

    [Fact]
    public async Task Where_a_box_went_is_the_lots_story_but_not_what_else_lay_in_it()
    {
        using var client = running.Service.Operator();
        await CaptureAsync(
            Chain.Boxed(1, "bA:5 bX:5", day: 1),
            Chain.Seen("storing", 0, Chain.Box(1)),
            Chain.Seen("shipping", 2, Chain.Box(1)),
            Chain.Boxed(1, "bA:5", day: 3, action: "DELETE"),
            Chain.Seen("storing", 5, Chain.Box(1)),
            Chain.Boxed(2, "bA:2", day: 6)
        );

        var trace = await Chain.TraceAsync(client, Chain.Lot("bA"), "?direction=down");

        trace.Things().ShouldBe([Chain.Lot("bA"), Chain.Box(1), Chain.Box(2)], ignoreOrder: true);
        // Before it was put in and after it was taken out the box is not its story.
        trace.Events.Count.ShouldBe(4);
        var contained = trace.Edges.Single(e => e.Target == Chain.Box(1));
        (contained.Quantity, contained.Unit, contained.Until).ShouldBe((5, "KGM", Chain.Start.AddDays(3).ToUniversalTime()));
        var state = await client.GetFromJsonAsync<ItemState>($"/api/traceability/items/{Uri.EscapeDataString(Chain.Lot("bA"))}");
        state!.Containers.ShouldBe([Chain.Box(2)]);
        var box = await Chain.TraceAsync(client, Chain.Box(1), "?direction=down");
        box.Things().ShouldContain(Chain.Lot("bX"));
    }

    [Fact]
    public async Task Five_thousand_things_over_ten_levels_are_one_answer_and_a_smaller_wish_says_that_it_is_cut()
    {
        using var client = running.Service.Operator();
        var events = new List<System.Text.Json.Nodes.JsonObject>();
        for (var level = 0; level < 10; level++)
        {
            for (var i = 0; i < 50; i++)
            {
                var inputs = level == 0 ? "fan:1" : $"f{level - 1}.{i}.0:1";
                events.Add(
                    Chain.Made(
                        $"fan{level}.{i}",
                        inputs,
                        string.Join(' ', Enumerable.Range(0, 10).Select(o => $"f{level}.{i}.{o}:1")),
                        level
                    )
                );
            }
        }

        await CaptureAsync([.. events]);

        var trace = await Chain.TraceAsync(client, Chain.Lot("fan"), "?direction=down");
        trace.Things().Count().ShouldBe(5001);
        trace.Nodes.Max(n => n.Level).ShouldBe(10);
        trace.Complete.ShouldBeTrue();
        var cut = await Chain.TraceAsync(client, Chain.Lot("fan"), "?direction=down&nodes=600");
        cut.Complete.ShouldBeFalse();
        var shallow = await Chain.TraceAsync(client, Chain.Lot("fan"), "?direction=down&depth=2");
        shallow.Things().Count().ShouldBe(1001);
    }

    [Theory]
    [InlineData("?direction=sideways", "TRC-0602")]
    [InlineData("?depth=0", "TRC-0603")]
    [InlineData("?depth=101", "TRC-0603")]
    [InlineData("?nodes=0", "TRC-0603")]
    public async Task What_cannot_be_asked_is_refused(string query, string code)
    {
        using var client = running.Service.Operator();
        var refused = await client.GetAsync(Chain.Address(Chain.Lot("any"), query));
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadFromJsonAsync<System.Text.Json.JsonElement>()).GetProperty("code").GetString().ShouldBe(code);
    }

    private async Task CaptureAsync(params System.Text.Json.Nodes.JsonObject[] events)
    {
        using var grower = running.Service.Grower();
        await Chain.CaptureAsync(grower, events);
    }
}
