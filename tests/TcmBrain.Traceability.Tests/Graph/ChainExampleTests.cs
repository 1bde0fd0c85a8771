using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TcmBrain.Testing;
using TcmBrain.Traceability.Events;
using TcmBrain.Traceability.Graph;
using TcmBrain.Traceability.Tests.Service;

namespace TcmBrain.Traceability.Tests.Graph;

/// <summary>The profile's worked example, planting to patient and recall: 18 events.</summary>
public sealed class ChainExampleTests(ChainExampleTests.Running running) : IClassFixture<ChainExampleTests.Running>
{
    private const string Seed = "https://id.gs1.org/01/06901234000016/10/S25-07";
    private const string Fresh = "https://id.gs1.org/01/06901234000023/10/H26-0412-07";
    private const string Dried = "https://id.gs1.org/01/06901234000030/10/D26-0415-03";
    private const string Pieces = "https://id.gs1.org/01/06901234000047/10/Y26-0502-01";
    private const string Other = "https://id.gs1.org/01/06901234000078/10/Y26-0428-09";
    private const string Pack = "https://id.gs1.org/01/06901234000054/21/RX26110800017";
    private const string Bag = "https://id.gs1.org/01/06901234000061/21/RX26110800017-03";

    public sealed class Running(Servers servers) : IAsyncLifetime
    {
        internal TraceService Service { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Service = await TraceService.StartAsync(servers);
            using var client = Service.Grower();
            await Chain.CaptureAsync(client, await File.ReadAllTextAsync(Vectors.Require("tcm-chain", "tcm-chain-example.jsonld")));
        }

        public ValueTask DisposeAsync() => Service?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(Bag, "up")]
    [InlineData("urn:epc:id:sgtin:6901234.000006.RX26110800017-03", "up")]
    [InlineData("https://qr.tcm.example/01/06901234000061/21/RX26110800017-03", "up")]
    [InlineData("01/06901234000061/21/RX26110800017-03", "up")]
    [InlineData(Seed, "down")]
    [InlineData(Pieces, "both")]
    [InlineData(Pack, "both")]
    public async Task All_eighteen_events_are_found_in_one_call(string id, string direction)
    {
        using var client = running.Service.Operator();

        var trace = await Chain.TraceAsync(client, id, $"?direction={direction}");

        trace.Events.Select(e => e.LeafIndex).ShouldBe(Enumerable.Range(0, 18).Select(i => (long)i), ignoreOrder: true);
        trace.Complete.ShouldBeTrue();
        trace.Withheld.ShouldBeFalse();
        trace.Things().ShouldContain(Fresh);
    }

    [Fact]
    public async Task A_trace_speaks_in_URNs_to_who_asks_for_them()
    {
        using var client = running.Service.Operator();
        client.DefaultRequestHeaders.Add("GS1-EPC-Format", "Always_EPC_URN");

        var trace = await Chain.TraceAsync(client, Bag, "?direction=up");
        var item = await client.GetFromJsonAsync<ItemState>($"/api/traceability/items/{Uri.EscapeDataString(Bag)}");

        trace.Id.ShouldBe("urn:epc:id:sgtin:6901234.000006.RX26110800017-03");
        item!.Id.ShouldBe(trace.Id);
        trace.Things().ShouldContain("urn:epc:class:lgtin:6901234.000004.Y26-0502-01");
        trace.Things().ShouldNotContain(t => t.StartsWith("https://id.gs1.org/01/", StringComparison.Ordinal));
        var nodes = trace.Nodes.Select(n => n.Id).ToHashSet();
        trace.Edges.ShouldAllBe(e => nodes.Contains(e.Source) && nodes.Contains(e.Target));
        trace.Events.ShouldAllBe(e => !e.Event.GetRawText().Contains("\"https://id.gs1.org/01/", StringComparison.Ordinal));
        // However it is told, it is the event that was logged.
        trace
            .Events.Where(e => !e.ErrorDeclaration)
            .ShouldAllBe(e => EventHash.Text(EventHash.Compute(e.Event, JsonLdContext.Empty, null)) == e.EventHash);
    }

