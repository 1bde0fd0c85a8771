using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace TcmBrain.Contracts.Tests.Values;

public sealed class WeightTests
{
    private static readonly Gen<Weight> Weights = Generators
        .Between(-10_000_000_000, 10_000_000_000)
        .Select(milligrams => new Weight(milligrams));

    [Theory]
    [InlineData("0.001", 1)]
    [InlineData("15", 15_000)]
    [InlineData("0.3", 300)]
    [InlineData("1234.567", 1_234_567)]
    [InlineData("-2.5", -2_500)]
    public void Grams_are_a_thousand_milligrams(string grams, long milligrams)
    {
        var weight = Weight.FromGrams(decimal.Parse(grams, System.Globalization.CultureInfo.InvariantCulture));
        weight.Milligrams.ShouldBe(milligrams);
        weight.Grams.ShouldBe(decimal.Parse(grams, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Grams_and_back_is_the_same_weight() =>
        Prop.ForAll(Weights.ToArbitrary(), weight => Weight.FromGrams(weight.Grams) == weight).QuickCheckThrowOnFailure();

    [Fact]
    public void Sums_are_those_of_the_milligrams_and_nothing_is_lost() =>
        Prop.ForAll(
                Weights.ToArbitrary(),
                Weights.ToArbitrary(),
                (a, b) =>
                    (a + b).Milligrams == a.Milligrams + b.Milligrams
                    && a + b == b + a
                    && a + b - b == a
                    && a * 3 == a + a + a
                    && a + Weight.Zero == a
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void The_order_is_that_of_the_milligrams() =>
        Prop.ForAll(
                Weights.ToArbitrary(),
                Weights.ToArbitrary(),
                (a, b) =>
                    (a < b) == (a.Milligrams < b.Milligrams)
                    && (a >= b) == !(a < b)
                    && (a > b) == (b < a)
                    && (a <= b) == (b >= a)
                    && Math.Sign(a.CompareTo(b)) == Math.Sign(a.Milligrams.CompareTo(b.Milligrams))
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void What_does_not_fit_is_an_error_and_never_wraps_round()
    {
        var most = new Weight(long.MaxValue);
        Should.Throw<OverflowException>(() => most + new Weight(1));
        Should.Throw<OverflowException>(() => new Weight(long.MinValue) - new Weight(1));
        Should.Throw<OverflowException>(() => most * 2);
        Should.Throw<OverflowException>(() => Weight.FromGrams(decimal.MaxValue / 1000m));
    }

    [Fact]
    public void On_the_wire_it_is_the_bare_number_of_milligrams()
    {
        JsonSerializer.Serialize(Weight.FromGrams(9.5m)).ShouldBe("9500");
        Prop.ForAll(Weights.ToArbitrary(), weight => JsonSerializer.Deserialize<Weight>(JsonSerializer.Serialize(weight)) == weight)
            .QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("1.5")]
    [InlineData("\"1500\"")]
    [InlineData("null")]
    [InlineData("99999999999999999999")]
    public void Anything_but_a_whole_number_is_refused(string json) =>
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<Weight>(json));

    [Theory]
    [InlineData(9_500, "9.5 g")]
    [InlineData(15_000, "15 g")]
    [InlineData(1, "0.001 g")]
    public void People_read_grams(long milligrams, string text) => new Weight(milligrams).ToString().ShouldBe(text);
}
