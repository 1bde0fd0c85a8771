using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Decoction;

/// <summary>07: parcels, couriers and counters.</summary>
public static partial class DecoctionFaults
{
    public static readonly FaultDefinition ParcelState = new(
        "DEC-0701",
        409,
        "包裹当前状态为 {1},不能 {0}",
        "a parcel that is {1} cannot {0}",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition NotForPickUp = new(
        "DEC-0702",
        409,
        "该包裹是配送到家,不是自提",
        "this parcel is brought by courier and not fetched",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition WrongPickUpCode = new(
        "DEC-0703",
        409,
        "取药码不正确,或已停用(多次输错后须重新发送)",
        "the pick-up code is wrong, or stopped after too many tries until a new one is sent",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition CodesAway = new(
        "DEC-0704",
        503,
        "暂时无法核对,请稍后重试",
        "it cannot be looked up now; try again"
    );
    public static readonly FaultDefinition Recalled = new(
        "DEC-0705",
        409,
        "处方已退回({0}),包裹须退回中心",
        "the prescription was returned ({0}): the parcel goes back to the centre",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition ReceiverRelation = new(
        "DEC-0707",
        400,
        "签收人关系应为 self、family、proxy 或 desk",
        "the receiver's relation is self, family, proxy or desk"
    );
    public static readonly FaultDefinition PhotoHash = new(
        "DEC-0708",
        400,
        "照片摘要应为 SHA-256 的 64 位十六进制",
        "the photo's digest is 64 hexadecimal digits of SHA-256"
    );
    public static readonly FaultDefinition FirmCode = new(
        "DEC-0709",
        400,
        "配送单位的统一社会信用代码无效",
        "the courier firm's code is not valid"
    );
    public static readonly FaultDefinition ParcelCause = new("DEC-0710", 400, "原因应为:{0}", "the cause is one of: {0}");
    public static readonly FaultDefinition BeforePresent = new(
        "DEC-0711",
        409,
        "时间早于当前状态的开始时间 {0}",
        "earlier than the present state's beginning at {0}",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition StatusBatch = new(
        "DEC-0712",
        400,
        "一次须提交 1 至 500 条状态",
        "a call carries 1 to 500 statuses"
    );
    public static readonly FaultDefinition ReportKey = new(
        "DEC-0713",
        400,
        "须提供状态编号(1 至 100 个可见字符)",
        "the report's own id is needed (1 to 100 visible characters)"
    );
    public static readonly FaultDefinition NotCooled = new(
        "DEC-0714",
        409,
        "该包裹不是冷链运输",
        "this parcel does not travel cooled",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition ColdReadings = new(
        "DEC-0715",
        400,
        "一次须提交 1 至 {0} 个读数,温度为百分之一摄氏度(-10000 至 20000)",
        "a call carries 1 to {0} readings, in hundredths of a degree Celsius (-10000 to 20000)"
    );
}
