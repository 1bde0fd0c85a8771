using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Cockpit;

/// <summary>Error catalogue of the cockpit (COC-).</summary>
public static class CockpitFaults
{
    public static readonly FaultDefinition UnknownRegion = new(
        "COC-0101",
        404,
        "没有这个行政区划，或不在您的管辖范围内",
        "there is no such region, or it is not within yours"
    );
    public static readonly FaultDefinition BadDay = new(
        "COC-0102",
        400,
        "日期应为 yyyy-MM-dd,且不晚于今天",
        "the day must be yyyy-MM-dd and not after today"
    );
    public static readonly FaultDefinition BadLimit = new("COC-0103", 400, "条数应在 1 到 {0} 之间", "the limit must be from 1 to {0}");
    public static readonly FaultDefinition BadPosition = new(
        "COC-0104",
        400,
        "起始位置应为非负整数",
        "the position must be a whole number, not negative"
    );
    public static readonly FaultDefinition TooManyStreams = new(
        "COC-0105",
        503,
        "实时连接数已达上限，请稍后再试",
        "too many live connections; try again later"
    );
    public static readonly FaultDefinition UnknownInstitution = new(
        "COC-0106",
        404,
        "没有这家机构，或不在您的管辖范围内",
        "there is no such institution, or it is not within your reach"
    );
}
