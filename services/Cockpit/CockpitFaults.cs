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
        "日期应为 yyyy-MM-dd，且不晚于今天",
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
    public static readonly FaultDefinition UnknownMetric = new("COC-0201", 400, "没有这个指标口径", "there is no such metric");
    public static readonly FaultDefinition BadRange = new(
        "COC-0202",
        400,
        "时间范围应为 1 到 {0} 天，指标不多于 {1} 个",
        "the range must be of 1 to {0} days, with no more than {1} metrics"
    );
    public static readonly FaultDefinition BadToken = new("COC-0203", 400, "翻页标记无效", "this is no token of a page");
    public static readonly FaultDefinition BadHour = new("COC-0204", 400, "小时应为 0 到 23", "the hour must be from 0 to 23");
    public static readonly FaultDefinition StrangeCharacter = new(
        "COC-0301",
        400,
        "第 {0} 个字符不能用在算式中",
        "character {0} cannot stand in an expression"
    );
    public static readonly FaultDefinition BadNumber = new(
        "COC-0302",
        400,
        "第 {0} 个字符处不是数字",
        "there is no number at character {0}"
    );
    public static readonly FaultDefinition OpenQuote = new(
        "COC-0303",
        400,
        "第 {0} 个字符处的引号没有结束",
        "the quote at character {0} is not closed"
    );
    public static readonly FaultDefinition UnexpectedEnd = new(
        "COC-0304",
        400,
        "算式在第 {0} 个字符处中断",
        "the expression breaks off at character {0}"
    );
    public static readonly FaultDefinition Unexpected = new(
        "COC-0305",
        400,
        "第 {0} 个字符处不应有“{1}”",
        "'{1}' is not expected at character {0}"
    );
    public static readonly FaultDefinition UnknownName = new(
        "COC-0306",
        400,
        "第 {0} 个字符处：没有名为“{1}”的台账、字段、属性或计数",
        "at character {0}: there is no register, field, attribute or counter named '{1}'"
    );
    public static readonly FaultDefinition NotOfSort = new(
        "COC-0307",
        400,
        "第 {0} 个字符处：{1} 不能这样使用",
        "at character {0}: {1} cannot be used like this"
    );
    public static readonly FaultDefinition UnknownValue = new(
        "COC-0308",
        400,
        "第 {0} 个字符处：{1} 没有取值“{2}”",
        "at character {0}: {1} has no value '{2}'"
    );
    public static readonly FaultDefinition TooLong = new(
        "COC-0309",
        400,
        "第 {0} 个字符处：算式超过 {1} 个字符",
        "at character {0}: the expression is longer than {1} characters"
    );
    public static readonly FaultDefinition TooDeep = new(
        "COC-0310",
        400,
        "第 {0} 个字符处：嵌套超过 {1} 层",
        "at character {0}: nested deeper than {1}"
    );
    public static readonly FaultDefinition BadPlanCode = new(
        "COC-0321",
        400,
        "规划代码应为 2 到 40 个小写字母、数字或连字符",
        "a plan code is 2 to 40 lower-case letters, digits or hyphens"
    );
    public static readonly FaultDefinition TooManyIndicators = new(
        "COC-0322",
        400,
        "一个规划应有 1 到 {0} 项指标",
        "a plan has from 1 to {0} indicators"
    );
    public static readonly FaultDefinition DoubledSeq = new("COC-0323", 400, "指标序号重复", "the number of the indicator is used twice");
    public static readonly FaultDefinition BadSeq = new(
        "COC-0324",
        400,
        "指标序号应在 1 到 999 之间",
        "an indicator is numbered from 1 to 999"
    );
    public static readonly FaultDefinition UnknownKind = new("COC-0325", 400, "未知的指标性质", "unknown kind of indicator");
    public static readonly FaultDefinition UnknownDirection = new("COC-0326", 400, "方向应为 up 或 down", "the direction is up or down");
    public static readonly FaultDefinition BadYear = new("COC-0327", 400, "年份应在 1950 到 2100 之间", "a year is from 1950 to 2100");
    public static readonly FaultDefinition YearsTurned = new(
        "COC-0328",
        400,
        "目标年应晚于基期年",
        "the target year comes after the baseline year"
    );
    public static readonly FaultDefinition BaselineWithoutYear = new("COC-0329", 400, "有基期值就应有基期年", "a baseline has a year");
    public static readonly FaultDefinition TooLarge = new(
        "COC-0330",
        400,
        "数值过大，或超过 8 位小数",
        "the number is too large, or has more than 8 decimals"
    );
    public static readonly FaultDefinition TargetsTurned = new(
        "COC-0331",
        400,
        "目标上限不能小于下限",
        "the upper target is not below the lower one"
    );
    public static readonly FaultDefinition BadScale = new(
        "COC-0332",
        400,
        "系数应大于 0 且不超过 10 亿",
        "the scale is above 0 and at most a thousand million"
    );
    public static readonly FaultDefinition BadInterim = new(
        "COC-0333",
        400,
        "分年度目标 {0} 不在基期年与目标年之间，或数值不合规",
        "the interim target of {0} is not between baseline and target year, or no number of a plan"
    );
    public static readonly FaultDefinition DenominatorAlone = new("COC-0334", 400, "有分母就应有分子", "a denominator has a numerator");
    public static readonly FaultDefinition BadText = new(
        "COC-0335",
        400,
        "文字必填（或可空）且不超过 {0} 个字符，不含控制字符",
        "text that may be missing only where it is optional, at most {0} characters, no control characters"
    );
    public static readonly FaultDefinition UnknownPlan = new(
        "COC-0336",
        404,
        "没有这个规划，或不在您的范围内",
        "there is no such plan, or it is not within yours"
    );
    public static readonly FaultDefinition UnknownIndicator = new(
        "COC-0337",
        404,
        "没有这项指标，或不在您的范围内",
        "there is no such indicator, or it is not within yours"
    );
    public static readonly FaultDefinition PlanStale = new(
        "COC-0338",
        412,
        "规划已被他人修改，请重新载入",
        "somebody else has changed the plan; load it again"
    );
    public static readonly FaultDefinition PlanVersionMissing = new(
        "COC-0339",
        428,
        "修改规划须带 If-Match",
        "a change of a plan needs If-Match"
    );
    public static readonly FaultDefinition PlanTaken = new("COC-0340", 409, "规划代码已被使用", "the plan code is taken");
    public static readonly FaultDefinition StillReported = new(
        "COC-0341",
        409,
        "已有填报数据的指标不能删除：{0}",
        "an indicator that has reported values cannot be removed: {0}"
    );
    public static readonly FaultDefinition PlanRegionFixed = new(
        "COC-0342",
        400,
        "规划的行政区划不能更改",
        "the region of a plan does not change"
    );
    public static readonly FaultDefinition BadDate = new(
        "COC-0343",
        400,
        "日期应为 yyyy-MM-dd，且确有其日",
        "the date must be a day that exists, as yyyy-MM-dd"
    );
    public static readonly FaultDefinition BadPage = new("COC-0344", 400, "分页参数不正确", "the page is not one of ours");
    public static readonly FaultDefinition NoSuchPart = new(
        "COC-0345",
        404,
        "该指标没有可下钻的这一部分",
        "the indicator has no such part to open"
    );
    public static readonly FaultDefinition TargetMissing = new("COC-0346", 400, "请填写目标值", "the target is missing");
    public static readonly FaultDefinition NoValue = new(
        "COC-0351",
        404,
        "该日期没有已批准的填报值",
        "there is no approved value on that day"
    );
    public static readonly FaultDefinition NoRegister = new(
        "COC-0352",
        404,
        "该日期本地区尚无登记数据",
        "on that day nothing of the region was in the registers"
    );
    public static readonly FaultDefinition NoDenominator = new(
        "COC-0353",
        404,
        "分母为零或没有可比较的对象",
        "the denominator is nothing, or there is nothing to compare"
    );
    public static readonly FaultDefinition NoBaseline = new(
        "COC-0354",
        404,
        "没有基期值，无法与基期比较",
        "there is no baseline to measure against"
    );
    public static readonly FaultDefinition ComputedNotReported = new(
        "COC-0401",
        409,
        "该指标由平台计算，不接受填报",
        "the platform computes this indicator; it is not reported"
    );
    public static readonly FaultDefinition ValueTaken = new("COC-0402", 409, "该编号已用于另一份填报", "the id belongs to another report");
    public static readonly FaultDefinition BadValue = new(
        "COC-0403",
        400,
        "数值过大，或超过 8 位小数",
        "the value is too large, or has more than 8 decimals"
    );
    public static readonly FaultDefinition NoEvidence = new(
        "COC-0404",
        400,
        "应说明依据，且不超过 {0} 个字符",
        "say what it rests on, in at most {0} characters"
    );
    public static readonly FaultDefinition ReportRegion = new(
        "COC-0405",
        400,
        "只能填报规划地区及其下级",
        "a report is of the plan's region or one below it"
    );
    public static readonly FaultDefinition FutureValue = new(
        "COC-0406",
        400,
        "不能填报未来的日期",
        "a value of a day to come cannot be reported"
    );
    public static readonly FaultDefinition ValueMissing = new("COC-0413", 400, "请填写数值", "the value is missing");
    public static readonly FaultDefinition LongPast = new("COC-0414", 400, "日期不能早于 1950 年", "the day is not before 1950");
    public static readonly FaultDefinition UnknownReport = new(
        "COC-0407",
        404,
        "没有这份填报，或不在您的范围内",
        "there is no such report, or it is not within yours"
    );
    public static readonly FaultDefinition OwnReport = new(
        "COC-0408",
        409,
        "填报人及其单位不能审批自己的填报",
        "who reported, and whose institution did, does not approve it"
    );
    public static readonly FaultDefinition NotAbove = new("COC-0409", 403, "须由上级地区审批", "a region above approves");
    public static readonly FaultDefinition AlreadyDecided = new("COC-0410", 409, "该填报已有结论", "the report is decided already");
    public static readonly FaultDefinition NoReason = new(
        "COC-0411",
        400,
        "退回须说明理由，且不超过 {0} 个字符",
        "a rejection says why, in at most {0} characters"
    );
    public static readonly FaultDefinition UnknownState = new("COC-0412", 400, "未知的状态", "unknown state");
    public static readonly FaultDefinition UnreadableFile = new(
        "COC-0421",
        400,
        "不是 UTF-8 或 GB18030 的文本，也不是 .xlsx",
        "neither text in UTF-8 or GB18030 nor .xlsx"
    );
    public static readonly FaultDefinition FileTooLarge = new(
        "COC-0422",
        413,
        "文件或其展开后超过 {0} MiB",
        "the file, or what it unpacks to, is larger than {0} MiB"
    );
    public static readonly FaultDefinition BrokenWorkbook = new(
        "COC-0423",
        400,
        "工作簿已损坏或结构不受支持",
        "the workbook is broken, or not of the supported structure"
    );
    public static readonly FaultDefinition TooManyRows = new("COC-0424", 400, "超过 {0} 行", "more than {0} rows");
    public static readonly FaultDefinition EmptyFile = new("COC-0425", 400, "文件没有标题行", "the file has no row of titles");
    public static readonly FaultDefinition UnknownColumn = new("COC-0426", 400, "未知的列“{0}”", "unknown column '{0}'");
    public static readonly FaultDefinition MissingColumn = new("COC-0427", 400, "缺少列“{0}”", "the column '{0}' is missing");
    public static readonly FaultDefinition DoubledColumn = new("COC-0428", 400, "列“{0}”重复", "the column '{0}' is there twice");
    public static readonly FaultDefinition MalformedRow = new(
        "COC-0429",
        400,
        "行格式不正确（列数或引号）",
        "the row is malformed: number of cells, or quotes"
    );
    public static readonly FaultDefinition NotNumber = new("COC-0430", 400, "不是数字", "not a number");
    public static readonly FaultDefinition NotPercent = new(
        "COC-0434",
        400,
        "单位不是 %，不能填百分数",
        "the unit is not per cent, so a percentage cannot stand here"
    );
    public static readonly FaultDefinition OtherEpoch = new(
        "COC-0435",
        400,
        "该工作簿使用 1904 日期系统，日期会相差四年：请在 Excel 选项中取消“使用 1904 日期系统”，核对日期后再导入",
        "the workbook counts days from 1904, four years off: turn off the 1904 date system in Excel's options, check the dates, import again"
    );
    public static readonly FaultDefinition DoubledRow = new("COC-0431", 400, "与文件中的另一行重复", "doubles another row of the file");
    public static readonly FaultDefinition MixedPlan = new(
        "COC-0432",
        400,
        "同一规划的各行，其地区或名称不一致",
        "the rows of one plan disagree about its region or name"
    );
    public static readonly FaultDefinition UnknownMode = new(
        "COC-0433",
        400,
        "未知的导入或导出方式",
        "unknown way of importing or exporting"
    );
}
