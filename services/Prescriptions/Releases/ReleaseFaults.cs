using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Prescriptions;

// 05xx: releases of the audit, and looking into them.
public static partial class PrescriptionsFaults
{
    public static readonly FaultDefinition BrokenRelease = new(
        "PRX-0501",
        400,
        "该知识与规则版本自相矛盾:{0}",
        "the release contradicts itself: {0}"
    );
    public static readonly FaultDefinition ReleaseNotFound = new("PRX-0502", 404, "未找到该版本", "no such release");
    public static readonly FaultDefinition ReleaseDecided = new("PRX-0503", 409, "该版本已有决定", "the release is already decided", 9);
    public static readonly FaultDefinition SamePerson = new(
        "PRX-0504",
        403,
        "提出人不能发布自己提出的版本",
        "who proposed a release cannot publish it"
    );
    public static readonly FaultDefinition StaleRelease = new(
        "PRX-0505",
        409,
        "提出之后已有其他版本发布,差异报告已过时,请重新提出",
        "another release was published since it was proposed, so its difference no longer holds; propose it again",
        9
    );
    public static readonly FaultDefinition NothingChanged = new(
        "PRX-0506",
        409,
        "与现行版本 {0} 没有差异",
        "it does not differ from {0}, which answers now",
        9
    );
    public static readonly FaultDefinition ReplayDays = new("PRX-0507", 400, "天数应在 1 至 {0} 之间", "days must lie between 1 and {0}");
    public static readonly FaultDefinition PieceNotFound = new(
        "PRX-0508",
        404,
        "目录中没有该饮片,或名称须由人确认",
        "no such piece, or a name that needs a person"
    );
    public static readonly FaultDefinition FormulaNotFound = new("PRX-0509", 404, "目录中没有该方剂", "no such formula");
}
