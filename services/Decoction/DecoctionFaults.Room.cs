using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Decoction;

public static partial class DecoctionFaults
{
    public static readonly FaultDefinition ReadingVesselUnknown = new("DEC-0401", 400, "读数所指煎药锅不存在", "no such vessel");
    public static readonly FaultDefinition DeviceUnknown = new(
        "DEC-0402",
        400,
        "读数设备不是该煎药锅登记的控制器",
        "the device is not this vessel's registered controller"
    );
    public static readonly FaultDefinition DeviceUncalibrated = new(
        "DEC-0403",
        400,
        "读数时设备不在校准有效期内",
        "the device was not within its calibration when it measured"
    );
    public static readonly FaultDefinition ReadingInFuture = new(
        "DEC-0404",
        400,
        "读数时间在将来或缺失",
        "the reading's time is missing or in the future"
    );
    public static readonly FaultDefinition ClockOff = new(
        "DEC-0405",
        400,
        "设备时钟与平台相差超过 2 分钟,校时后重发",
        "the device's clock is off by more than 2 minutes: set it and send again"
    );
    public static readonly FaultDefinition ReadingAbsurd = new(
        "DEC-0406",
        400,
        "读数超出物理可能范围(−20…150 ℃,±1 MPa)",
        "the reading is beyond what can be (−20…150 °C, ±1 MPa)"
    );

    public static readonly FaultDefinition Held = new(
        "DEC-0501",
        409,
        "有 {0} 项偏差待处置,处置前不得继续",
        "{0} deviations wait for a decision; nothing goes on before",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition VesselBroken = new(
        "DEC-0502",
        409,
        "煎药锅“{0}”故障停用:{1}",
        "vessel {0} is broken: {1}",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition VesselNotClean = new(
        "DEC-0503",
        409,
        "煎药锅“{0}”上次使用后尚无清洗记录",
        "vessel {0} has no record of cleaning since it was last used",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition VesselUncalibrated = new(
        "DEC-0504",
        409,
        "煎药锅“{0}”不在校准有效期内",
        "vessel {0} is not within its calibration",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition OwnWork = new(
        "DEC-0505",
        409,
        "偏差须由未操作本任务的人员处置",
        "who worked on the job may not decide on its deviation",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition VesselTooSmall = new(
        "DEC-0506",
        409,
        "煎药锅“{0}”容量 {1} 毫升,少于所需 {2} 毫升",
        "vessel {0} holds {1} ml, less than the {2} ml needed",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition DeviationNotFound = new("DEC-0507", 404, "未找到该偏差", "no such deviation");
    public static readonly FaultDefinition AlreadyDecided = new(
        "DEC-0508",
        409,
        "该偏差已由 {0} 处置为 {1}",
        "{0} has decided this deviation already: {1}",
        GrpcStatus: 6
    );
    public static readonly FaultDefinition UnknownDecision = new(
        "DEC-0509",
        400,
        "未知处置“{0}”:应为 accept、rework 或 scrap",
        "unknown decision {0}: accept, rework or scrap"
    );
    public static readonly FaultDefinition NothingToRework = new(
        "DEC-0510",
        409,
        "没有可返工的煎煮工序:须在分装之前,且已开始煎煮",
        "there is no boil to do again: it must have begun, and packing not",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition Scrapped = new("DEC-0511", 409, "该任务已报废", "the job is scrapped", GrpcStatus: 9);
    public static readonly FaultDefinition TooLateToScrap = new(
        "DEC-0512",
        409,
        "包裹已发出,不能报废",
        "the parcel has left: it can no longer be scrapped",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition ReasonMissing = new(
        "DEC-0513",
        400,
        "须填写理由(1–500 字)",
        "a reason of 1 to 500 characters is required"
    );
    public static readonly FaultDefinition NothingOrdered = new("DEC-0514", 400, "没有任何调整", "nothing is ordered otherwise");
    public static readonly FaultDefinition BeyondLimit = new(
        "DEC-0515",
        400,
        "须在规则的硬限值 {0}–{1} 分钟之内",
        "must be within the rule's hard limits of {0} to {1} minutes"
    );
    public static readonly FaultDefinition TooLateToOverride = new(
        "DEC-0516",
        409,
        "头煎已开始,不能再调整煎煮方案",
        "the first boil has begun: the recipe can no longer be changed",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition UnknownAction = new("DEC-0517", 400, "本方没有“{0}”", "this prescription has no {0}");
    public static readonly FaultDefinition ActionOutsideBoil = new(
        "DEC-0518",
        409,
        "“{0}”须在头煎开始之后、结束之前",
        "{0} must be within the first boil",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition NotReleased = new(
        "DEC-0519",
        409,
        "批记录尚未放行,不能发出",
        "the batch record is not released: nothing may leave",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition RecordNotFound = new("DEC-0520", 404, "未找到该批记录", "no such batch record");
    public static readonly FaultDefinition BadCapacity = new(
        "DEC-0521",
        400,
        "容量应为 500–200000 毫升",
        "the capacity must be 500 to 200 000 ml"
    );
    public static readonly FaultDefinition UnknownKind = new(
        "DEC-0522",
        400,
        "类型应为 machine 或 pot,材质应为 ceramic、stainless 或 copper(禁用铁器)",
        "kind is machine or pot, material ceramic, stainless or copper (never iron)"
    );
    public static readonly FaultDefinition VesselInUse = new("DEC-0523", 409, "煎药锅“{0}”正在使用", "vessel {0} is in use", GrpcStatus: 9);
    public static readonly FaultDefinition BadValidity = new(
        "DEC-0524",
        400,
        "校准有效期须晚于校准时间,证书号必填",
        "a calibration needs a certificate and must be valid beyond its day"
    );
    public static readonly FaultDefinition NotBroken = new(
        "DEC-0525",
        409,
        "煎药锅“{0}”没有故障",
        "vessel {0} is not broken",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition NotJoined = new(
        "DEC-0526",
        409,
        "{0} 尚未完成,不能分装:完成并记录,或由具名人员处置偏差",
        "{0} is not done yet: do and record it, or a named person decides on the deviation, before packing",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition NotStrained = new(
        "DEC-0527",
        409,
        "“{0}”须在二煎结束、滤出药液之后",
        "{0} goes into the strained liquid, after the second boil has ended",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition PackedAlready = new(
        "DEC-0528",
        409,
        "分装已开始,不能再做“{0}”",
        "packing has begun: {0} can no longer be joined",
        GrpcStatus: 9
    );
}
