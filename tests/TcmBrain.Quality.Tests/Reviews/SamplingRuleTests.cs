using FsCheck;
using FsCheck.Fluent;
using TcmBrain.Quality.Reviews;

namespace TcmBrain.Quality.Tests.Reviews;

public sealed class SamplingRuleTests
{
    private static readonly SamplingSettings Settings = new();

    /// <summary>国中医药医政发〔2015〕29号: at least 0.5 % and at least 100 a month, all if fewer.</summary>
    [Fact]
    public void Whatever_the_volume_of_a_month_the_sample_keeps_the_rule() =>
        Prop.ForAll(
                Arb.From(Gen.OneOf(Gen.Choose(0, 300), Gen.Choose(0, 60_000))),
                volume =>
                {
                    var sampled = Enumerable
                        .Range(0, volume)
                        .Count(before => SamplingRule.Decide(Guid.NewGuid(), before, Settings) is not null);
                    return sampled >= Math.Min(100, volume) && sampled >= volume * 0.005;
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    [Fact]
    public void Of_half_a_million_ids_made_one_after_another_six_in_a_thousand_are_drawn()
    {
        // Version 7 ids share their first digits; the draw may not.
        var from = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
        var drawn = Enumerable
            .Range(0, 500_000)
            .Count(i => SamplingRule.Draw(Guid.CreateVersion7(from.AddMilliseconds(i))) < Settings.Share);
        // Binomial: 3000 ± 55; seven standard deviations.
        drawn.ShouldBeInRange(3_000 - 385, 3_000 + 385);
    }

    [Fact]
    public void A_draw_is_the_same_everywhere_and_always() =>
        SamplingRule.Draw(new Guid("0192f0c1-2345-7abc-8def-0123456789ab")).ShouldBe(Expected, 1e-15);

    /// <summary>printf 0192f0c123457abc8def0123456789ab | xxd -r -p | sha256sum: the first 16 hex digits over 2^64.</summary>
    private const double Expected = 0.015580655394440196;

    [Fact]
    public void The_first_hundred_of_a_month_are_all_sampled_and_say_why()
    {
        SamplingRule.Decide(Guid.Empty, 99, Settings).ShouldBe("first-of-month");
        SamplingRule.Decide(Guid.Empty, 100, new SamplingSettings { Share = 0.005 }).ShouldBeNull();
        SamplingRule.Decide(Guid.Empty, 100, new SamplingSettings { Share = 1 }).ShouldBe("drawn");
    }
}
