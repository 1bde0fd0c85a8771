using TcmBrain.Cockpit.Folding;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;

namespace TcmBrain.Cockpit.Tests;

public sealed class FactTests
{
    private static readonly DateOnly Today = new(2026, 11, 22);

    [Fact]
    public void Every_event_of_the_topology_has_a_reading()
    {
        foreach (var type in Topology.Of("cockpit").ListensTo)
        {
            var e = (Event)System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(type);
            foreach (var property in type.GetProperties().Where(p => p.PropertyType.IsArray))
            {
                property.SetValue(e, Array.CreateInstance(property.PropertyType.GetElementType()!, 0));
            }

            Should.NotThrow(() => Fact.Of(Guid.Empty, e), type.Name);
        }
    }

    [Theory]
    [InlineData(nameof(TraceCaptured), 41, 0, "#41")]
    [InlineData(nameof(TraceBatchCaptured), 41, 1, "#41")]
    [InlineData(nameof(TraceBatchCaptured), 41, 3, "#41–43")]
    [InlineData(nameof(LotReleased), 41, 3, "L1")]
    public void A_trace_record_behind_a_number_is_called_by_its_place_in_the_log(string type, long first, long count, string called) =>
        Drilling
            .RecordView.ReferenceOf(
                new()
                {
                    MessageId = Guid.Empty,
                    Type = type,
                    AggregateId = Guid.Empty,
                    Version = 1,
                    OccurredAt = DateTimeOffset.UnixEpoch,
                    Reference = "L1",
                    Amount = first,
                    Quantity = count,
                }
            )
            .ShouldBe(called);

    [Fact]
    public void Nothing_about_a_person_is_kept()
    {
        var taken = new Region(1).Prescription();
        var kept = string.Join(
            '\n',
            taken.Select(t => System.Text.Json.JsonSerializer.Serialize(Fact.Of(t.MessageId, t.Event), EventJson))
        );
        kept.ShouldNotContain("药师");
        kept.ShouldNotContain("\"d\"");
        kept.ShouldNotContain("\"k\"");
    }

    private static readonly System.Text.Json.JsonSerializerOptions EventJson = Exchange.EventJson.Options;

    [Fact]
    public void A_prescription_counts_for_its_county_city_province_everywhere_and_its_institution()
    {
        var received = new Region(1).Prescription(hospital: 0, steps: 1)[0];
        var tally = new Tally();
        tally.Add(Fact.Of(received.MessageId, received.Event));
        tally
            .Counters.Where(c => c.Key.Metric == Metrics.Received)
            .ToDictionary(c => c.Key.Scope.Kind + c.Key.Scope.Code, c => c.Value)
            .ShouldBe(
                new Dictionary<string, long>
                {
                    ["r000000"] = 1,
                    ["r330000"] = 1,
                    ["r330100"] = 1,
                    ["r330106"] = 1,
                    ["i" + Region.Hospitals[0].Code] = 1,
                },
                ignoreOrder: true
            );
    }

    [Theory]
    [InlineData("2026-11-21T15:59:59Z", 21, 23)]
    [InlineData("2026-11-21T16:00:00Z", 22, 0)]
    [InlineData("2026-11-22T04:30:00Z", 22, 12)]
    public void Days_and_hours_are_those_of_Shanghai(string utc, int day, short hour)
    {
        var tally = new Tally();
        tally.Add(
            At(
                new TreeHeadSigned
                {
                    AggregateId = Guid.Empty,
                    Version = 1,
                    OccurredAt = DateTimeOffset.Parse(utc, System.Globalization.CultureInfo.InvariantCulture),
                    TreeSize = 1,
                    RootHashBase64 = "",
                }
            )
        );
        var key = tally.Counters.Keys.First();
        key.Day.ShouldBe(Today.AddDays(day - 22));
        key.Hour.ShouldBe(hour);
    }

    [Fact]
    public void The_furthest_stage_wins_in_whatever_order_it_is_told()
    {
        var region = new Region(3);
        var events = region.Prescription();
        for (var i = 0; i < 20; i++)
        {
            var tally = new Tally();
            foreach (var taken in region.Shuffle(events))
            {
                tally.Add(Fact.Of(taken.MessageId, taken.Event));
            }

            tally.Contributions().Standing.Keys.Select(k => k.Stage).Distinct().ShouldBe([Stage.Completed]);
        }
    }

    [Fact]
    public void A_later_revision_outranks_the_end_of_the_former()
    {
        var id = Guid.CreateVersion7();
        var tally = new Tally();
        tally.Add(At(Received(id, revision: 2)));
        tally.Add(At(Rejected(id, revision: 1)));
        tally.Contributions().Standing.Keys.Select(k => k.Stage).Distinct().ShouldBe([Stage.Received]);
    }

    [Fact]
    public void An_exit_outranks_every_stage_it_can_be_taken_from()
    {
        Stage[] exits = [Stage.Rejected, Stage.Withdrawn, Stage.Cancelled, Stage.Superseded, Stage.Expired, Stage.Returned];
        Enum.GetValues<Stage>().Except(exits).Max(s => (int)s).ShouldBeLessThan(exits.Min(s => (int)s));
        Enum.GetValues<Stage>().Max(s => (int)s).ShouldBeLessThan(Stages.RevisionFactor);
    }

    [Fact]
    public void A_herb_that_stands_twice_in_a_prescription_is_ranked_once_with_both_weights()
    {
        var approved = (PrescriptionApproved)new Region(1).Prescription(steps: 3)[2].Event;
        var twice = approved with
        {
            Doses = 5,
            Lines =
            [
                new(1, "黄芪", new Weight(10_000), ""),
                new(2, "黄芪", new Weight(2_000), "先煎"),
                new(3, "甘草", new Weight(3_000), ""),
            ],
        };
        var fact = At(twice);
        fact.Pieces.ShouldBe(["黄芪", "甘草"]);
        fact.Weights.ShouldBe([60_000, 15_000]);
    }

    private static Fact At(Event e) => Fact.Of(Guid.CreateVersion7(), e);

    private static PrescriptionReceived Received(Guid id, int revision) =>
        (PrescriptionReceived)new Region(1).Prescription(steps: 1)[0].Event with
        {
            AggregateId = id,
            Revision = revision,
        };

    private static PrescriptionRejected Rejected(Guid id, int revision) =>
        new()
        {
            AggregateId = id,
            Version = 3,
            OccurredAt = DateTimeOffset.UtcNow,
            InstitutionCode = Region.Hospitals[0].Code,
            RegionCode = "330106",
            HisNumber = "1",
            Revision = revision,
            RejectedBy = "",
            Reason = "",
        };
}
