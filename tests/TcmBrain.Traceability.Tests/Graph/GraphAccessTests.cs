using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Testing;
using TcmBrain.Traceability.Graph;
using TcmBrain.Traceability.Recalls;
using TcmBrain.Traceability.Steps;
using TcmBrain.Traceability.Tests.Recalls;
using TcmBrain.Traceability.Tests.Service;

namespace TcmBrain.Traceability.Tests.Graph;

/// <summary>Ways by which somebody could come to see another's trace, or to call back another's lots. None leads there.</summary>
public sealed class GraphAccessTests(GraphAccessTests.Running running) : IClassFixture<GraphAccessTests.Running>
{
    private const string Maker = "91371329MA3ABCDE0K";
    private const string Buyer = "91330782MA3BUYER0K";
    private const string Rival = "91371329MA3ZZZZZ0K";

    public sealed class Running(Servers servers) : IAsyncLifetime
    {
        internal TraceService Service { get; private set; } = null!;

        internal Story Story { get; } = new();

        /// <summary>Another hospital's prescription from the same lot.</summary>
        internal Story Foreign { get; } = new();

        internal string Lot { get; private set; } = "";

        public async ValueTask InitializeAsync()
        {
            Service = await TraceService.StartAsync(servers, TimeSpan.FromDays(1));
            await Service.TellAsync(Story.All());
            await Service.EventsAsync(10);
            await Service.TellAsync([
                RecallTests.Same(Story, Foreign.Checked(decoct: false)) with
                {
                    InstitutionCode = Story.OtherHospital,
                    RegionCode = "110101",
                },
            ]);
            await Service.EventsAsync(11);
            Lot = await Service.ScalarAsync<string>($"select item from traceability.lot where lot_id = '{Story.Danshen}'");
            await Service.ExecuteAsync(
                $"insert into traceability.party values ('{Chain.Gln(1)}', '{Buyer}', 'test', now()), ('{Chain.Gln(2)}', '{Rival}', 'test', now())"
            );
            using var maker = Service.As(Maker, "371329", Roles.Service);
            await Chain.CaptureAsync(
                maker,
                Chain.Made("grow", "seedX:1", "fieldX:100"),
                Chain.Made("dry", "fieldX:100", "dryX:30", 1),
                Chain.Seen("inspecting", 2, Chain.Lot("dryX")),
                Chain.Seen("shipping", 3, Chain.Lot("dryX")).SentTo(Chain.Gln(1))
            );
            using var buyer = Service.As(Buyer, "330782", Roles.Service);
            await Chain.CaptureAsync(buyer, Chain.Made("cut", "dryX:30", "cutX:25", 4));
            using var rival = Service.As(Rival, "371329", Roles.Service);
            await Chain.CaptureAsync(
                rival,
                Chain.Made("steal", "dryX:1 fieldX:1", "minex:1", 5),
                Chain.Seen("receiving", 5, Chain.Lot("fieldX"), Chain.Lot("cutX"), Lot)
            );
        }

        public ValueTask DisposeAsync() => Service.DisposeAsync();
    }

    private TraceService Service => running.Service;

    [Fact]
    public async Task Whoever_was_sent_a_lot_sees_where_it_comes_from_without_its_sellers_business()
    {
        using var buyer = Service.As(Buyer, "330782", Roles.Service);

        var trace = await Chain.TraceAsync(buyer, Chain.Lot("cutX"), "?direction=up");

        trace.Things().ShouldBe([Chain.Lot("cutX"), Chain.Lot("dryX"), Chain.Lot("fieldX"), Chain.Lot("seedX")], ignoreOrder: true);
        var foreign = trace.Events.Where(e => e.CapturedBy == Maker).ToList();
        foreign.Count.ShouldBe(4);
        foreign.ShouldAllBe(e => !e.Own && !e.Event.GetRawText().Contains("destinationList"));
        foreign.SelectMany(e => e.Redacted).ShouldContain("outputQuantityList.quantity");
        trace.Events.ShouldNotContain(e => e.CapturedBy == Rival);
    }

    [Fact]
    public async Task Using_anothers_lot_number_in_ones_own_step_opens_nothing_behind_it()
    {
        using var rival = Service.As(Rival, "371329", Roles.Service);

        var trace = await Chain.TraceAsync(rival, Chain.Lot("minex"), "?direction=up");

        trace.Things().ShouldBe([Chain.Lot("minex"), Chain.Lot("dryX"), Chain.Lot("fieldX")], ignoreOrder: true);
        trace.Events.ShouldAllBe(e => e.CapturedBy == Rival);
        trace.Withheld.ShouldBeTrue();
    }

