using System.Globalization;
using TcmBrain.Cockpit.Indicators.Language;
using TcmBrain.Contracts;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Cockpit.Indicators.Plans;

/// <summary>What a plan must satisfy before anything of it is stored: every fault, each at its place.</summary>
public static class PlanRules
{
    private const int MostIndicators = 500;
    private const int LongestText = 200;

    /// <summary>No number of a plan is larger; with eight decimals at most it fits what the expressions compute with.</summary>
    private const decimal Largest = 1e15m;

    public static FaultList Check(Plan plan)
    {
        var faults = new FaultList()
            .Require(IsCode(plan.Code), CockpitFaults.BadPlanCode, "code")
            .Require(RegionCode.IsWellFormed(plan.RegionCode), CockpitFaults.UnknownRegion, "regionCode")
            .Require(
                plan.Indicators is { Count: > 0 and <= MostIndicators },
                CockpitFaults.TooManyIndicators,
                "indicators",
                MostIndicators
            );
        Text(faults, plan.NameZh, "nameZh", required: true);
        Text(faults, plan.NameEn, "nameEn", required: true);
        Text(faults, plan.Source, "source");
        var seen = new HashSet<int>();
        foreach (var (i, indicator) in plan.Indicators.Take(MostIndicators).Index())
        {
            faults.Require(seen.Add(indicator.Seq), CockpitFaults.DoubledSeq, $"indicators[{i}].seq");
            Check(faults, indicator, $"indicators[{i}].");
        }

        return faults;
    }

    /// <param name="at">what stands before the names of the fields</param>
    public static void Check(FaultList faults, Indicator indicator, string at)
    {
        faults
            .Require(indicator.Seq is >= 1 and <= 999, CockpitFaults.BadSeq, at + "seq")
            .Require(IndicatorKinds.All.Contains(indicator.Kind), CockpitFaults.UnknownKind, at + "kind")
            .Require(indicator.Direction is "up" or "down", CockpitFaults.UnknownDirection, at + "direction")
            .Require(IsYear(indicator.TargetYear), CockpitFaults.BadYear, at + "targetYear")
            .Require(indicator.BaselineYear is null || IsYear(indicator.BaselineYear.Value), CockpitFaults.BadYear, at + "baselineYear")
            .Require(
                indicator.BaselineYear is null || indicator.BaselineYear < indicator.TargetYear,
                CockpitFaults.YearsTurned,
                at + "targetYear"
            )
            .Require(
                indicator.Baseline is null || indicator.BaselineYear is not null,
                CockpitFaults.BaselineWithoutYear,
                at + "baselineYear"
            )
            .Require(indicator.TargetMin != Indicator.NoTarget, CockpitFaults.TargetMissing, at + "targetMin")
            .Require(indicator.TargetMin == Indicator.NoTarget || IsNumber(indicator.TargetMin), CockpitFaults.TooLarge, at + "targetMin")
            .Require(IsNumber(indicator.TargetMax), CockpitFaults.TooLarge, at + "targetMax")
            .Require(IsNumber(indicator.Baseline), CockpitFaults.TooLarge, at + "baseline")
            .Require(
                indicator.TargetMax is null || indicator.TargetMax >= indicator.TargetMin,
                CockpitFaults.TargetsTurned,
                at + "targetMax"
            )
            .Require(indicator.Scale > 0 && indicator.Scale <= 1_000_000_000, CockpitFaults.BadScale, at + "scale");
        Text(faults, indicator.NameZh, at + "nameZh", required: true);
        Text(faults, indicator.NameEn, at + "nameEn", required: true);
        Text(faults, indicator.GroupZh, at + "groupZh");
        Text(faults, indicator.Unit, at + "unit");
        Text(faults, indicator.OwnerZh, at + "ownerZh");
        Text(faults, indicator.DefinitionZh, at + "definitionZh", most: 1000);
        foreach (var (year, value) in indicator.Interim)
        {
            var right = IsYear(year) && year < indicator.TargetYear && (indicator.BaselineYear is null || year > indicator.BaselineYear);
            faults.Require(right && IsNumber(value), CockpitFaults.BadInterim, at + "interim", year.ToString(CultureInfo.InvariantCulture));
        }

        Expression(faults, indicator.Numerator, at + "numerator");
        Expression(faults, indicator.Denominator, at + "denominator");
        faults.Require(
            indicator.Numerator is not null || indicator.Denominator is null,
            CockpitFaults.DenominatorAlone,
            at + "denominator"
        );
    }

    /// <summary>Reads an expression; what is wrong with it becomes a fault of the field.</summary>
    public static Node? Expression(FaultList faults, string? text, string field)
    {
        if (text is null)
        {
            return null;
        }

        try
        {
            return Parser.Parse(text);
        }
        catch (ExpressionFault fault)
        {
            faults.Add(fault.Definition, field, fault.Arguments);
            return null;
        }
    }

    private static void Text(FaultList faults, string? text, string field, bool required = false, int most = LongestText) =>
        faults.Require(
            (!required || !string.IsNullOrWhiteSpace(text)) && (text?.Length ?? 0) <= most && text?.Any(c => char.IsControl(c)) is not true,
            CockpitFaults.BadText,
            field,
            most
        );

    private static bool IsCode(string? code) =>
        code is { Length: >= 2 and <= 40 }
        && (char.IsAsciiLetterLower(code[0]) || char.IsAsciiDigit(code[0]))
        && code.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private static bool IsYear(int year) => year is >= 1950 and <= 2100;

    private static bool IsNumber(decimal? value) =>
        value is null || Math.Abs(value.Value) <= Largest && Math.Round(value.Value, 8) == value;
}
