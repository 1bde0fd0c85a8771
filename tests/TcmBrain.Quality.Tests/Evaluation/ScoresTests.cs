using FsCheck;
using FsCheck.Fluent;
using TcmBrain.Quality.Evaluation;

namespace TcmBrain.Quality.Tests.Evaluation;

public sealed class ScoresTests
{
    private static readonly EvaluationBook Book = EvaluationBook.Newest(EvaluationBook.LoadAll());

    private static Indicator Line(string dimension, string code, int weight, decimal floor, decimal target, int least = 1) =>
        new("t", "g", code, dimension, weight, "linear", floor, target, least, "", "", "", "", "", "", "");

    /// <summary>Two dimensions of 600 and 400; the first has two indicators of 700 and 300, the second one alone.</summary>
    private static readonly EvaluationBook Small = EvaluationBook.Of(
        "t",
        [new("t", "g", "q", 600, "", ""), new("t", "g", "e", 400, "", "")],
        [Line("q", "a", 700, 0.5m, 1m), Line("q", "b", 300, 0.4m, 0m), Line("e", "c", 1000, 0m, 1m, least: 10)]
    );

    private static Scorecard Card(params (string Code, long Numerator, long Denominator)[] measures) =>
        Scores.Of(Small, "g", measures.ToDictionary(m => m.Code, m => new MeasuredCount(m.Code, m.Numerator, m.Denominator)));

    [Fact]
    public void A_score_is_what_it_is_by_hand()
    {
        // a: (0.8 − 0.5) / 0.5 = 60; b: (0.1 − 0.4) / −0.4 = 75; c: 0.9 = 90.
        // q = 0.7 · 60 + 0.3 · 75 = 64.5; whole = 0.6 · 64.5 + 0.4 · 90 = 74.7.
        var card = Card(("a", 80, 100), ("b", 10, 100), ("c", 18, 20));
        card.Indicators.Select(i => i.Score).ShouldBe([60_000, 75_000, 90_000]);
        card.Dimensions.Select(d => (d.Score, d.Known)).ShouldBe([(64_500, 1000), (90_000, 1000)]);
        (card.Total, card.Known).ShouldBe((74_700, 1000));
        card.Indicators.Select(i => i.Contribution).ShouldBe([25_200, 13_500, 36_000]);
    }

    [Fact]
    public void What_is_missing_is_neither_nothing_nor_full_and_its_weight_is_carried_openly()
    {
        // c has too few, so q alone is the whole: 64.5.
        var card = Card(("a", 80, 100), ("b", 10, 100), ("c", 9, 9));
        (card.Total, card.Known).ShouldBe((64_500, 600));
        (card.Indicators[2].Score, card.Indicators[2].Share, card.Indicators[2].Contribution).ShouldBe((null, null, 0));
        card.Indicators[0].Share.ShouldBe(700_000);
        // b missing: a carries its dimension, 0.6 · 60 + 0.4 · 90 = 72.
        var other = Card(("a", 80, 100), ("c", 18, 20));
        (other.Total, other.Known, other.Dimensions[0].Known).ShouldBe((72_000, 820, 700));
        Card().Total.ShouldBeNull();
    }

    [Fact]
    public void What_moved_a_score_is_told_by_value_and_by_weight()
    {
        // a from 60 to 70 at its 0.42; c was missing and comes in: everything else is by weight.
        var moved = Scores.Moved(Card(("a", 80, 100), ("b", 10, 100)), Card(("a", 85, 100), ("b", 10, 100), ("c", 18, 20)));
        moved.Sum(m => m.Whole).ShouldBe(4_200 + 74_700 - 64_500);
        // a weighed 0.7 of the whole before: ten points are seven, and by weight it gives up 0.28 of 70.
        moved.Single(m => m.Code == "a").ShouldBe(new MovedBy("a", "q", 7_000, -19_600));
        moved.Single(m => m.Code == "c").ShouldBe(new MovedBy("c", "e", 0, 36_000));
        moved.Single(m => m.Code == "b").ShouldBe(new MovedBy("b", "q", 0, -9_000));
    }

    [Fact]
    public void The_parts_make_the_total_and_the_changes_the_change_whatever_is_known()
    {
        var measure = Gen.Choose(0, 200)
            .SelectMany(n => Gen.Choose(0, 60).Select(more => (Numerator: (long)n, Denominator: (long)n + more)));
        var measures = Gen.Choose(0, 1)
            .SelectMany(known => measure.Select(m => known == 1 ? m : (Numerator: 0L, Denominator: 0L)))
            .ListOf(Book.IndicatorsOf(EvaluationBook.Hospital).Count())
            .Select(all =>
                Scores.Of(
                    Book,
                    EvaluationBook.Hospital,
                    Book.IndicatorsOf(EvaluationBook.Hospital)
                        .Zip(all)
                        .ToDictionary(p => p.First.Code, p => new MeasuredCount(p.First.Code, p.Second.Numerator, p.Second.Denominator))
                )
            );
        Prop.ForAll(
                measures.Two().ToArbitrary(),
                pair =>
                {
                    var (before, after) = (pair.Item1, pair.Item2);
                    return before.Indicators.Sum(i => i.Contribution) == (before.Total ?? 0)
                        && before.Indicators.All(i => i.Contribution >= 0)
                        && Scores.Moved(before, after).Sum(m => m.Whole) == (after.Total ?? 0) - (before.Total ?? 0)
                        && before.Total is null or (>= 0 and <= Scores.Full)
                        && before.Known is >= 0 and <= 1000;
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [Fact]
    public void Equals_share_a_place_and_who_is_hardly_known_has_none()
    {
        Scorecard With(int? total, int known) => new(total, known, [], []);
        Scores
            .Ranks([With(70, 900), With(90, 900), With(70, 600), With(99, 400), With(null, 0), With(10, 500)])
            .ShouldBe([2, 1, 2, null, null, 4]);
    }

    [Fact]
    public void A_scheme_whose_weights_are_not_whole_is_refused()
    {
        Should
            .Throw<InvalidDataException>(() => EvaluationBook.Of("t", [new("t", "g", "q", 1000, "", "")], [Line("q", "a", 900, 0m, 1m)]))
            .Message.ShouldContain("900");
        // The one in force: five dimensions of the programme, for both groups.
        foreach (var group in new[] { EvaluationBook.Hospital, EvaluationBook.Centre })
        {
            Book.DimensionsOf(group).Select(d => d.Zh).ShouldBe(["质量", "运营效率", "绩效", "可持续发展", "满意度"]);
        }
    }

    [Fact]
    public void Every_indicator_is_counted_somewhere()
    {
        var counted = MeasureTable.Facts.Keys.Select(k => k.Code).ToHashSet();
        string[] others = ["rational", "licensed", "graded", "multi-site", "lots-passed", "closed"];
        var questions = TcmBrain.Quality.Satisfaction.Questionnaire.Load().Questions.Select(q => q.Code);
        Book.Indicators.Select(i => i.Code).Except(counted).Except(others).Except(questions).ShouldBeEmpty();
        MeasureTable.Facts.Keys.ShouldAllBe(k => Book.Indicators.Any(i => i.Group == k.Group && i.Code == k.Code));
    }
}
