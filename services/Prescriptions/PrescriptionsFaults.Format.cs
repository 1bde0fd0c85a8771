using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Prescriptions;

/// <summary>01xx: what is written is wrong.</summary>
public static partial class PrescriptionsFaults
{
    public static readonly FaultDefinition Missing = new("PRX-0101", 400, "必填项缺失", "this field is required");
    public static readonly FaultDefinition TooLong = new(
        "PRX-0102",
        400,
        "超过允许的 {0} 个字符",
        "longer than the {0} characters allowed"
    );
    public static readonly FaultDefinition OutOfRange = new("PRX-0103", 400, "数值应在 {0} 至 {1} 之间", "must lie between {0} and {1}");
    public static readonly FaultDefinition Weight = new(
        "PRX-0104",
        400,
        "每剂用量应为大于 0 且不超过 {0} 毫克的整数(《处方管理办法》第六条)",
        "the weight in one dose must be more than 0 and at most {0} mg (Prescription Administration Rules, art. 6)"
    );
    public static readonly FaultDefinition Lines = new("PRX-0105", 400, "饮片味数应在 1 至 {0} 之间", "a prescription has 1 to {0} lines");
    public static readonly FaultDefinition IdentityNumber = new(
        "PRX-0106",
        400,
        "居民身份证号的格式、出生日期或校验码不正确(GB 11643)",
        "the identity number's form, birth date or check character is wrong (GB 11643)"
    );
    public static readonly FaultDefinition BirthDate = new(
        "PRX-0107",
        400,
        "出生日期应为 yyyy-MM-dd,不晚于今日,且与身份证号一致",
        "the birth date must be yyyy-MM-dd, not in the future, and agree with the identity number"
    );
    public static readonly FaultDefinition Sex = new(
        "PRX-0108",
        400,
        "性别与身份证号不一致",
        "the sex does not agree with the identity number"
    );
    public static readonly FaultDefinition DiseaseCode = new(
        "PRX-0109",
        400,
        "中医病名代码不符合 GB/T 15657-2021 的格式(A 开头,两位数字分段)",
        "not a disease code of GB/T 15657-2021 (A and groups of two digits)"
    );
    public static readonly FaultDefinition SyndromeCode = new(
        "PRX-0110",
        400,
        "中医证候代码不符合 GB/T 15657-2021 的格式(B 开头,两位数字分段)",
        "not a syndrome code of GB/T 15657-2021 (B and groups of two digits)"
    );
    public static readonly FaultDefinition Region = new("PRX-0111", 400, "行政区划代码不正确(GB/T 2260)", "not a region code (GB/T 2260)");
    public static readonly FaultDefinition Expired = new(
        "PRX-0112",
        400,
        "处方已过有效期:开具当日有效,最长不超过 3 天(《处方管理办法》第十八条)",
        "the prescription is no longer valid: the day of issue, three days at most (Prescription Administration Rules, art. 18)"
    );
    public static readonly FaultDefinition IssuedInFuture = new("PRX-0113", 400, "开具时间在未来", "issued in the future");
    public static readonly FaultDefinition VagueUsage = new(
        "PRX-0114",
        400,
        "用法用量不得使用「遵医嘱」「自用」等含糊字句(处方点评 1-8)",
        "usage may not be vague such as 遵医嘱 or 自用 (review code 1-8)"
    );
    public static readonly FaultDefinition Handling = new("PRX-0115", 400, "特殊煎服法不在允许的范围内", "not a known way of handling");
    public static readonly FaultDefinition ControlCharacters = new("PRX-0116", 400, "含有控制字符", "contains control characters");
    public static readonly FaultDefinition RefusedAtDoor = new("PRX-0117", 400, "审方拒收:{0}", "the audit refuses it at the door: {1}");
    public static readonly FaultDefinition NotAPiece = new(
        "PRX-0118",
        400,
        "中药饮片须单独开具处方,「{0}」不是饮片(《处方管理办法》第六条第(六)项)",
        "decoction pieces stand on a sheet of their own; {0} is no piece (Prescription Administration Rules, art. 6(6))"
    );
    public static readonly FaultDefinition WeightStep = new(
        "PRX-0119",
        400,
        "每剂用量应为 0.1 g(100 毫克)的整数倍;更细的剂量仅限毒性、贵细或冲服饮片(《中药处方格式及书写规范》)",
        "the weight in one dose must be whole tenths of a gram (100 mg); finer only for toxic, precious or powdered pieces (Format and Writing "
            + "Rules for TCM Prescriptions)"
    );
    public static readonly FaultDefinition SignatureMissing = new(
        "PRX-0120",
        400,
        "本机构已登记签名公钥,处方须附电子签名(《处方管理办法》第五条、第七条)",
        "the institution has registered a signature key, so the prescription must be signed (Prescription Administration Rules, arts. 5 and 7)"
    );
    public static readonly FaultDefinition SignatureWrong = new(
        "PRX-0121",
        400,
        "电子签名与处方内容不符(规范文本的 SHA-256 为 {0})",
        "the signature does not verify over the canonical form (whose SHA-256 is {0})"
    );
    public static readonly FaultDefinition SignatureKey = new(
        "PRX-0122",
        400,
        "签名公钥未登记、已撤销或不属于本机构",
        "the signature's key is not registered, is revoked, or is another institution's"
    );
    public static readonly FaultDefinition AgeWritten = new(
        "PRX-0123",
        400,
        "新生儿、婴幼儿应写日龄、月龄且与出生日期一致(应为 {0})(《处方管理办法》第六条第(一)项)",
        "days or months of age must be written for infants, and agree with the birth date (should be {0}) (Prescription Administration Rules, "
            + "art. 6(1))"
    );
    public static readonly FaultDefinition ChildWeight = new(
        "PRX-0124",
        400,
        "三岁以下患儿应注明体重(《处方管理办法》第六条第(一)项)",
        "the weight of a child under three must be written (Prescription Administration Rules, art. 6(1))"
    );
    public static readonly FaultDefinition WesternCode = new(
        "PRX-0125",
        400,
        "西医诊断代码不符合 ICD-10(GB/T 14396)的格式",
        "not a code of ICD-10 in the national form (GB/T 14396)"
    );
    public static readonly FaultDefinition PickUpWindow = new(
        "PRX-0126",
        400,
        "自提时间段应有起止,止晚于起且晚于开具时间,不超过 30 天",
        "a pick-up window has a beginning and a later end, ends after the issue, and is 30 days long at most"
    );
    public static readonly FaultDefinition DocumentNumber = new(
        "PRX-0127",
        400,
        "证件号码应为 4 至 32 位字母、数字或连字符",
        "the document's number must be 4 to 32 letters, digits and hyphens"
    );
    public static readonly FaultDefinition TakenAmount = new(
        "PRX-0128",
        400,
        "每日服用总量({0} ml)超过每日包装总量({1} ml)",
        "what is taken in a day ({0} ml) is more than what is packed for it ({1} ml)"
    );
    public static readonly FaultDefinition NameForm = new(
        "PRX-0129",
        400,
        "药名栏只写饮片名称,不含数字、单位或标点(《中药处方格式及书写规范》)",
        "a name is the piece's name alone, without digits, units or punctuation (Format and Writing Rules for TCM Prescriptions)"
    );
    public static readonly FaultDefinition BirthCertificate = new(
        "PRX-0130",
        400,
        "出生医学证明仅用于六岁以下患儿",
        "a birth certificate identifies children under six only"
    );
    public static readonly FaultDefinition FeeKind = new(
        "PRX-0131",
        400,
        "费别为必填项(《处方管理办法》附件一:处方前记)",
        "the kind of fee is required (Prescription Administration Rules, annex 1: head of the prescription)"
    );
}
