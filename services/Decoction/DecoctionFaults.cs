using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Decoction;

/// <summary>Error catalogue of the decoction room (DEC-): 01 what was asked, 02 steps, 03 parcels, 04 telemetry, 05 the room under supervision.</summary>
public static partial class DecoctionFaults
{
    public static readonly FaultDefinition UnknownStep = new(
        "DEC-0101",
        400,
        "未知工序“{0}”:应为 soaking、first-boil、second-boil 或 packing",
        "unknown step {0}: soaking, first-boil, second-boil or packing"
    );
    public static readonly FaultDefinition InFuture = new(
        "DEC-0102",
        400,
        "时间 {0} 在将来:设备时钟最多可快 2 分钟",
        "{0} is in the future: a device's clock may be 2 minutes fast at most"
    );
    public static readonly FaultDefinition UnknownVessel = new("DEC-0103", 400, "本中心没有煎药锅“{0}”", "this centre has no vessel {0}");
    public static readonly FaultDefinition FinishBeforeStart = new(
        "DEC-0104",
        400,
        "结束时间 {0} 不晚于开始时间 {1}",
        "the end {0} is not after the start {1}"
    );
    public static readonly FaultDefinition Missing = new("DEC-0105", 400, "缺少必填项", "this field is required");
    public static readonly FaultDefinition JobNotFound = new("DEC-0106", 404, "未找到该煎药任务", "no such decoction job");
    public static readonly FaultDefinition UnknownState = new("DEC-0107", 400, "未知状态“{0}”", "unknown state {0}");
    public static readonly FaultDefinition BadPage = new("DEC-0108", 400, "分页参数无效", "the paging parameter is not valid");
    public static readonly FaultDefinition BadInterval = new(
        "DEC-0109",
        400,
        "查询时段无效:结束须晚于开始",
        "the interval is not valid: its end must be after its start"
    );

    public static readonly FaultDefinition OutOfOrder = new(
        "DEC-0201",
        409,
        "工序顺序不符:{0} 之前须先完成 {1}",
        "out of order: {1} has to be finished before {0}",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition AlreadyStarted = new(
        "DEC-0202",
        409,
        "工序 {0} 已于 {1} 开始",
        "step {0} was already started at {1}",
        GrpcStatus: 6
    );
    public static readonly FaultDefinition NotStarted = new(
        "DEC-0203",
        409,
        "工序 {0} 尚未开始",
        "step {0} has not been started",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition AlreadyFinished = new(
        "DEC-0204",
        409,
        "工序 {0} 已于 {1} 结束",
        "step {0} was already finished at {1}",
        GrpcStatus: 6
    );
    public static readonly FaultDefinition BeforePreviousEnd = new(
        "DEC-0205",
        409,
        "工序 {0} 的开始时间早于上一工序的结束时间 {1}",
        "step {0} would start before the previous one ended at {1}",
        GrpcStatus: 9
    );

    /// <summary>《医疗机构中药煎药室管理规范》 art. 15: no less than 30 minutes.</summary>
    public static readonly FaultDefinition SoakTooShort = new(
        "DEC-0206",
        422,
        "浸泡 {0} 分钟,少于 {1} 分钟({2})",
        "soaked for {0} minutes, less than {1} ({2})",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition VesselBusy = new(
        "DEC-0207",
        409,
        "煎药锅“{0}”在该时段已被占用",
        "vessel {0} is taken in that interval",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition OtherVessel = new(
        "DEC-0208",
        409,
        "该处方在煎药锅“{0}”中,一锅到底,不可换锅",
        "this prescription is in vessel {0} and stays in it",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition NotDecocted = new(
        "DEC-0209",
        409,
        "该处方由患者自煎,没有煎药工序",
        "this prescription is decocted by the patient; it has no steps here",
        GrpcStatus: 9
    );

    public static readonly FaultDefinition BeforeCheck = new(
        "DEC-0210",
        409,
        "开始时间早于调剂复核时间 {0}",
        "it would start before the dispensing was checked at {0}",
        GrpcStatus: 9
    );

    public static readonly FaultDefinition ParcelNotFound = new("DEC-0301", 404, "未找到该包裹", "no such parcel");
    public static readonly FaultDefinition NotShipped = new(
        "DEC-0302",
        409,
        "包裹尚未发出",
        "the parcel has not been shipped",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition AlreadyShipped = new(
        "DEC-0303",
        409,
        "包裹已于 {0} 发出",
        "the parcel was already shipped at {0}",
        GrpcStatus: 6
    );
    public static readonly FaultDefinition AlreadyDelivered = new(
        "DEC-0304",
        409,
        "包裹已于 {0} 送达",
        "the parcel was already delivered at {0}",
        GrpcStatus: 6
    );
    public static readonly FaultDefinition ShippedBeforeReady = new(
        "DEC-0305",
        409,
        "发出时间早于包裹备妥时间 {0}",
        "shipped before the parcel was ready at {0}",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition DeliveredBeforeShipped = new(
        "DEC-0306",
        409,
        "送达时间早于发出时间 {0}",
        "delivered before it was shipped at {0}",
        GrpcStatus: 9
    );
}
