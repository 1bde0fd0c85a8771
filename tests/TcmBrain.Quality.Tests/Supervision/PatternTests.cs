using TcmBrain.Quality.Supervision;
using TcmBrain.Quality.Supervision.Patterns;
using Case = TcmBrain.Quality.Supervision.Case;

namespace TcmBrain.Quality.Tests.Supervision;

public sealed class PatternTests
{
    private static readonly DateOnly Month = new(2026, 5, 1);
    private static readonly Thresholds Edition = Thresholds.Load();

    private static Case One(int institution, int prescriber = 0) =>
        new(
            Guid.CreateVersion7(),
            $"I{institution:00}",
            "330105",
            $"D{prescriber}",
            "某医师",
            "",
            Month,
            "outpatient",
            7,
            false,
            true,
            false,
            false,
            12_000,
            10_000,
            ["甘草"]
        );

    private static IReadOnlyList<Signal> Find(IEnumerable<Case> cases, IReadOnlyDictionary<string, PriorUse>? before = null) =>
        PatternBook.Find(new SupervisedMonth(Month, [.. cases], before ?? new Dictionary<string, PriorUse>()), Edition);

    /// <summary>Twelve prescribers with fifty prescriptions each, of which some count; the last has many.</summary>
    private static List<Case> Habit(int usual, int last, Func<Case, Case> counted) =>
        [
            .. Enumerable
                .Range(0, 12)
                .SelectMany(d =>
                    Enumerable.Range(0, 50).Select(i => i < (d == 11 ? last : usual) ? counted(One(d % 4, d)) : One(d % 4, d))
                ),
        ];

    [Fact]
    public void Who_prescribes_longer_than_allowed_far_more_often_than_peers_is_told_with_the_numbers()
    {
        var signal = Find(Habit(2, 20, c => c with { Days = 14 })).ShouldHaveSingleItem();
        (signal.Pattern, signal.Institution, signal.Prescriber).ShouldBe((PatternBook.OverLong, "I03", "D11"));
        signal.Records.Count.ShouldBe(20);
        signal.TextZh.ShouldContain("50 张处方中 20 张");
        signal.TextEn.ShouldContain("20 of 50 prescriptions");
        signal.Figures.Single(f => f.Code == "z").Value.ShouldBeGreaterThan(signal.Figures.Single(f => f.Code == "z").Threshold!.Value);
    }

    [Fact]
    public void A_stated_reason_makes_a_long_course_an_ordinary_one()
    {
        Find(Habit(2, 20, c => c with { Days = 14, LongExplained = true })).ShouldBeEmpty();
        PatternBook.IsOverLong(One(0) with { Days = 7 }).ShouldBeFalse();
        PatternBook.IsOverLong(One(0) with { Days = 8 }).ShouldBeTrue();
        PatternBook.IsOverLong(One(0) with { Days = 4, VisitKind = "emergency" }).ShouldBeTrue();
    }

    [Fact]
    public void Inpatients_have_no_limit_of_days() =>
        Find(Habit(2, 20, c => c with { Days = 14, VisitKind = "inpatient" })).ShouldBeEmpty();

    [Fact]
    public void Overdoses_and_overrides_are_told_each_by_its_own_name()
    {
        Find(Habit(3, 20, c => c with { OverDose = true })).ShouldHaveSingleItem().Pattern.ShouldBe(PatternBook.OverDose);
        Find(Habit(3, 20, c => c with { Overridden = true })).ShouldHaveSingleItem().Pattern.ShouldBe(PatternBook.Override);
    }

    [Fact]
    public void Without_enough_peers_nothing_is_said_of_anybody() =>
        Find(Habit(2, 20, c => c with { OverDose = true }).Where(c => c.Prescriber is "D11" or "D0" or "D1")).ShouldBeEmpty();

