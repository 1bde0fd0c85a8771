using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Quality;

/// <summary>05 1x control charts, 05 2x nonconformities.</summary>
public static partial class QualityFaults
{
    public static readonly FaultDefinition MatchRequired = new(
        "QUA-0501",
        428,
        "修改须带 If-Match(所见版本)",
        "a change needs If-Match with the version it was made from"
    );
    public static readonly FaultDefinition Stale = new(
        "QUA-0502",
        412,
        "记录已被他人修改,请刷新后重试",
        "somebody changed it meanwhile: load it again",
        GrpcStatus: 9
    );

    public static readonly FaultDefinition ChartNotFound = new("QUA-0511", 404, "未找到该控制图", "no such chart");
    public static readonly FaultDefinition BaselineWindow = new(
        "QUA-0512",
        400,
        "基线须有起止时间,且止晚于起",
        "a baseline needs a first and a later last moment"
    );
    public static readonly FaultDefinition BaselinePoints = new(
        "QUA-0513",
        422,
        "基线须有 {0} 至 {1} 个点,所选计 {2} 个",
        "a baseline needs {0} to {1} points; {2} were chosen",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition BaselineFlat = new(
        "QUA-0514",
        422,
        "所选各点数值相同,无法估计波动",
        "all the chosen points are alike: no spread can be told from them",
        GrpcStatus: 9
    );

    public static readonly FaultDefinition CaseNotFound = new("QUA-0521", 404, "未找到该不符合项", "no such nonconformity");
    public static readonly FaultDefinition CaseClosed = new(
        "QUA-0522",
        409,
        "该不符合项已关闭",
        "the nonconformity is closed",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition WrongStage = new(
        "QUA-0523",
        409,
        "当前阶段为 {0},不能执行此操作",
        "it is at stage {0}; this cannot be done yet",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition UnknownChoice = new("QUA-0524", 400, "“{0}”不在可选项中:{1}", "{0} is none of {1}");
    public static readonly FaultDefinition DueDay = new(
        "QUA-0525",
        400,
        "期限须在今天至一年之内",
        "the due day has to lie between today and a year from now"
    );
    public static readonly FaultDefinition ActionKnown = new(
        "QUA-0526",
        409,
        "该措施编号已存在",
        "there is an action of that id already",
        GrpcStatus: 6
    );
    public static readonly FaultDefinition ActionNotFound = new("QUA-0527", 404, "未找到该措施", "no such action");
    public static readonly FaultDefinition ActionDone = new("QUA-0528", 409, "该措施已完成", "the action is done already", GrpcStatus: 9);
    public static readonly FaultDefinition TooEarly = new(
        "QUA-0529",
        409,
        "措施须运行至 {0} 方可评价有效",
        "the actions have to be at work until {0} before they can be found effective",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition OwnWork = new(
        "QUA-0530",
        403,
        "效果须由处置人以外的人员评价",
        "the effect is checked by another person than those who dealt with it"
    );
    public static readonly FaultDefinition InFuture = new("QUA-0531", 400, "时间不得在将来", "the time lies in the future");
    public static readonly FaultDefinition CentreNotInSight = new(
        "QUA-0532",
        404,
        "未找到该中心,或不在您的管辖范围",
        "no such centre within your reach"
    );

    public static readonly FaultDefinition UnderLimit = new(
        "QUA-0541",
        422,
        "{0} {1} {3} 低于限度 {2} {3}({4})",
        "{5} {1} {3} is under the limit of {2} {3} ({4})",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition DetectionTooCoarse = new(
        "QUA-0542",
        400,
        "检出限 {0} {2} 高于限度 {1} {2},不能据此判定",
        "a detection limit of {0} {2} is above the limit of {1} {2}: it says nothing"
    );
    public static readonly FaultDefinition TestMissing = new(
        "QUA-0543",
        422,
        "缺少必检项目:{0}({2})",
        "a required test is missing: {1} ({2})",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition ResultKnown = new(
        "QUA-0544",
        409,
        "项目“{0}”已有结果;更正或复检须另行登记",
        "test {0} has a result: correct it, or retest",
        GrpcStatus: 6
    );
    public static readonly FaultDefinition ResultNotFound = new("QUA-0545", 404, "未找到该结果", "no such result");
    public static readonly FaultDefinition ResultSuperseded = new(
        "QUA-0546",
        409,
        "该结果已被更正或复检,请对最新结果操作",
        "that result was corrected or retested already: take the newest",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition NoRetest = new(
        "QUA-0547",
        409,
        "该结果不能复检:须不合格、未复检过且在期限内",
        "it cannot be retested: only once, when it does not pass, and within its days",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition RetestByOther = new(
        "QUA-0548",
        403,
        "复检须由原检验登记人以外的人员登记",
        "a retest is entered by another person than the first result"
    );
    public static readonly FaultDefinition GradeReason = new(
        "QUA-0549",
        400,
        "等级与规则所给“{0}”不同,须说明理由",
        "the grade differs from the rule's {0}: say why"
    );
    public static readonly FaultDefinition CertificateNotFound = new("QUA-0551", 404, "未找到该检验报告", "no such certificate");
    public static readonly FaultDefinition CertificateKind = new(
        "QUA-0552",
        415,
        "检验报告须为 PDF、PNG 或 JPEG 文件(按文件内容判断)",
        "a certificate has to be a PDF, PNG or JPEG file, by what is in it",
        GrpcStatus: 3
    );
    public static readonly FaultDefinition CertificateSize = new(
        "QUA-0553",
        413,
        "检验报告不得为空,且不超过 {0} MB",
        "a certificate must not be empty nor larger than {0} MB",
        GrpcStatus: 3
    );
    public static readonly FaultDefinition BadScorePeriod = new(
        "QUA-0561",
        400,
        "期间须起不晚于止,且不超过 {0} 天",
        "a period has to end no earlier than it begins, and to last {0} days at most"
    );
}
