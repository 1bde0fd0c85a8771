using System.Net;
using System.Net.Http.Json;
using TcmBrain.Contracts.Events;
using TcmBrain.Testing;
using TcmBrain.Traceability.Log;
using TcmBrain.Traceability.Patients;
using TcmBrain.Traceability.Tests.Graph;

namespace TcmBrain.Traceability.Tests.Service;

public sealed class PatientStoryTests(Servers servers)
{
    private const string Code = "0123456789abcdefghjkmnpqrs";

    [Fact]
    public async Task Whoever_has_the_code_sees_the_story_herb_by_herb_and_can_check_it()
    {
        await using var service = await TraceService.StartAsync(servers);
        var story = new Story();
        using (var maker = service.Grower())
        {
            await Chain.CaptureAsync(maker, Chain.Made("grow", "seed:1", "fresh:900"), Chain.Made("dry", "fresh:900", "pieces:250", 1));
        }

        await service.TellAsync([
            .. story.Lots().Where(e => e is not LotAccepted { Piece: "丹参" }),
            story.Accepted(story.Danshen, "丹参", "Y26-0502-01") with
            {
                SourceItem = Chain.Lot("pieces"),
            },
            story.Checked(),
            .. story.Steps(),
            story.Completed() with
            {
                PublicCode = Code,
            },
            story.Shipped() with
            {
                PublicCode = Code,
            },
            story.Delivered(),
        ]);
        await service.EventsAsync(13);
        using var patient = service.Anonymous();
        PatientStory told = null!;
        await Eventually.Be(
            async () =>
            {
                told = (await patient.GetFromJsonAsync<PatientStory>($"/api/traceability/public/{Code}"))!;
                return told.Proofs.Count == 13;
            },
            "all of the story is under a signed head"
        );

        told.Herbs.Select(h => (h.Piece, h.Grams, h.Origin, h.Tested, h.Recalled))
            .ShouldBe([("丹参", 105.5m, "山东", true, false), ("甘草", 42m, "山东", true, false)], ignoreOrder: true);
        told.Herbs.ShouldAllBe(h => h.Maker == "浙江某饮片有限公司");
        var danshen = told.Herbs.Single(h => h.Piece == "丹参");
        danshen
            .Steps.Select(s => s.Step)
            .ShouldBe(["creating_class_instance", "creating_class_instance", "accepting", "receiving", "inspecting"], ignoreOrder: true);
        told.Herbs.Single(h => h.Piece == "甘草").Steps.Count.ShouldBe(2);
        told.Steps.Select(s => s.Step).ShouldBe(["commissioning", "commissioning", "packing", "departing", "arriving", "dispensing"]);
        told.Steps[1].Facts.ShouldContain(new StoryFact("soaking", "40 min"));
        using var trusted = LogKey.FromVerifierKey(told.VerifierKey);
        var head = Checkpoint.Open(told.Checkpoint!, trusted)!;
        foreach (var proof in told.Proofs)
        {
            Merkle
                .VerifyInclusion(
                    proof.LeafIndex,
                    head.TreeSize,
                    Leaf.Hash(proof.Leaf),
                    [.. proof.Hashes.Select(Convert.FromBase64String)],
                    head.RootHash
                )
                .ShouldBeTrue();
        }

        // The prescription's own events whole; of others' only that they are there.
        told.Steps.ShouldAllBe(s => told.Proofs[s.Proof!.Value].Event != null);
        danshen.Steps.Where(s => s.Step == "receiving").ShouldAllBe(s => told.Proofs[s.Proof!.Value].Event == null);
        var raw = await patient.GetStringAsync($"/api/traceability/public/{Code}");
        foreach (var secret in (string[])[story.Prescription.ToString(), Story.Hospital, "RX-2026-0001", "王五", "25"])
        {
            (
                secret == "25" ? raw.Contains("\"quantity\":25,", StringComparison.Ordinal) : raw.Contains(secret, StringComparison.Ordinal)
            ).ShouldBeFalse(secret);
        }
    }

    [Fact]
    public async Task A_lot_of_another_centre_goes_on_to_where_it_came_from()
    {
        await using var service = await TraceService.StartAsync(servers);
        var story = new Story();
        var part = Guid.CreateVersion7();
        await service.TellAsync([
            .. story.Lots(),
            story.Accepted(part, "丹参", "Y26-0502-01") with
            {
                SourceLotId = story.Danshen,
                CentreCode = "91330702MA28ABCD5X",
            },
        ]);
        await service.EventsAsync(6);
        using var @operator = service.Operator();
        var lot = await service.ScalarAsync<string>($"select item from traceability.lot where lot_id = '{part}'");
        var root = await service.ScalarAsync<string>($"select item from traceability.lot where lot_id = '{story.Danshen}'");

        (await Chain.TraceAsync(@operator, lot, "?direction=up")).Things().ShouldBe([lot, root], ignoreOrder: true);
    }

    [Theory]
    [InlineData("0123456789abcdefghjkmnpqrt")]
    [InlineData("x")]
    [InlineData("0123456789ABCDEFGHJKMNPQRS")]
    [InlineData("%27%20or%20true%20--%20aaaaaaaaaaaaa")]
    public async Task Another_code_finds_nothing(string code)
    {
        await using var service = await TraceService.StartAsync(servers);
        using var stranger = service.Anonymous();
        var answer = await stranger.GetAsync($"/api/traceability/public/{code}");
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }
}
