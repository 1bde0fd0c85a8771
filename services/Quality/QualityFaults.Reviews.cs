using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Quality;

public static partial class QualityFaults
{
    public static readonly FaultDefinition NotAChoice = new("QUA-0401", 400, "“{0}”不在可选范围", "{0} is not one of the choices");
    public static readonly FaultDefinition OutOfRange = new("QUA-0402", 400, "须在 {0} 至 {1} 之间", "this has to be between {0} and {1}");
    public static readonly FaultDefinition BelowRegulation = new(
        "QUA-0403",
        422,
        "低于规定的下限 {0}",
        "below the {0} that the regulation asks for",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition RoutineHasTopic = new(
        "QUA-0404",
        400,
        "常规点评方案不得限定专题",
        "a routine plan is not narrowed to a topic"
    );
    public static readonly FaultDefinition TopicMissing = new(
        "QUA-0405",
        400,
        "专项点评须限定专题",
        "a special-topic plan has to name its topic"
    );
    public static readonly FaultDefinition UnknownPiece = new("QUA-0406", 400, "目录中没有饮片“{0}”", "{0} is no piece of the catalogue");
    public static readonly FaultDefinition PlanNotFound = new("QUA-0407", 404, "未找到该抽样方案", "no such sampling plan");
    public static readonly FaultDefinition PlanChanged = new(
        "QUA-0408",
        412,
        "方案已被他人修改,请刷新后再试",
        "the plan was changed meanwhile; read it again"
    );
    public static readonly FaultDefinition PlanVersionMissing = new(
        "QUA-0409",
        428,
        "修改方案须带 If-Match",
        "a change of a plan needs If-Match"
    );
    public static readonly FaultDefinition RunNotFound = new("QUA-0410", 404, "未找到该抽样批次", "no such draw");
    public static readonly FaultDefinition RunTaken = new(
        "QUA-0411",
        409,
        "该批次号已用于另一次抽样",
        "this id belongs to another draw",
        GrpcStatus: 6
    );
    public static readonly FaultDefinition NothingToDraw = new(
        "QUA-0412",
        409,
        "该时段没有可抽取的处方",
        "there is no prescription to draw from in this period",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition BadPeriod = new(
        "QUA-0413",
        400,
        "月份应为 yyyy-MM,起不晚于止,不超过 12 个月,不在将来",
        "months are yyyy-MM, from not after until, at most 12, none in the future"
    );
    public static readonly FaultDefinition PlanStopped = new(
        "QUA-0414",
        409,
        "该抽样方案已停用",
        "this sampling plan is no longer in use",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition ReviewHeld = new(
        "QUA-0420",
        409,
        "{0} 正在点评该处方,至 {1}",
        "{0} is at this review until {1}",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition Conflict = new(
        "QUA-0421",
        403,
        "与该处方有利害关系,应当回避",
        "there is a conflict of interest with this prescription"
    );
    public static readonly FaultDefinition WrongReviewStage = new(
        "QUA-0422",
        409,
        "该点评当前为“{0}”,不能执行此操作",
        "the review is {0}; this cannot be done now",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition Undecided = new(
        "QUA-0423",
        400,
        "预判代码“{0}”尚未确认或排除",
        "the pre-filled code {0} is neither confirmed nor dismissed"
    );
    public static readonly FaultDefinition CommentMissing = new(
        "QUA-0424",
        400,
        "代码“{0}”须说明理由",
        "code {0} needs a comment that says why"
    );
    public static readonly FaultDefinition SecondPersonNeeded = new(
        "QUA-0425",
        403,
        "复评、仲裁须由未参与前次点评的人员作出",
        "somebody who has not judged it before has to do this"
    );
    public static readonly FaultDefinition TooManyHeld = new(
        "QUA-0426",
        409,
        "同时领取不得超过 {0} 张",
        "nobody holds more than {0} at once",
        GrpcStatus: 8
    );
    public static readonly FaultDefinition UnknownReviewer = new("QUA-0427", 400, "未知点评员“{0}”", "{0} is no reviewer known here");
    public static readonly FaultDefinition OpenReviews = new(
        "QUA-0440",
        409,
        "尚有 {0} 张处方未办结,不能公示",
        "{0} reviews are not concluded; nothing can be published yet",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition PublicationNotFound = new("QUA-0441", 404, "未找到该公示", "no such publication");
    public static readonly FaultDefinition NothingToPublish = new(
        "QUA-0442",
        409,
        "该月没有可公示的点评",
        "there is nothing of this month to publish",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition ReasonForCorrection = new(
        "QUA-0443",
        400,
        "更正公示须说明理由",
        "a correction has to say why it is made"
    );
}