    [Theory]
    [InlineData("fieldX")]
    [InlineData("cutX")]
    public async Task Having_said_that_one_saw_a_lot_shows_only_ones_own_words(string lot)
    {
        using var rival = Service.As(Rival, "371329", Roles.Service);

        var trace = await Chain.TraceAsync(rival, Chain.Lot(lot));

        trace.Events.ShouldAllBe(e => e.CapturedBy == Rival);
        trace.Things().ShouldNotContain(Chain.Lot("seedX"));
        var state = (await rival.GetFromJsonAsync<ItemState>($"/api/traceability/items/{Uri.EscapeDataString(Chain.Lot(lot))}"))!;
        (state.FirstSeen, state.Quantities).ShouldBe((Chain.Start.AddDays(5).ToUniversalTime(), null));
    }

    [Fact]
    public async Task A_centres_lot_named_by_a_stranger_shows_the_stranger_no_prescription()
    {
        using var rival = Service.As(Rival, "371329", Roles.Service);

        var trace = await Chain.TraceAsync(rival, running.Lot);

        trace.Events.ShouldAllBe(e => e.CapturedBy == Rival);
        trace.Things().ShouldBe([running.Lot]);
    }

    [Fact]
    public async Task The_maker_sees_what_it_made_but_not_its_customers_business()
    {
        using var maker = Service.As(Maker, "371329", Roles.Service);

        var trace = await Chain.TraceAsync(maker, Chain.Lot("dryX"), "?direction=down");

        trace.Things().ShouldBe([Chain.Lot("dryX")]);
        trace.Withheld.ShouldBeTrue();
    }

    [Fact]
    public async Task A_hospital_tracing_a_shared_lot_down_sees_its_own_prescriptions_alone()
    {
        using var hospital = Service.Hospital();
        using var other = Service.As(Story.OtherHospital, "110101", Roles.His);
        using var regulator = Service.As("", Story.Region, Roles.Regulator);
        using var @operator = Service.Operator();

        (await PrescriptionsAsync(hospital)).ShouldBe([Rx(running.Story)]);
        (await PrescriptionsAsync(other)).ShouldBe([Rx(running.Foreign)]);
        (await PrescriptionsAsync(regulator)).ShouldBe([Rx(running.Story)]);
        (await PrescriptionsAsync(@operator)).ShouldBe([Rx(running.Story), Rx(running.Foreign)], ignoreOrder: true);

        async Task<List<string?>> PrescriptionsAsync(HttpClient client) =>
            [
                .. (await Chain.TraceAsync(client, running.Lot, "?direction=down"))
                    .Events.Where(e =>
                        e.Event.TryGetProperty("transformationID", out _) && e.Event.TryGetProperty("inputQuantityList", out _)
                    )
                    .Select(e => e.Event.GetProperty("bizTransactionList")[0].GetProperty("bizTransaction").GetString()),
            ];

        static string Rx(Story story) => Numbering.Prescription(story.Prescription);
    }

    [Fact]
    public async Task A_hospital_sees_where_its_lots_come_from_without_the_supplier_and_the_quantity()
    {
        using var hospital = Service.Hospital();
        using var centre = Service.As(Story.Centre, Story.Region, Roles.Quality);

        var seen = await Chain.TraceAsync(hospital, running.Lot, "?direction=up");
        var own = await Chain.TraceAsync(centre, running.Lot, "?direction=up");

        var accepted = seen.Events.Single(e => e.Event.GetProperty("bizStep").GetString() == "receiving");
        accepted.Redacted.ShouldBe(["bizTransactionList", "destinationList", "quantityList.quantity", "tcm:supplier"], ignoreOrder: true);
        accepted.Event.GetRawText().ShouldNotContain("浙江某饮片有限公司");
        accepted.Event.GetProperty("tcm:origin").GetString().ShouldBe("山东");
        own.Events.ShouldAllBe(e => e.Own && e.Redacted.Count == 0);
    }

