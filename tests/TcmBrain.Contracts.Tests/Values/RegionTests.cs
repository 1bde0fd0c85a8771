using FsCheck;
using FsCheck.Fluent;

namespace TcmBrain.Contracts.Tests.Values;

public sealed class RegionTests
{
    private static readonly Gen<string> Codes =
        from province in Gen.Choose(1, 99)
        from city in Gen.Choose(0, 99)
        from county in Gen.Choose(0, 99)
        // A county lies in a city (GB/T 2260): 330005 is no code.
        select $"{province:00}{city:00}{(city == 0 ? 0 : county):00}";

    [Theory]
    [InlineData("330102", true)]
    [InlineData("330000", true)]
    [InlineData("003301", false)]
    [InlineData("33010", false)]
    [InlineData("3301022", false)]
    [InlineData("33010a", false)]
    [InlineData("３３０１０２", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void A_code_is_six_digits_and_no_province_is_00(string? code, bool wellFormed) =>
        RegionCode.IsWellFormed(code).ShouldBe(wellFormed);

    [Theory]
    [InlineData("330102", "330100", "330102")]
    [InlineData("330100", "330000", "3301")]
    [InlineData("330000", null, "33")]
    public void County_city_province(string code, string? parent, string prefix)
    {
        RegionCode.Parent(code).ShouldBe(parent);
        RegionCode.SubtreePrefix(code).ShouldBe(prefix);
    }

    [Theory]
    [InlineData("")]
    [InlineData("33")]
    [InlineData("000000")]
    public void What_is_no_code_covers_nothing(string code) => Should.Throw<ArgumentException>(() => RegionCode.SubtreePrefix(code));

    [Fact]
    public void Every_code_lies_in_its_parent_s_subtree_and_the_way_up_ends_within_three() =>
        Prop.ForAll(
                Codes.ToArbitrary(),
                code =>
                {
                    var steps = 0;
                    for (var at = code; RegionCode.Parent(at) is { } parent; at = parent)
                    {
                        if (
                            !RegionCode.IsWellFormed(parent)
                            || !at.StartsWith(RegionCode.SubtreePrefix(parent), StringComparison.Ordinal)
                            || parent.StartsWith(RegionCode.SubtreePrefix(at), StringComparison.Ordinal)
                            || ++steps > 2
                        )
                        {
                            return false;
                        }
                    }

                    return code.StartsWith(RegionCode.SubtreePrefix(code), StringComparison.Ordinal);
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void A_day_begins_at_midnight_in_shanghai()
    {
        RegionTime.StartOf(new DateOnly(2026, 11, 22)).ShouldBe(new DateTimeOffset(2026, 11, 21, 16, 0, 0, TimeSpan.Zero));
        RegionTime.DayOf(new DateTimeOffset(2026, 11, 21, 15, 59, 59, TimeSpan.Zero)).ShouldBe(new DateOnly(2026, 11, 21));
        RegionTime.DayOf(new DateTimeOffset(2026, 11, 21, 16, 0, 0, TimeSpan.Zero)).ShouldBe(new DateOnly(2026, 11, 22));
    }

    [Fact]
    public void Every_instant_lies_in_one_day_whatever_offset_it_is_written_with() =>
        Prop.ForAll(
                Generators.Instants.ToArbitrary(),
                Gen.Choose(-14, 14).ToArbitrary(),
                (instant, hours) =>
                {
                    var day = RegionTime.DayOf(instant);
                    return RegionTime.StartOf(day) <= instant
                        && instant < RegionTime.StartOf(day.AddDays(1))
                        && RegionTime.DayOf(instant.ToOffset(TimeSpan.FromHours(hours))) == day;
                }
            )
            .QuickCheckThrowOnFailure();
}
