using FsCheck;
using FsCheck.Fluent;
using TcmBrain.Decoction.Telemetry;

namespace TcmBrain.Decoction.Tests.Telemetry;

public sealed class CurveCodecTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Whatever_is_packed_comes_back_exactly()
    {
        var moment = Gen.OneOf(
            Gen.Choose(0, 100_000).Select(s => Start.AddSeconds(s)),
            Gen.Choose(-1_000_000, 1_000_000).Select(ms => Start.AddMilliseconds(ms)),
            Gen.Choose(int.MinValue, int.MaxValue).Select(us => Start.AddMicroseconds(us)),
            Gen.Elements(DateTimeOffset.MinValue.AddMicroseconds(1), DateTimeOffset.MaxValue.AddTicks(-9), DateTimeOffset.UnixEpoch)
        );
        var number = Gen.OneOf(Gen.Choose(-200, 200), Gen.Choose(int.MinValue, int.MaxValue), Gen.Elements(int.MinValue, int.MaxValue));
        var point = moment.SelectMany(t => number.SelectMany(c => number.Select(p => new CurvePoint(Microsecond(t), c, p))));
        Prop.ForAll(Arb.From(Gen.ArrayOf(point)), points => CurveCodec.Decode(CurveCodec.Encode(points)).SequenceEqual(points))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Fact]
    public void Bytes_that_are_no_curve_are_refused_and_never_misread_without_end()
    {
        var some = CurveCodec.Encode([.. Enumerable.Range(0, 50).Select(i => new CurvePoint(Start.AddSeconds(i), 9_850 + i, 100))]);
        Prop.ForAll(
                Arb.From(Gen.Choose(0, some.Length - 1).SelectMany(at => Gen.Choose(0, 255).Select(value => (at, value)))),
                change =>
                {
                    var broken = some.ToArray();
                    broken[change.at] = (byte)change.value;
                    try
                    {
                        return CurveCodec.Decode(broken).Count <= broken.Length;
                    }
                    catch (FormatException)
                    {
                        return true;
                    }
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Theory]
    [InlineData(1_000, 3.2)] // each second exactly
    [InlineData(1_003, 5.2)] // a clock of its own, milliseconds
    public void A_reading_each_second_costs_few_bytes(int everyMilliseconds, double most)
    {
        var noise = new Random(7);
        CurvePoint[] points =
        [
            .. Enumerable
                .Range(0, Sealing.ChunkReadings)
                .Select(i => new CurvePoint(
                    Start.AddMilliseconds(i * everyMilliseconds),
                    9_850 + noise.Next(-30, 30),
                    120 + noise.Next(-20, 20)
                )),
        ];
        ((double)CurveCodec.Encode(points).Length / points.Length).ShouldBeLessThan(most);
    }

    [Fact]
    public void Nothing_is_nothing() => CurveCodec.Decode(CurveCodec.Encode([])).ShouldBeEmpty();

    private static DateTimeOffset Microsecond(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));
}