    [Fact]
    public async Task Not_there_and_not_yours_are_the_same()
    {
        using var rival = Service.As(Rival, "371329", Roles.Service);
        var bag = "https://id.gs1.org/01/06901234000023/21/" + running.Story.Bags[0];
        foreach (var path in (string[])["trace", "items"])
        {
            (await rival.GetAsync($"/api/traceability/{path}/{Uri.EscapeDataString(bag)}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
            (await rival.GetAsync($"/api/traceability/{path}/{Uri.EscapeDataString(Chain.Lot("none"))}")).StatusCode.ShouldBe(
                HttpStatusCode.NotFound
            );
            using var nobody = Service.Anonymous();
            (await nobody.GetAsync($"/api/traceability/{path}/{Uri.EscapeDataString(bag)}")).StatusCode.ShouldBe(
                HttpStatusCode.Unauthorized
            );
        }
    }

    [Fact]
    public async Task Nobody_calls_back_a_lot_that_is_not_theirs()
    {
        foreach (
            var (institution, region, role) in (IEnumerable<(string, string, string)>)
                [
                    (Rival, "371329", Roles.Service),
                    (Buyer, "330782", Roles.Service),
                    ("", "110000", Roles.Regulator),
                    (Story.OtherHospital, Story.Region, Roles.Quality),
                ]
        )
        {
            using var client = Service.As(institution, region, role);
            var refused = await client.PostAsJsonAsync(
                "/api/traceability/recalls",
                new RecallRequest("x", [running.Story.Danshen.ToString(), Chain.Lot("dryX")], 1, "攻击")
            );
            refused.StatusCode.ShouldBe(HttpStatusCode.NotFound, institution + role);
            (await RecallTests.CodeAsync(refused)).ShouldBe("TRC-0706");
        }

        using var hospital = Service.As(Story.Hospital, Story.Region, Roles.Pharmacist);
        (await hospital.PostAsJsonAsync("/api/traceability/recalls", new RecallRequest("x", [running.Lot], 1, "x"))).StatusCode.ShouldBe(
            HttpStatusCode.Forbidden
        );
        (await Service.ScalarAsync<long>("select count(*) from traceability.recall where request_id = 'x'")).ShouldBe(0);
    }

    [Fact]
    public async Task Of_a_recall_everybody_sees_their_own_and_only_they_the_prescriptions_id()
    {
        using var centre = Service.As(Story.Centre, Story.Region, Roles.Quality);
        using var hospital = Service.As(Story.Hospital, Story.Region, Roles.Pharmacist);
        using var other = Service.As(Story.OtherHospital, "110101", Roles.Pharmacist);
        using var regulator = Service.As("91000000000000000X", Story.Region, Roles.Regulator);
        using var stranger = Service.As(Rival, "371329", Roles.Service);
        var recall = await RecallTests.IssueAsync(
            regulator,
            new RecallRequest("all", [running.Story.Danshen.ToString()], 1, "重金属复检不合格")
        );

        var seen = await RecallTests.ItemsAsync(hospital, recall.RecallId);
        seen.Items.Single().PrescriptionId.ShouldBe(running.Story.Prescription);
        (await RecallTests.ItemsAsync(other, recall.RecallId)).Items.Single().PrescriptionId.ShouldBe(running.Foreign.Prescription);
        var issuers = (await RecallTests.ItemsAsync(regulator, recall.RecallId)).Items;
        issuers.Count.ShouldBe(3);
        issuers.ShouldNotContain(i => i.InstitutionCode == Story.OtherHospital && i.CentreCode != Story.Centre);
        (await RecallTests.ItemsAsync(centre, recall.RecallId)).Items.Count.ShouldBe(3);
        var counted = (await other.GetFromJsonAsync<RecallAnswer>($"/api/traceability/recalls/{recall.RecallId}"))!;
        counted.Counts.Prescriptions.ShouldBe(1);
        counted.Institutions.ShouldHaveSingleItem().InstitutionCode.ShouldBe(Story.OtherHospital);
        (await stranger.GetAsync($"/api/traceability/recalls/{recall.RecallId}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await stranger.GetAsync($"/api/traceability/recalls/{recall.RecallId}/items")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await stranger.GetFromJsonAsync<RecallList>("/api/traceability/recalls"))!.Items.ShouldBeEmpty();

        // Another's item is settled by nobody, and then neither is one's own beside it.
        var both = new OutcomeRequest([.. issuers.Where(i => i.Kind == "prescription").Select(i => i.Id)], "used", null);
        var refused = await other.PostAsJsonAsync($"/api/traceability/recalls/{recall.RecallId}/outcomes", both);
        (refused.StatusCode, await RecallTests.CodeAsync(refused)).ShouldBe((HttpStatusCode.NotFound, "TRC-0711"));
        (await RecallTests.ItemsAsync(other, recall.RecallId)).Items.Single().Outcome.ShouldBeNull();
        (
            await centre.PostAsJsonAsync($"/api/traceability/recalls/{recall.RecallId}/close", new CloseRequest("不是我发的"))
        ).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_party_number_is_entered_by_operators_once_and_belongs_to_one_institution()
    {
        using var @operator = Service.Operator();
        using var rival = Service.As(Rival, "371329", Roles.Service);
        var address = "/api/traceability/parties/" + Chain.Gln(7);
        var (first, second) = (Code("91330782MA28ABCD5"), Code("91330782MA28ABCD6"));

        (await rival.PutAsJsonAsync(address, new { institutionCode = first })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await @operator.PutAsJsonAsync(address, new { institutionCode = "x" })).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await @operator.PutAsJsonAsync(address[..^1] + "x", new { institutionCode = first })).StatusCode.ShouldBe(
            HttpStatusCode.BadRequest
        );
        (await @operator.PutAsJsonAsync(address, new { institutionCode = first })).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await @operator.PutAsJsonAsync(address, new { institutionCode = first })).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await @operator.PutAsJsonAsync(address, new { institutionCode = second })).StatusCode.ShouldBe(HttpStatusCode.Conflict);

        static string Code(string body) => body + TcmBrain.Contracts.InstitutionCode.CheckCharacter(body);
    }
}
