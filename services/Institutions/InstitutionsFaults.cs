using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions;

/// <summary>Error catalogue of the institutions service (INS-): 01 the register, 02 sign-in, 03 accounts and keys.</summary>
public static partial class InstitutionsFaults
{
    public static readonly FaultDefinition WrongCode = new(
        "INS-0101",
        400,
        "统一社会信用代码格式或校验码不正确(GB 32100)",
        "the organisation code's form or check character is wrong (GB 32100)"
    );
    public static readonly FaultDefinition TextMissing = new("INS-0102", 400, "不能为空", "must not be empty");
    public static readonly FaultDefinition TextTooLong = new("INS-0103", 400, "超过{0}个字符", "longer than {0} characters");
    public static readonly FaultDefinition UnknownKind = new("INS-0104", 400, "未知的机构类别", "unknown kind of institution");
    public static readonly FaultDefinition UnknownRegion = new(
        "INS-0105",
        400,
        "行政区划代码不存在或不在管辖范围内(GB/T 2260)",
        "the region code does not exist or is not within reach (GB/T 2260)"
    );
    public static readonly FaultDefinition WrongCoordinates = new(
        "INS-0106",
        400,
        "经纬度须同时给出且在有效范围内",
        "longitude and latitude must both be given and within range"
    );
    public static readonly FaultDefinition CodeTaken = new(
        "INS-0107",
        409,
        "该代码已登记",
        "that code is registered already",
        GrpcStatus: 6
    );
    public static readonly FaultDefinition InstitutionNotFound = new("INS-0108", 404, "未找到该机构", "no such institution");
    public static readonly FaultDefinition IfMatchMissing = new(
        "INS-0109",
        428,
        "修改须携带 If-Match 版本",
        "a change must carry the version in If-Match"
    );
    public static readonly FaultDefinition Stale = new(
        "INS-0110",
        412,
        "数据已被他人修改,请重新读取后再试",
        "it was changed meanwhile; read it again and retry"
    );
    public static readonly FaultDefinition AlreadySuspended = new("INS-0111", 409, "该机构已停用", "the institution is suspended already");
    public static readonly FaultDefinition NotSuspended = new("INS-0112", 409, "该机构未停用", "the institution is not suspended");
    public static readonly FaultDefinition WrongPage = new(
        "INS-0113",
        400,
        "分页参数须在 {0} 至 {1} 之间",
        "the paging value must be between {0} and {1}"
    );
    public static readonly FaultDefinition UnknownCategory = new("INS-0121", 400, "未知的执业类别", "unknown category of practitioner");
    public static readonly FaultDefinition WrongPractitionerCode = new(
        "INS-0122",
        400,
        "执业证书编号须为 6 至 32 位字母或数字",
        "the licence number must be 6 to 32 letters or digits"
    );
    public static readonly FaultDefinition RightsWithoutLicence = new(
        "INS-0123",
        400,
        "只有医师可以拥有毒性或麻醉药品处方权",
        "only a physician may hold the right to prescribe toxic or narcotic medicines"
    );
    public static readonly FaultDefinition InvalidClient = new(
        "INS-0201",
        401,
        "客户端标识或密钥不正确",
        "the client id or secret is wrong"
    );
    public static readonly FaultDefinition UnsupportedGrant = new(
        "INS-0202",
        400,
        "仅支持 client_credentials 授权方式",
        "only the client_credentials grant is supported"
    );
    public static readonly FaultDefinition Locked = new("INS-0203", 429, "失败次数过多,请稍后再试", "too many failures; try again later");
    public static readonly FaultDefinition Suspended = new("INS-0204", 403, "所属机构已停用", "the institution is suspended");
    public static readonly FaultDefinition WrongPassword = new("INS-0205", 401, "用户名或密码不正确", "the user name or password is wrong");
    public static readonly FaultDefinition MalformedTokenRequest = new(
        "INS-0206",
        400,
        "令牌请求格式不正确",
        "the token request is malformed"
    );
}
