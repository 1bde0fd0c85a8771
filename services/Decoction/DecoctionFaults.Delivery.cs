using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Decoction;

/// <summary>06: the patient's page, packing and labels.</summary>
public static partial class DecoctionFaults
{
    public static readonly FaultDefinition CodeNotFound = new("DEC-0601", 404, "没有这个查询码", "there is no such code");

    public static readonly FaultDefinition NotPacked = new(
        "DEC-0611",
        409,
        "尚未分装,或包裹已离开",
        "it is not packed yet, or its parcel has left",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition NotChecked = new(
        "DEC-0612",
        409,
        "分装尚未核对(清点、密封、装量、留样)",
        "the bags have not been checked yet (count, seal, volume, sample)",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition PackingChecked = new(
        "DEC-0613",
        409,
        "分装已于 {0} 核对,内容不同",
        "the packing was checked at {0} with another result",
        GrpcStatus: 6
    );
    public static readonly FaultDefinition ForeignBag = new(
        "DEC-0614",
        400,
        "药袋 {0} 不属于该处方",
        "bag {0} is none of this prescription's"
    );
    public static readonly FaultDefinition TooFewMeasured = new(
        "DEC-0615",
        400,
        "至少抽检 {0} 袋(密封与装量)",
        "at least {0} bags are measured for seal and volume"
    );
    public static readonly FaultDefinition SampleNotFound = new("DEC-0616", 404, "没有这份留样", "there is no such sample");
    public static readonly FaultDefinition SampleKept = new(
        "DEC-0617",
        409,
        "留样须保存至 {0}",
        "the sample is kept until {0}",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition SampleDisposal = new(
        "DEC-0618",
        400,
        "处理方式应为 expired、tested 或 spoiled",
        "the disposal is expired, tested or spoiled"
    );
    public static readonly FaultDefinition SampleAmount = new("DEC-0619", 400, "留样量应为 10 至 1000 毫升", "a sample has 10 to 1000 ml");
    public static readonly FaultDefinition SampleTooShort = new(
        "DEC-0620",
        400,
        "留样至少保存 {0} 小时",
        "a sample is kept for at least {0} hours"
    );

    public static readonly FaultDefinition LabelUnknown = new(
        "DEC-0621",
        404,
        "没有这个标签对象",
        "there is nothing of that kind to label"
    );
    public static readonly FaultDefinition ReprintReason = new(
        "DEC-0622",
        400,
        "补打须说明原因(1 至 100 个字符)",
        "a further print needs its reason (1 to 100 characters)"
    );
    public static readonly FaultDefinition LabelFont = new(
        "DEC-0623",
        503,
        "服务器没有中文字体:安装 fonts-wqy-microhei,或配置 Delivery:FontFile",
        "there is no Chinese font: install fonts-wqy-microhei or set Delivery:FontFile"
    );
    public static readonly FaultDefinition LabelPatientAway = new(
        "DEC-0624",
        503,
        "暂时读取不到患者姓名,请稍后再打印",
        "the patient's name cannot be read now; print again later"
    );
    public static readonly FaultDefinition LabelPatientGone = new(
        "DEC-0625",
        409,
        "患者信息已删除或处方已办结,不能再打印标签",
        "the patient's identity is erased or the prescription has ended: no label is printed any more",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition LabelVoid = new("DEC-0626", 404, "没有这张标签", "there is no such print");
}
