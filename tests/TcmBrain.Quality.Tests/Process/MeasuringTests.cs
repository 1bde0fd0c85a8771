using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Quality.Process;

namespace TcmBrain.Quality.Tests.Process;

public sealed class MeasuringTests
{
    [Fact]
    public void The_weighing_error_is_the_mean_over_what_a_scale_weighed()
    {
        var e = Checked(Portion(1_000, 1_004, "天平1"), Portion(2_000, 1_996, "天平1"), Portion(1_000, 1_050, ""));
        var measured = Measuring.Of(e).ToDictionary(m => m.Subject);
        measured["天平1"].Value.ShouldBe(1.0, 1e-9);
        measured[""].Value.ShouldBe(50.0, 1e-9);
        measured.Values.ShouldAllBe(m => m.Measure == "weighing-error" && m.CentreCode == "C");
    }

    [Fact]
    public void An_older_event_that_does_not_say_what_was_asked_is_not_charted() =>
        Measuring.Of(Checked(new WeighedPortion(1, "白芍", Guid.Empty, "L", new Weight(1_000), ""))).ShouldBeEmpty();

    [Fact]
    public void A_boil_gives_its_temperature_and_its_time_off_the_target()
    {
        var measured = Measuring
            .Of(Boil() with { TargetMinutes = 25, MeanCenticelsius = 9_861 })
            .ToDictionary(m => m.Measure, m => m.Value);
        measured.ShouldBe(new Dictionary<string, double> { ["boil-temperature"] = 98.61, ["boil-time"] = 2 });
        Measuring.Of(Boil()).ShouldBeEmpty();
        Measuring.Of(Boil() with { Step = "soaking", TargetMinutes = 30, MeanCenticelsius = 2_200 }).ShouldBeEmpty();
    }

    private static WeighedPortion Portion(long asked, long weighed, string scale) =>
        new(1, "白芍", Guid.Empty, "L", new Weight(weighed), "") { Asked = new Weight(asked), Scale = scale };

    private static PrescriptionChecked Checked(params WeighedPortion[] portions) =>
        QualityRoom.Checked(
            new PrescriptionReceived
            {
                AggregateId = Guid.CreateVersion7(),
                Version = 1,
                OccurredAt = DateTimeOffset.UnixEpoch,
                InstitutionCode = "I",
                RegionCode = "330106",
                HisNumber = "RX",
                Revision = 1,
                DepartmentName = "",
                DiseaseCode = "",
                SyndromeCode = "",
                SyndromeName = "",
                Doses = 1,
                LineCount = 1,
                Urgent = false,
                FeeFen = 0,
            },
            "C"
        ) with
        {
            Portions = portions,
        };

    private static StepCompleted Boil() =>
        new()
        {
            AggregateId = Guid.CreateVersion7(),
            Version = 4,
            OccurredAt = DateTimeOffset.UnixEpoch.AddMinutes(27),
            InstitutionCode = "I",
            RegionCode = "330106",
            HisNumber = "RX",
            Revision = 1,
            CentreCode = "C",
            Step = "first-boil",
            StartedAt = DateTimeOffset.UnixEpoch,
            FinishedAt = DateTimeOffset.UnixEpoch.AddMinutes(27),
            Vessel = "V1",
            Operator = "煎药员",
        };
}
