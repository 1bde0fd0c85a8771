using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Pharmacy;

/// <summary>Error catalogue of the shared pharmacy (PHA-): 01 goods-in and what is asked, 02 dispensing, 03 checking, 04 times, 05 withdrawal, 06 purchasing, 07 stockroom.</summary>
public static partial class PharmacyFaults
{
    public static readonly FaultDefinition UnknownPiece = new("PHA-0101", 422, "饮片目录中没有“{0}”", "the catalogue has no piece {0}");
    public static readonly FaultDefinition NotStandardName = new(
        "PHA-0102",
        422,
        "“{0}”不是规范名称:入库须用规范饮片名,如“{1}”",
        "{0} is not a standard name: goods-in takes the standard name of one piece, such as {1}"
    );
    public static readonly FaultDefinition TextMissing = new(
        "PHA-0103",
        422,
        "必填,最多 {0} 个字符,不含控制字符",
        "required, {0} characters at most, without control characters"
    );
    public static readonly FaultDefinition QuantityOutOfRange = new(
        "PHA-0104",
        422,
        "数量须在 {0} 至 {1} 毫克之间",
        "the quantity must be between {0} and {1} milligrams"
    );
    public static readonly FaultDefinition ProducedInFuture = new(
        "PHA-0105",
        422,
        "生产日期 {0} 在将来",
        "the day of production, {0}, is in the future"
    );
    public static readonly FaultDefinition ExpiryNotAfterProduction = new(
        "PHA-0106",
        422,
        "有效期至须晚于生产日期",
        "the day of expiry must be after the day of production"
    );
    public static readonly FaultDefinition ExpiredOnArrival = new("PHA-0107", 422, "该批次已于 {0} 过期", "the lot expired on {0}");

    /// <summary>《医院中药饮片管理规范》 国中医药发〔2007〕11号, acceptance: 合格标识/检验报告.</summary>
    public static readonly FaultDefinition CertificateMissing = new(
        "PHA-0108",
        422,
        "缺少合格证或检验报告编号,不得验收(《医院中药饮片管理规范》国中医药发〔2007〕11号)",
        "without the number of a certificate or test report nothing is accepted (国中医药发〔2007〕11号)"
    );
    public static readonly FaultDefinition AcceptedDifferently = new(
        "PHA-0109",
        409,
        "该批次已验收入库,但{0}不同",
        "this lot was accepted before, with another {0}",
        GrpcStatus: 6
    );
    public static readonly FaultDefinition NotACentre = new(
        "PHA-0110",
        409,
        "本机构不是在用的共享中药房",
        "this institution is not a shared pharmacy in operation"
    );
    public static readonly FaultDefinition UnknownState = new(
        "PHA-0111",
        400,
        "未知状态“{0}”:应为 reserved、dispensing 或 dispensed",
        "unknown state {0}: reserved, dispensing or dispensed"
    );
    public static readonly FaultDefinition BadPage = new("PHA-0112", 400, "分页参数无效", "the paging parameter is not valid");
    public static readonly FaultDefinition LotNotFound = new("PHA-0113", 404, "未找到该批次", "no such lot");
    public static readonly FaultDefinition PrescriptionNotFound = new("PHA-0114", 404, "未找到该处方", "no such prescription");

    public static readonly FaultDefinition WrongState = new(
        "PHA-0201",
        409,
        "处方状态为 {0},不能进行此操作",
        "the prescription is {0}: this cannot be done now"
    );
    public static readonly FaultDefinition OtherDispenser = new(
        "PHA-0202",
        409,
        "该处方由另一名调剂员调剂",
        "another dispenser has taken up this prescription"
    );
    public static readonly FaultDefinition UnknownLine = new("PHA-0203", 422, "处方没有第 {0} 味", "the prescription has no line {0}");
    public static readonly FaultDefinition WrongLot = new(
        "PHA-0204",
        422,
        "第 {0} 味预留的批号是 {1},不是 {2}",
        "the lot set aside for line {0} is {1}, not {2}"
    );
    public static readonly FaultDefinition WeightNotPositive = new("PHA-0205", 422, "称重须大于 0", "the weight must be above 0");

    /// <summary>《医院中药饮片管理规范》 国中医药发〔2007〕11号: 每剂重量误差应当在 ±5% 以内.</summary>
    public static readonly FaultDefinition OutOfTolerance = new(
        "PHA-0206",
        422,
        "第 {0} 味称得 {1} 毫克,应为 {2} 毫克,超出 ±5%(《医院中药饮片管理规范》国中医药发〔2007〕11号)",
        "line {0} weighed {1} mg instead of {2} mg, outside ±5 % (国中医药发〔2007〕11号)"
    );
    public static readonly FaultDefinition PortionTwice = new(
        "PHA-0207",
        422,
        "第 {0} 味批号 {1} 重复",
        "lot {1} stands twice for line {0}"
    );
    public static readonly FaultDefinition LotExpired = new("PHA-0208", 409, "批号 {0} 已于 {1} 过期", "lot {0} expired on {1}");
    public static readonly FaultDefinition LotNotGood = new(
        "PHA-0209",
        409,
        "批号 {0} 已{1},不得使用",
        "lot {0} is {2} and may not be used"
    );
    public static readonly FaultDefinition NotWeighed = new("PHA-0210", 409, "第 {0} 味尚未称重", "line {0} has not been weighed");
    public static readonly FaultDefinition NotEnoughOnShelf = new(
        "PHA-0211",
        409,
        "批号 {0} 余量不足:多称 {1} 毫克,货位仅余 {2} 毫克",
        "lot {0} has not enough left: {1} mg more were weighed, {2} mg are on the shelf"
    );
    public static readonly FaultDefinition NoPortions = new(
        "PHA-0212",
        422,
        "须至少有一条称重记录,最多 {0} 条",
        "one portion at least, {0} at most"
    );

    /// <summary>《处方管理办法》: 调配 and 核对 are signed by two people; 《医院中药饮片管理规范》: 复核率 100 %.</summary>
    public static readonly FaultDefinition CheckerIsDispenser = new(
        "PHA-0301",
        409,
        "复核人不得与调剂人为同一人(《医院中药饮片管理规范》国中医药发〔2007〕11号)",
        "the checker must not be the dispenser (国中医药发〔2007〕11号)"
    );
    public static readonly FaultDefinition OtherChecker = new(
        "PHA-0302",
        409,
        "该处方已由他人复核",
        "somebody else has checked this prescription"
    );

    public static readonly FaultDefinition InFuture = new(
        "PHA-0401",
        422,
        "时间 {0} 在将来:设备时钟最多可快 2 分钟",
        "{0} is in the future: a device's clock may be 2 minutes fast at most"
    );
    public static readonly FaultDefinition TooEarly = new(
        "PHA-0402",
        422,
        "时间早于上一步的时间 {0}",
        "this is before the previous step, at {0}"
    );
    public static readonly FaultDefinition RepeatedDifferently = new(
        "PHA-0403",
        409,
        "此步骤已记录,但内容不同",
        "this step was recorded before, with other content",
        GrpcStatus: 6
    );

    public static readonly FaultDefinition WithdrawMalformed = new("PHA-0501", 400, "缺少或格式不正确", "missing or malformed");
}
