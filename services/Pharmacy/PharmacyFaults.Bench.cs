using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Pharmacy;

public static partial class PharmacyFaults
{
    public static readonly FaultDefinition NoSuchStep = new(
        "PHA-0901",
        422,
        "第 {0} 味第 {1} 剂不从批号 {2} 取",
        "dose {1} of line {0} is not taken from lot {2}"
    );

    /// <summary>《医院中药饮片管理规范》 国中医药发〔2007〕11号; that toxic and precious pieces are weighed dose by dose is practice.</summary>
    public static readonly FaultDefinition EachDoseSingly = new(
        "PHA-0902",
        422,
        "第 {0} 味须逐剂称量({1} 剂)",
        "line {0} is weighed dose by dose: {1} doses"
    );
    public static readonly FaultDefinition DoseOutOfTolerance = new(
        "PHA-0903",
        422,
        "第 {0} 味第 {1} 剂称得 {2} 毫克,应为 {3} 毫克,允差 ±{4}%({5})",
        "dose {1} of line {0} weighed {2} mg instead of {3} mg, tolerance ±{4} % ({5})"
    );
    public static readonly FaultDefinition NoReading = new(
        "PHA-0904",
        409,
        "电子秤“{0}”没有近 {1} 秒内的读数",
        "scale {0} has sent nothing within {1} seconds"
    );
    public static readonly FaultDefinition Unstable = new("PHA-0905", 409, "电子秤“{0}”读数尚未稳定", "scale {0} is not steady yet");
    public static readonly FaultDefinition NotScannable = new(
        "PHA-0906",
        422,
        "无法识别的条码:应为批号或 GS1 条码(含 (10) 批号)",
        "not a code that can be read: a lot number, or GS1 with (10)"
    );
    public static readonly FaultDefinition LabelExpiryDiffers = new(
        "PHA-0907",
        409,
        "标签有效期 {0} 与批次记录 {1} 不符",
        "the label says that it expires on {0}, the lot's record says {1}"
    );
    public static readonly FaultDefinition NotPackedApart = new(
        "PHA-0908",
        409,
        "“{0}”的饮片尚未单独包装并贴签",
        "what is to be {0} is not yet packed apart and labelled"
    );
    public static readonly FaultDefinition NothingToPack = new(
        "PHA-0909",
        422,
        "处方没有“{0}”的饮片,或尚未称量",
        "nothing of the prescription is to be {0}, or it is not weighed yet"
    );
    public static readonly FaultDefinition WrongLabel = new("PHA-0910", 422, "标签应为 {0}", "the label must be {0}");

    /// <summary>《医疗用毒性药品管理办法》 国务院令第23号 art. 9; 《麻醉药品和精神药品管理条例》.</summary>
    public static readonly FaultDefinition NoWitness = new(
        "PHA-0911",
        409,
        "第 {0} 味为毒性或麻醉中药,须第二人在场核对后方可完成(国务院令第23号)",
        "line {0} is a toxic or narcotic piece: a second person has to confirm it first (State Council Order 23)"
    );
    public static readonly FaultDefinition WitnessIsDispenser = new(
        "PHA-0912",
        409,
        "双人调配的第二人不得为调剂人本人",
        "the second person must not be the dispenser"
    );
    public static readonly FaultDefinition NotControlled = new(
        "PHA-0913",
        422,
        "第 {0} 味无须双人调配,或尚未称量",
        "line {0} needs no second person, or is not weighed yet"
    );
    public static readonly FaultDefinition ItemNotChecked = new(
        "PHA-0914",
        409,
        "第 {0} 味尚未复核:复核须逐味进行",
        "line {0} is not checked yet: every item is checked"
    );
    public static readonly FaultDefinition TrayNotFound = new("PHA-0915", 404, "未找到该待清盘项", "no such tray");
    public static readonly FaultDefinition TraySettled = new(
        "PHA-0916",
        409,
        "该待清盘项已处理",
        "this tray has been seen to, in another way",
        GrpcStatus: 6
    );
    public static readonly FaultDefinition TrayNotOnShelf = new(
        "PHA-0917",
        409,
        "批号 {0} 账上只余 {1} 毫克,不足报损",
        "the books have only {1} mg of lot {0} left: it can't be written off"
    );
    public static readonly FaultDefinition WeightAbsurd = new("PHA-0918", 422, "称重 {0} 毫克超出电子秤量程", "{0} mg is beyond any scale");
    public static readonly FaultDefinition WeightOrScale = new(
        "PHA-0919",
        422,
        "须填重量或电子秤其中之一",
        "either a weight or a scale, not both and not neither"
    );
    public static readonly FaultDefinition LabelFont = new(
        "PHA-0920",
        503,
        "没有可用于打印标签的中文字体:请安装 fonts-wqy-microhei 或配置 Labels:FontFile",
        "no Chinese font to print labels with: install fonts-wqy-microhei or set Labels:FontFile"
    );
}