    [Fact]
    public void A_patient_at_three_institutions_at_once_is_told_to_who_sees_all_of_them_and_never_by_name()
    {
        Case At(int institution, string region, int day) =>
            One(institution) with
            {
                Region = region,
                Patient = "psd0000000000001",
                Day = Month.AddDays(day),
                Days = 10,
            };

        var signal = Find([At(1, "330105", 0), At(2, "330106", 2), At(3, "330109", 5)]).ShouldHaveSingleItem();
        (signal.Pattern, signal.Institution, signal.Region).ShouldBe((ManyInstitutions.Name, null, "330100"));
        (signal.TextZh + signal.TextEn + string.Join(' ', signal.Figures)).ShouldNotContain("psd0");
        signal.Figures.Single(f => f.Code == "overlap").Value.ShouldBe(10);
        Find([At(1, "330105", 0), At(2, "330782", 2), At(3, "330109", 5)]).Single().Region.ShouldBe("330000");
        // One after another is a patient who changes the doctor.
        Find([At(1, "330105", 0), At(2, "330106", 10), At(3, "330109", 20)]).ShouldBeEmpty();
        Find([At(1, "330105", 0), At(2, "330106", 2), At(1, "330105", 5)]).ShouldBeEmpty();
    }

    [Fact]
    public void A_piece_that_one_institution_suddenly_uses_is_told_and_one_that_everybody_uses_is_not()
    {
        var before = Enumerable
            .Range(0, 6)
            .ToDictionary(i => $"I{i:00}", _ => new PriorUse(300, new Dictionary<string, int> { ["麻黄"] = 15 }));
        List<Case> Cases(Func<int, int> with) =>
            [
                .. Enumerable
                    .Range(0, 6)
                    .SelectMany(at => Enumerable.Range(0, 100).Select(i => i < with(at) ? One(at) with { Pieces = ["麻黄"] } : One(at))),
            ];

        var signal = Find(Cases(at => at == 4 ? 40 : 5), before).ShouldHaveSingleItem();
        (signal.Pattern, signal.Institution, signal.Piece, signal.Records.Count).ShouldBe((HerbSpike.Name, "I04", "麻黄", 40));
        Find(Cases(_ => 18), before).ShouldBeEmpty();
    }

    [Fact]
    public void Fees_far_above_what_the_pieces_cost_are_told_when_they_are_more_than_chance()
    {
        var random = new Random(7);
        List<Case> cases =
        [
            .. Enumerable
                .Range(0, 6)
                .SelectMany(at =>
                    Enumerable
                        .Range(0, 100)
                        .Select(_ => One(at) with { FeeFen = (long)(12_000 * Math.Exp(0.1 * (random.NextDouble() - 0.5))) })
                ),
        ];
        Find(cases).ShouldBeEmpty();
        for (var i = 0; i < 6; i++)
        {
            cases[i * 10] = cases[i * 10] with { FeeFen = 40_000 };
        }

        var signal = Find(cases).ShouldHaveSingleItem();
        (signal.Pattern, signal.Institution, signal.Records.Count).ShouldBe((PriceOutliers.Name, "I00", 6));
        // Nothing is known of what the pieces cost: nothing is said.
        Find(cases.Select(c => c with { PiecesFen = null })).ShouldBeEmpty();
    }

    [Fact]
    public void Every_pattern_is_described_in_both_languages_with_source_and_thresholds()
    {
        var texts = PatternText.Load();
        texts.Select(t => t.Code).Order().ShouldBe(PatternBook.All.Select(p => p.Code).Order());
        foreach (var text in texts)
        {
            foreach (var said in new[] { text.Zh, text.En, text.WhatZh, text.WhatEn, text.Source })
            {
                said.ShouldNotBeNullOrWhiteSpace();
            }

            Edition.All.ShouldContain(r => r.Pattern == text.Code && r.Because.Length > 0);
        }
    }

    [Fact]
    public void Every_state_of_an_alert_leads_on_only_as_its_life_says()
    {
        var allowed = AlertLife.States.SelectMany(a => AlertLife.States.Where(b => AlertLife.MayBecome(a, b)).Select(b => $"{a}→{b}"));
        allowed.ShouldBe([
            "new→looked-at",
            "looked-at→justified",
            "looked-at→confirmed",
            "looked-at→referred",
            "confirmed→referred",
            "referred→justified",
            "referred→confirmed",
        ]);
    }
}
