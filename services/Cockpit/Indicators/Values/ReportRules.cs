using TcmBrain.Cockpit.Indicators.Plans;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Cockpit.Indicators.Values;

/// <summary>Who may report what, and who approves it (填报与审批规则).</summary>
public static class ReportRules
{
    public const int LongestEvidence = 1000;
    public const int LongestReason = 500;

    /// <summary>As of a plan's years.</summary>
    private const int FirstYear = 1950;

    /// <param name="plan">that the caller reads; null when there is none</param>
    /// <param name="today">in the region's time</param>
    public static FaultList Check(ReportRequest asked, Plan? plan, Reach reach, DateOnly today)
    {
        var indicator = plan?.Indicators.FirstOrDefault(i => i.Seq == asked.Seq);
        var region = asked.RegionCode ?? "";
        var faults = new FaultList()
            .Require(plan is not null, CockpitFaults.UnknownPlan, "plan")
            .Require(plan is null || indicator is not null, CockpitFaults.UnknownIndicator, "seq")
            .Require(indicator?.Computed is not true, CockpitFaults.ComputedNotReported, "seq")
            .Require(Contracts.RegionCode.IsWellFormed(region) && reach.Covers(region), CockpitFaults.UnknownRegion, "regionCode")
            .Require(asked.Day is not null, CockpitFaults.BadDate, "day")
            .Require(asked.Day is null || asked.Day <= today, CockpitFaults.FutureValue, "day")
            .Require(asked.Day is null || asked.Day.Value.Year >= FirstYear, CockpitFaults.LongPast, "day")
            .Require(asked.Value is not null, CockpitFaults.ValueMissing, "value")
            .Require(
                asked.Value is not { } value || (Math.Abs(value) <= 1e15m && Math.Round(value, 8) == value),
                CockpitFaults.BadValue,
                "value"
            )
            .Require(IsText(asked.Evidence, LongestEvidence), CockpitFaults.NoEvidence, "evidence", LongestEvidence);
        if (plan is not null && Contracts.RegionCode.IsWellFormed(region))
        {
            faults.Require(region == plan.RegionCode || Reach.IsAbove(plan.RegionCode, region), CockpitFaults.ReportRegion, "regionCode");
        }

        return faults;
    }

    /// <summary>A region above decides, and neither who reported nor anybody of the same institution.</summary>
    /// <returns>null when it may be decided</returns>
    public static FaultDefinition? WhyNot(Reach reach, string region, string reporter, string institution) =>
        reach.Name == reporter || (institution.Length > 0 && reach.Institution == institution) ? CockpitFaults.OwnReport
        : !Reach.IsAbove(reach.Home, region) ? CockpitFaults.NotAbove
        : null;

    public static bool IsText(string? text, int most) =>
        !string.IsNullOrWhiteSpace(text) && text.Length <= most && !text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t'));
}
