using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Prescriptions;

/// <summary>Error catalogue of prescriptions (PRX-). 01xx: what is written is wrong; 02xx: what is asked does not fit what stands.</summary>
public static class PrescriptionsFaults
{
    private const int AlreadyExists = 6;
    private const int FailedPrecondition = 9;

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

    public static readonly FaultDefinition OtherContent = new(
        "PRX-0201",
        409,
        "同一处方号与版次已存在不同内容(已存 SHA-256 {0},本次 {1})",
        "other content stands under this number and revision (stored SHA-256 {0}, sent {1})",
        AlreadyExists
    );
    public static readonly FaultDefinition NotFound = new("PRX-0202", 404, "未找到该处方", "no such prescription");
    public static readonly FaultDefinition NotWaiting = new(
        "PRX-0203",
        409,
        "该处方当前状态为 {0},无需处理",
        "the prescription is {0}; there is nothing to decide",
        FailedPrecondition
    );
    public static readonly FaultDefinition NotSigned = new(
        "PRX-0204",
        409,
        "医师尚未双签,药师不能批准(《处方管理办法》第三十五条)",
        "the prescriber has not signed again; it cannot be approved yet (Prescription Administration Rules, art. 35)",
        FailedPrecondition
    );
    public static readonly FaultDefinition Unresolved = new(
        "PRX-0205",
        409,
        "药名仍有歧义,不能批准;请退回医师修改",
        "a name is still ambiguous; it cannot be approved, return it to the prescriber",
        FailedPrecondition
    );
    public static readonly FaultDefinition Suspended = new(
        "PRX-0206",
        403,
        "本机构已被暂停,不能推送处方",
        "the institution is suspended and may not push"
    );
    public static readonly FaultDefinition WrongPrescriber = new(
        "PRX-0207",
        403,
        "双签须由原处方医师作出",
        "only the prescriber who wrote it can sign again"
    );
    public static readonly FaultDefinition PharmacyAway = new(
        "PRX-0208",
        503,
        "共享药房暂时不可用,无法确定能否撤销,请稍后以相同内容重试",
        "the pharmacy is away, so it cannot be told whether cancelling is still possible; retry the same call later"
    );
    public static readonly FaultDefinition ResumeToken = new("PRX-0209", 400, "续传标记不正确", "not a resume token of this stream");
    public static readonly FaultDefinition Overloaded = new(
        "PRX-0210",
        503,
        "系统繁忙,请稍后以相同内容重试",
        "overloaded; retry the same call later"
    );
    public static readonly FaultDefinition WatchEnds = new(
        "PRX-0290",
        503,
        "本次订阅到此结束,请用最后收到的续传标记重新订阅",
        "this stream ends here; open another with the last resume token received"
    );
}
