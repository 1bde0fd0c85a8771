using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Quality;

/// <summary>07: evaluation (070x), satisfaction (071x), reports (072x).</summary>
public static partial class QualityFaults
{
    public static readonly FaultDefinition BadEvaluationPeriod = new(
        "QUA-0701",
        400,
        "时期须为 yyyy-MM、yyyy-Qn 或 yyyy",
        "a period has to be written yyyy-MM, yyyy-Qn or yyyy"
    );
    public static readonly FaultDefinition UnknownGroup = new(
        "QUA-0702",
        400,
        "评价对象须为 hospital 或 centre",
        "what is evaluated has to be hospital or centre"
    );
    public static readonly FaultDefinition EvaluatedNotFound = new("QUA-0703", 404, "未找到该机构的评价", "no such evaluation");
    public static readonly FaultDefinition UnknownIndicator = new("QUA-0704", 400, "未知指标“{0}”", "unknown indicator {0}");
    public static readonly FaultDefinition RegionNotYours = new(
        "QUA-0705",
        404,
        "未找到该地区,或不在管辖范围内",
        "no such region within your responsibility"
    );
    public static readonly FaultDefinition EvaluationPublicationNotFound = new("QUA-0706", 404, "未找到该发布结果", "no such publication");

    public static readonly FaultDefinition CodeNotFound = new("QUA-0711", 404, "没有找到这份药", "this medicine was not found");
    public static readonly FaultDefinition NotYetDelivered = new(
        "QUA-0712",
        409,
        "收到药后才能评价",
        "it can be rated once it has been handed over",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition AnsweringOver = new(
        "QUA-0713",
        409,
        "评价已截止",
        "the time for answering is over",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition ChangedTooOften = new("QUA-0714", 429, "修改次数过多", "changed too often");
    public static readonly FaultDefinition BadAnswer = new("QUA-0715", 400, "每题须为 1 到 5 分", "each answer has to be 1 to 5");
    public static readonly FaultDefinition AnswerNotFound = new("QUA-0716", 404, "未找到该评价", "no such answer");

    public static readonly FaultDefinition ReportNotFound = new("QUA-0721", 404, "未找到该报告", "no such report");
    public static readonly FaultDefinition ReportFont = new(
        "QUA-0722",
        503,
        "服务器缺少中文字体,无法生成 PDF",
        "the server has no font with Chinese characters; no PDF can be made"
    );
}
