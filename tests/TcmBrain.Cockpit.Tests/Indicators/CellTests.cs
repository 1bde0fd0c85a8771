using TcmBrain.Cockpit.Indicators.Plans;
using TcmBrain.Cockpit.Indicators.Transfer;
using TcmBrain.Cockpit.Indicators.Values;

namespace TcmBrain.Cockpit.Tests.Indicators;

/// <summary>Numbers and days that people write: as they mean them, or refused; never a hundred times more or less.</summary>
public sealed class CellTests
{
    [Theory]
    [InlineData("85", true, "85")]
    [InlineData("85%", true, "85")]
    [InlineData("85.5 %", true, "85.5")]
    [InlineData("-3%", true, "-3")]
    [InlineData("1,234,567.5", false, "1234567.5")]
    [InlineData("85%", false, "COC-0434")]
    [InlineData("%", true, "COC-0430")]
    [InlineData("0,95", true, "COC-0430")]
    [InlineData("12,34", false, "COC-0430")]
    [InlineData("1,2345", false, "COC-0430")]
    [InlineData("#DIV/0!", false, "COC-0430")]
    public void A_number_is_what_was_meant_or_it_is_refused(string text, bool percent, string expected)
    {
        var cells = new Cells(new Dictionary<string, int> { ["value"] = 0 }, [text]);
        var value = cells.Number("value", percent);
        (value?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? cells.Faults.Faults.Single().Code).ShouldBe(expected);
    }

    [Theory]
    [InlineData("ratio", "%", true)]
    [InlineData("growth_percent", "张", true)]
    [InlineData("count", "个", false)]
    [InlineData("level", null, false)]
    public void Targets_are_in_per_cent_where_the_unit_or_the_growth_is(string kind, string? unit, bool percent) =>
        IndicatorKinds.IsPercent(kind, unit).ShouldBe(percent);

    [Theory]
    [InlineData("2024-12-31", 5.0, "")]
    [InlineData("1950-01-01", 5.0, "")]
    [InlineData("0001-01-01", 5.0, "COC-0414")]
    [InlineData("2026-11-24", 5.0, "COC-0406")]
    [InlineData("2024-12-31", null, "COC-0413")]
    [InlineData("2024-12-31", 0.123456789, "COC-0403")]
    public void A_report_says_what_is_wrong_with_its_value_or_day(string day, double? value, string expected)
    {
        var plan = new Plan
        {
            Code = "p",
            RegionCode = "330100",
            NameZh = "规划",
            NameEn = "Plan",
            Source = "",
            Indicators =
            [
                new()
                {
                    Seq = 1,
                    NameZh = "指标",
                    NameEn = "Indicator",
                    Kind = "count",
                    TargetYear = 2030,
                    TargetMin = 1,
                },
            ],
        };
        var asked = new ReportRequest(
            "p",
            1,
            "330106",
            DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture),
            (decimal?)value,
            "公报"
        );
        var faults = ReportRules.Check(asked, plan, Reach.Platform, new DateOnly(2026, 11, 23)).Faults;
        string.Join(' ', faults.Select(f => f.Code)).ShouldBe(expected);
    }
}