    [Fact]
    public async Task A_form_of_identifiers_that_there_is_not_is_refused()
    {
        using var client = running.Service.Operator();
        client.DefaultRequestHeaders.Add("GS1-EPC-Format", "Sometimes");

        (await client.GetAsync(Chain.Address(Bag))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await client.GetAsync($"/api/traceability/items/{Uri.EscapeDataString(Bag)}")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_bag_has_its_fourteenth_of_every_lot_and_of_the_field()
    {
        using var client = running.Service.Operator();

        var trace = await Chain.TraceAsync(client, Bag, "?direction=up");

        trace.Node(Pieces)!.Amount.ShouldBe(new TraceAmount(0.0075m, "KGM"));
        trace.Node(Other)!.Amount.ShouldBe(new TraceAmount(0.005m, "KGM"));
        // 7.5 g of 1180 kg of pieces are of 1310 kg dried, of 4820 kg fresh herb.
        trace.Node(Dried)!.Amount!.Value.ShouldBe(0.0075m * 1310 / 1180, 0.000000001m);
        trace.Node(Fresh)!.Amount!.Value.ShouldBe(0.0075m * 4820 / 1180, 0.000000001m);
        trace.Node(Seed)!.Amount!.Value.ShouldBe(0.0075m * 12.5m / 1180, 0.000000001m);
        trace.Node(Seed)!.Level.ShouldBe(-5);
        trace.Things().Where(t => t.Contains("RX26110800017-", StringComparison.Ordinal)).ShouldBe([Bag]);
    }

    [Fact]
    public async Task Of_a_lot_every_bag_has_its_part()
    {
        using var client = running.Service.Operator();

        var trace = await Chain.TraceAsync(client, Pieces, "?direction=down");

        trace.Node(Pack)!.Amount.ShouldBe(new TraceAmount(0.105m, "KGM"));
        var bags = trace.Nodes.Where(n => n.Id.Contains("/21/RX26110800017-", StringComparison.Ordinal)).ToList();
        bags.Count.ShouldBe(14);
        bags.ShouldAllBe(b => b.Amount == new TraceAmount(0.0075m, "KGM") && b.Level == 2);
        trace.Things().ShouldNotContain(Other);
        trace.Things().ShouldNotContain(Dried);
    }

    [Fact]
    public async Task As_a_stream_the_same_things_come_line_by_line()
    {
        using var client = running.Service.Operator();
        using var request = new HttpRequestMessage(HttpMethod.Get, Chain.Address(Bag, "?direction=up"));
        request.Headers.Accept.ParseAdd("application/x-ndjson");

        var answer = await client.SendAsync(request);
        var lines = (await answer.Content.ReadAsStringAsync())
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => JsonSerializer.Deserialize<JsonElement>(l))
            .ToList();

        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/x-ndjson");
        var trace = await Chain.TraceAsync(client, Bag, "?direction=up");
        lines
            .Where(l => l.TryGetProperty("node", out _))
            .Select(l => l.GetProperty("node").GetProperty("id").GetString())
            .ShouldBe(trace.Things(), ignoreOrder: true);
        lines.Count(l => l.TryGetProperty("edge", out _)).ShouldBe(trace.Edges.Count);
        lines.Count(l => l.TryGetProperty("event", out _)).ShouldBe(18);
        lines[^1].GetProperty("end").GetProperty("complete").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task The_state_of_a_lot_says_where_it_is_that_it_is_recalled_and_what_is_left()
    {
        using var client = running.Service.Operator();

        var state = (await client.GetFromJsonAsync<ItemState>($"/api/traceability/items/{Uri.EscapeDataString(Pieces)}"))!;

        state.Kind.ShouldBe("lot");
        state.State.ShouldBe("active");
        state.Recalled.ShouldBeTrue();
        state.Persistent.ShouldBe(["recalled"]);
        state.Disposition.ShouldBe("recalled");
        state.Containers.ShouldBeEmpty();
        state.Place!.ReadPoint.ShouldBe("https://id.gs1.org/414/6901234100037");
        state.Quantities.ShouldBe(new ItemQuantities(1180, 0.105m, 0.5m, 1179.395m, "KGM"));
    }

    [Fact]
    public async Task The_state_of_a_bag_says_that_the_patient_has_it()
    {
        using var client = running.Service.Operator();

        var state = (await client.GetFromJsonAsync<ItemState>($"/api/traceability/items/{Uri.EscapeDataString(Bag)}"))!;

        (state.State, state.Disposition).ShouldBe(("gone", "dispensed"));
        state.Containers.ShouldBe(["https://id.gs1.org/00/369012340000000024"]);
    }
}
