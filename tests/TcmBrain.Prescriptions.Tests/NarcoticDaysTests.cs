using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.HisSimulator.His;
using TcmBrain.Knowledge;
using TcmBrain.Prescriptions.Audit;
using TcmBrain.Prescriptions.Push;

namespace TcmBrain.Prescriptions.Tests;

/// <summary>Narcotic pieces over several prescriptions (连续使用不得超过七日), and what a diagnosis and a handling say to the audit.</summary>
public sealed class NarcoticDaysTests(PrescriptionsFixture fixture) : IClassFixture<PrescriptionsFixture>
{
    private static readonly DateOnly Day = new(2026, 3, 10);

    [Fact]
    public async Task Days_of_one_patient_are_counted_over_hospitals_and_only_that_patient_s()
    {
        var first = await PushAsync(1, ThreeDays());
        var patient = ThreeDays();
        var one = await PushAsync(1, Same(patient));
        var two = await PushAsync(2, Same(patient));

        var three = await PushAsync(3, Same(patient));
        var someoneElse = await PushAsync(3, ThreeDays());
        var withoutIt = await PushAsync(3, Same(patient, narcotic: false));

        new[] { first, one, two, someoneElse, withoutIt }.Select(Rules).ShouldAllBe(rules => !rules.Contains("narcotic.seven_days"));
        Rules(three).ShouldContain("narcotic.seven_days", "three days from each of two hospitals and three more are nine");
        three.State.ShouldBe(State.Rejected);
        three.Audit.Findings.Single(f => f.RuleId == "narcotic.seven_days").TextZh.ShouldContain("9 日");
    }

    [Fact]
    public async Task A_push_sent_again_does_not_count_itself()
    {
        var prescription = ThreeDays();
        prescription.Doses = 3;
        var first = await PushAsync(1, prescription.Clone());

        for (var i = 0; i < 3; i++)
        {
            (await PushAsync(1, prescription.Clone())).ShouldBe(first);
        }
    }

    [Theory]
    [InlineData("", 0)]
    // Yesterday's three days are still being taken.
    [InlineData("-1:3", 3)]
    [InlineData("-3:3", 3)]
    // A day without it ends the run.
    [InlineData("-4:3", 0)]
    [InlineData("-6:3 -3:3", 6)]
    [InlineData("-7:3 -3:3", 3)]
    // Twice on one day is twice as long.
    [InlineData("-3:3 -3:3", 6)]
    [InlineData("0:3", 3)]
    [InlineData("1:3", 0)]
    public void A_run_ends_with_a_day_without(string courses, int days) =>
        NarcoticHistory
            .DaysBefore(
                courses
                    .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                    .Select(x => x.Split(':'))
                    .Select(x => (Day.AddDays(int.Parse(x[0])), int.Parse(x[1]))),
                Day
            )
            .ShouldBe(days);

    [Theory]
    [InlineData("N18.900", PatientConditions.KidneyFailure)]
    [InlineData("K72.900x001", PatientConditions.LiverFailure)]
    [InlineData("I10.x00x002", PatientConditions.HypertensionOrOedema)]
    [InlineData("J20.900", PatientConditions.None)]
    [InlineData("", PatientConditions.None)]
    public void A_western_diagnosis_tells_of_organs(string code, PatientConditions conditions)
    {
        var prescription = PrescriptionsFixture.Clean();
        prescription.WesternDiagnosis = code;

        AuditTranslation.RequestOf(prescription, PrescriberAuthority.None, institution: null).Conditions.ShouldBe(conditions);
    }

    [Fact]
    public void Raw_in_the_handling_is_what_is_dispensed()
    {
        var prescription = PrescriptionsFixture.Clean();
        prescription.Lines.Clear();
        prescription.Lines.Add(
            new Line
            {
                Name = "川乌",
                MilligramsPerDose = 1500,
                Handling = "生用、先煎",
            }
        );
        prescription.Lines.Add(
            new Line
            {
                Name = "半夏",
                MilligramsPerDose = 6000,
                Handling = "生用",
            }
        );

        var lines = AuditTranslation.DispensableLines(prescription, Catalogue.Default, institution: null);

        lines!.Select(x => x.Piece).ShouldBe(["川乌", "生半夏"], "川乌 is the raw piece of that name");
        prescription.Lines[0].Handling = "先煎";
        AuditTranslation.DispensableLines(prescription, Catalogue.Default, institution: null).ShouldBeNull();
    }

    /// <summary>The demo's day without flaws burdens nobody with a block or an open question.</summary>
    [Fact]
    public void A_flawless_day_has_nothing_that_blocks()
    {
        var factory = new PrescriptionFactory(Catalogue.Default, seed: 3, DateTimeOffset.UtcNow.AddHours(-1));

        var stopped = Enumerable
            .Range(0, 1000)
            .Select(i => factory.Make(i, flawEvery: 0))
            .Select(x => (x.Formula, Result: Judge(x.Prescription)))
            .Where(x => x.Result.Outcome is Audit.Severity.Block or Audit.Severity.Resolve or Audit.Severity.Refuse)
            .Select(x => $"{x.Formula}: {x.Result.Findings[0].Zh}");

        stopped.ShouldBeEmpty();

        static AuditResult Judge(Prescription p)
        {
            var request = AuditTranslation.RequestOf(p, PrescriberAuthority.Toxic | PrescriberAuthority.Narcotic, institution: null);
            return AuditRelease.BuiltIn.Auditor.Audit(in request);
        }
    }

    private static IEnumerable<string> Rules(PushReply reply) => reply.Audit.Findings.Select(f => f.RuleId);

    private static Prescription ThreeDays()
    {
        var p = PrescriptionsFixture.Clean();
        (p.Doses, p.DosesPerDay) = (3, 1);
        p.Prescriber.PractitionerCode = "unregistered-" + Guid.NewGuid().ToString("N");
        p.Prescriber.MayPrescribeNarcotic = true;
        p.Lines.Add(new Line { Name = "罂粟壳", MilligramsPerDose = 4000 });
        return p;
    }

    /// <summary>Another prescription for the same patient.</summary>
    private static Prescription Same(Prescription of, bool narcotic = true)
    {
        var other = of.Clone();
        other.HisNumber = "N-" + Guid.NewGuid().ToString("N");
        if (!narcotic)
        {
            other.Lines.RemoveAt(other.Lines.Count - 1);
        }

        return other;
    }

    private async Task<PushReply> PushAsync(int hospital, Prescription prescription) =>
        await fixture.Client.PushAsync(new PushRequest { Prescription = prescription }, PrescriptionsFixture.As(hospital));
}
