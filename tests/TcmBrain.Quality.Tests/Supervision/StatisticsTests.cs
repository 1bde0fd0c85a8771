using TcmBrain.Quality.Supervision.Statistics;

namespace TcmBrain.Quality.Tests.Supervision;

public sealed class StatisticsTests
{
    [Fact]
    public void The_median_and_its_deviation_are_not_moved_by_an_outlier()
    {
        double[] values = [1, 2, 3, 4, 100];
        Robust.Median(values).ShouldBe(3);
        Robust.Mad(values, 3).ShouldBe(1);
        // 0.6745 × 97: Iglewicz and Hoaglin.
        Robust.ModifiedZ(100, 3, 1)!.Value.ShouldBe(65.4265, 1e-9);
        Robust.Median([4, 1, 2, 3]).ShouldBe(2.5);
    }

    [Fact]
    public void Of_values_that_are_mostly_the_same_no_distance_is_told() =>
        Robust.ModifiedZ(9, 5, Robust.Mad([5, 5, 5, 9], 5)).ShouldBeNull();

    [Theory]
    [InlineData(8, 10, 0.5, 56.0 / 1024)]
    [InlineData(0, 10, 0.5, 1)]
    [InlineData(11, 10, 0.5, 0)]
    [InlineData(3, 20, 0.1, 0.32307319481053)]
    [InlineData(1, 1000, 0.001, 0.63230457522904)]
    public void The_chance_of_a_count_is_the_binomial_tail(int events, int trials, double share, double expected) =>
        Chance.AtLeast(events, trials, share).ShouldBe(expected, 1e-10);

    [Fact]
    public void A_share_is_held_against_all_others_in_standard_errors()
    {
        var (verdicts, overdispersion) = Funnel.Assess([new(10, 100), new(5, 100), new(5, 100), new(30, 100)]);
        // Computed by hand: 2√n (asin √((r+⅜)/(n+¾)) − asin √p of the others).
        verdicts[3].PeerShare.ShouldBe(20.0 / 300, 1e-12);
        (verdicts[3].Z * Math.Sqrt(overdispersion)).ShouldBe(6.402, 0.001);
        (verdicts[0].Z * Math.Sqrt(overdispersion)).ShouldBe(-0.942, 0.001);
        overdispersion.ShouldBe(15.8886, 0.0001);
    }

    [Fact]
    public void Few_extremes_do_not_hide_themselves_behind_the_spread_that_they_make()
    {
        double[] z = [.. Enumerable.Repeat(0.5, 9), .. Enumerable.Repeat(-0.5, 9), 12, 15];
        Funnel.Overdispersion(z).ShouldBe(0.25, 1e-12);
    }

    [Fact]
    public void Peers_that_differ_much_anyway_make_a_difference_less_remarkable()
    {
        Funnel.Point[] alike = [.. Enumerable.Range(0, 20).Select(_ => new Funnel.Point(20, 200)), new(50, 200)];
        Funnel.Point[] unlike = [.. Enumerable.Range(0, 20).Select(i => new Funnel.Point(i % 2 == 0 ? 5 : 35, 200)), new(50, 200)];
        Funnel.Assess(alike).Verdicts[^1].Z.ShouldBeGreaterThan(4);
        Funnel.Assess(unlike).Verdicts[^1].Z.ShouldBeLessThan(2);
    }
}
