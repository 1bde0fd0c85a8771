using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Quality;

/// <summary>06: behaviour supervision.</summary>
public static partial class QualityFaults
{
    public static readonly FaultDefinition AlertNotFound = new("QUA-0601", 404, "未找到该监管线索", "no such alert");
    public static readonly FaultDefinition AlertStep = new(
        "QUA-0602",
        409,
        "状态为“{0}”的线索不能变为“{1}”",
        "an alert that is {0} cannot become {1}",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition AlertVersionMissing = new(
        "QUA-0603",
        428,
        "缺少 If-Match:须说明依据哪个版本处理",
        "If-Match is missing: it has to say which version was acted on"
    );
    public static readonly FaultDefinition AlertStale = new(
        "QUA-0604",
        412,
        "该线索已被他人处理或已更新,请重新查看",
        "the alert was acted on by somebody else or has changed; look at it again"
    );
    public static readonly FaultDefinition UnknownPattern = new("QUA-0605", 400, "未知监管规则“{0}”", "unknown pattern {0}");
    public static readonly FaultDefinition BadMonth = new("QUA-0606", 400, "月份须为 yyyy-MM", "a month has to be written yyyy-MM");
}
