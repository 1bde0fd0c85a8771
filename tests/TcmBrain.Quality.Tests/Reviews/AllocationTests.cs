using FsCheck;
using FsCheck.Fluent;
using TcmBrain.Quality.Reviews.Sampling;

namespace TcmBrain.Quality.Tests.Reviews;

public sealed class AllocationTests
{
    private static readonly Arbitrary<(int[] Populations, int Size)> Cases = Arb.From(
        from populations in Gen.OneOf(Gen.Choose(1, 5), Gen.Choose(1, 4_000)).NonEmptyListOf()
        let total = populations.Sum()
        from size in Gen.Choose(0, total)
        select (populations.ToArray(), size)
    );

    [Fact]
    public void Every_stratum_has_one_and_none_more_than_it_has_and_together_they_are_what_is_wanted() =>
        Prop.ForAll(
                Cases,
                c =>
                {
                    var allotted = Allocation.Of(c.Populations, c.Size);
                    return allotted.Sum() == Math.Max(c.Size, c.Populations.Length)
                        && allotted.Zip(c.Populations).All(a => a.First >= 1 && a.First <= a.Second);
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void Beyond_the_first_each_share_is_within_one_of_its_proportion() =>
        Prop.ForAll(
                Cases,
                c =>
                {
                    var allotted = Allocation.Of(c.Populations, c.Size);
                    var spare = c.Populations.Sum() - c.Populations.Length;
                    var rest = allotted.Sum() - c.Populations.Length;
                    return spare == 0 || allotted.Zip(c.Populations).All(a => Math.Abs(a.First - 1 - rest * (a.Second - 1m) / spare) < 1);
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void A_worked_example_by_hand()
    {
        // 20 of 100 over 60, 30, 9 and 1: one each leaves 16 for 59, 29, 8 and 0 of 96: 9.83, 4.83, 1.33, 0; two remainders of .83 are served.
        Allocation.Of([60, 30, 9, 1], 20).ShouldBe([11, 6, 2, 1]);
        // A tie goes to the earlier.
        Allocation.Of([2, 2, 2], 4).ShouldBe([2, 1, 1]);
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        Should.Throw<ArgumentException>(() => Allocation.Of([3, 0], 1));
        Should.Throw<ArgumentException>(() => Allocation.Of([3, 2], 6));
    }
}
