using System.Text.Json;
using TcmBrain.Traceability.Capture.Rules;
using TcmBrain.Traceability.Events;
using TcmBrain.Traceability.Identifiers;
using TcmBrain.Traceability.Log;
using TcmBrain.Traceability.Steps;

namespace TcmBrain.Traceability.Tests.Steps;

public sealed class StepEventsTests
{
    private static readonly ProfileOptions Options = new();
    private static readonly Dictionary<string, int> Pieces = new() { ["丹参"] = 100, ["甘草"] = 101 };
    private static readonly Dictionary<string, int> Organisations = new() { [Story.Centre] = 100, [Story.Counter] = 102 };
    private static readonly StepEvents Steps = new(Options, new Numbering(Options, Pieces, Organisations));

    [Fact]
    public void Every_step_is_an_event_of_the_EPCIS_schema()
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(Vectors.Require("epcis", "EPCIS-JSON-Schema.json")));
        var check = new JsonSchema(schema.RootElement);
        foreach (var draft in Everything(new Story()))
        {
            using var stored = JsonDocument.Parse(draft.Body(DateTimeOffset.UtcNow));
            check.Check(stored.RootElement).ShouldBeEmpty(draft.BizStep);
        }
    }

    [Fact]
    public void Every_step_passes_the_rules_that_captured_events_have_to_pass()
    {
        foreach (var draft in Everything(new Story()))
        {
            using var stored = JsonDocument.Parse(draft.Body(DateTimeOffset.UtcNow));
            var faults = new ServiceDefaults.Faults.FaultList();
            var now = new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero);
            Shapes.Event(new ShapeCheck(faults, ""), stored.RootElement);
            faults.Faults.ShouldBeEmpty(draft.BizStep);
            ProfileRules.Check(stored.RootElement, "", JsonLdContext.Empty, now, faults);
            faults.Faults.ShouldBeEmpty(draft.BizStep);
        }
    }

    [Fact]
    public void The_same_step_told_twice_is_the_same_event_and_different_steps_are_different_events()
    {
        var story = new Story();
        var once = Everything(story).Select(d => EventHash.Text(d.Hash)).ToList();

        Everything(story).Select(d => EventHash.Text(d.Hash)).ShouldBe(once);
        once.Distinct().Count().ShouldBe(once.Count);
        Everything(new Story()).Select(d => EventHash.Text(d.Hash)).Intersect(once).ShouldBeEmpty();
    }

    [Fact]
    public void No_person_is_named_and_the_prescription_only_by_a_derived_UUID()
    {
        var story = new Story();
        foreach (var draft in Everything(story))
        {
            var body = draft.Body(DateTimeOffset.UtcNow);
            foreach (
                var secret in (string[])
                    [
                        "张三",
                        "李四",
                        "王五",
                        "赵六",
                        "钱七",
                        "孙八",
                        "RX-2026-0001",
                        story.Prescription.ToString("D"),
                        story.Prescription.ToString("N"),
                        Story.Hospital,
                        "心血瘀阻证",
                    ]
            )
            {
                body.ShouldNotContain(secret, Case.Insensitive, draft.BizStep);
            }
        }
    }

    [Fact]
    public void Dispensing_weighs_each_lot_once_in_grams_and_makes_one_pack()
    {
        var story = new Story();
        var e = Json(Steps.Dispensed(story.Checked()));

        e.GetProperty("type").GetString().ShouldBe("TransformationEvent");
        var inputs = e.GetProperty("inputQuantityList")
            .EnumerateArray()
            .ToDictionary(q => q.GetProperty("epcClass").GetString()!, q => q.GetProperty("quantity").GetRawText());
        inputs.Values.Order().ShouldBe(["105.5", "42"]);
        inputs.Keys.ShouldAllBe(k => DigitalLink.Canonical(k) == k && k.Contains("/10/"));
        e.GetProperty("outputEPCList").GetArrayLength().ShouldBe(1);
        e.GetProperty("tcm:doses").GetInt32().ShouldBe(7);
    }

    [Fact]
    public void The_chain_hangs_together_from_the_lot_to_the_bag_in_the_patients_hands()
    {
        var story = new Story();
        var accepted = Steps.Accepted((Contracts.Events.LotAccepted)story.Lots()[0]);
        var dispensed = Steps.Dispensed(story.Checked());
        var decocted = Decocted(story);
        var packed = Steps.Packed(story.Shipped());
        var arrived = Steps.Arrived(story.Delivered());
        var handed = Steps.HandedOver(story.Delivered());

        Of(accepted, ItemRole.Epc).ShouldBeSubsetOf(Of(dispensed, ItemRole.Input));
        Of(dispensed, ItemRole.Output).ShouldBe(Of(decocted, ItemRole.Input));
        Of(decocted, ItemRole.Output).ShouldBe(Of(packed, ItemRole.Child));
        Of(decocted, ItemRole.Output).Count.ShouldBe(14);
        Of(packed, ItemRole.Parent).ShouldBe(Of(arrived, ItemRole.Epc));
        Of(handed, ItemRole.Epc).ShouldBe(Of(decocted, ItemRole.Output));
    }

    [Fact]
    public void A_parcel_that_nobody_took_is_told_to_its_end()
    {
        var story = new Story();
        var underWay = Json(Steps.Undelivered(story.Undelivered(1, back: false)));
        var back = Json(Steps.Undelivered(story.Undelivered(2, back: true)));
        var destroyed = Steps.Returned(story.Returned("refused"));
        var lost = Steps.Returned(story.Returned("lost"));

        (Word(underWay, "bizStep"), Word(underWay, "disposition")).ShouldBe(("transporting", "in_transit"));
        (Word(back, "bizStep"), Word(back, "disposition")).ShouldBe(("receiving", "returned"));
        back.GetProperty("bizLocation")
            .GetProperty("id")
            .GetString()
            .ShouldBe(Json(Steps.Dispensed(story.Checked())).GetProperty("bizLocation").GetProperty("id").GetString());
        (Word(Json(destroyed), "action"), Word(Json(destroyed), "disposition")).ShouldBe(("DELETE", "destroyed"));
        Of(destroyed, ItemRole.Epc).ShouldBe(Of(Steps.HandedOver(story.Delivered()), ItemRole.Epc));
        // What is lost was not seen to end.
        (Word(Json(lost), "action"), Word(Json(lost), "disposition")).ShouldBe(("OBSERVE", "unknown"));
        Word(Json(Steps.AtCounter(story.AtCounter())), "bizStep").ShouldBe("arriving");

        static string? Word(JsonElement e, string name) => e.GetProperty(name).GetString();
    }

    [Fact]
    public void Without_decoction_the_pack_itself_travels()
    {
        var story = new Story { Bags = [] };
        var dispensed = Steps.Dispensed(story.Checked(decoct: false));

        Of(Steps.Packed(story.Shipped()), ItemRole.Child).ShouldBe(Of(dispensed, ItemRole.Output));
        Of(Steps.HandedOver(story.Delivered()), ItemRole.Epc).ShouldBe(Of(dispensed, ItemRole.Output));
    }

    [Fact]
    public void The_decoction_tells_the_minutes_of_each_step()
    {
        var steps = Json(Decocted(new Story())).GetProperty("tcm:stepList").EnumerateArray().ToList();

        steps
            .Select(s => (s.GetProperty("tcm:name").GetString(), s.GetProperty("tcm:minutes").GetRawText()))
            .ShouldBe([("soaking", "40"), ("first-boil", "35"), ("second-boil", "25"), ("packing", "10")]);
    }

    [Fact]
    public void Two_lots_of_the_same_number_are_two_lots()
    {
        var numbers = new Numbering(Options, Pieces, Organisations);
        var one = numbers.Lot("丹参", Guid.CreateVersion7(), "2026001");
        var other = numbers.Lot("丹参", Guid.CreateVersion7(), "2026001");

        other.ShouldNotBe(one);
        one.ShouldContain("/10/2026001.");
        Gs1.IsPlainSerial(one.Split('/')[^1]).ShouldBeTrue();
        Gs1.IsValid(one.Split('/')[4], 14).ShouldBeTrue();
        Gs1.IsPlainSerial(numbers.Lot("丹参", Guid.CreateVersion7(), "批号一二三").Split('/')[^1]).ShouldBeTrue();
    }

    [Fact]
    public void Numbers_that_the_company_prefix_has_no_room_for_are_refused()
    {
        var numbers = new Numbering(
            Options with
            {
                CompanyPrefix = "69012345678",
            },
            new Dictionary<string, int> { ["丹参"] = 10 },
            Organisations
        );
        Should.Throw<InvalidOperationException>(() => numbers.PieceGtin("丹参"));
    }

    private static List<TraceDraft> Everything(Story story) =>
        [
            Steps.Accepted(story.Accepted(story.Danshen, "丹参", "Y26-0502-01")),
            Steps.Released(story.Released(story.Danshen, "丹参", "Y26-0502-01")),
            Steps.Rejected(story.Rejected(story.Danshen, "丹参", "Y26-0502-01")),
            Steps.Recalled(story.Recalled(story.Danshen, "丹参", "Y26-0502-01")),
            Steps.Dispensed(story.Checked()),
            Decocted(story),
            Steps.Packed(story.Shipped()),
            Steps.Departed(story.Shipped()),
            Steps.Arrived(story.Delivered()),
            Steps.HandedOver(story.Delivered()),
            Steps.AtCounter(story.AtCounter()),
            Steps.Undelivered(story.Undelivered(1, back: false)),
            Steps.Undelivered(story.Undelivered(2, back: false)),
            Steps.Undelivered(story.Undelivered(3, back: true)),
            Steps.Returned(story.Returned("refused")),
            Steps.Returned(story.Returned("lost")),
        ];

    private static TraceDraft Decocted(Story story) =>
        Steps.Decocted(story.Completed(), [.. story.Steps().Select(s => new DecoctionStep(s.Step, s.StartedAt, s.FinishedAt))]);

    private static JsonElement Json(TraceDraft draft) => JsonSerializer.SerializeToElement(draft.Event);

    private static List<string> Of(TraceDraft draft, ItemRole role) => [.. draft.Items.Where(i => i.Role == role).Select(i => i.Item)];
}
