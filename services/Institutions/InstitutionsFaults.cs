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
    public static readonly FaultDefinition WrongToken = new("INS-0114", 400, "分页令牌无效", "the paging token is not valid");
    public static readonly FaultDefinition ControlCharacters = new("INS-0115", 400, "含有控制字符", "contains control characters");
    public static readonly FaultDefinition UnknownOwnership = new("INS-0116", 400, "未知的所有制", "unknown ownership");
    public static readonly FaultDefinition WrongLevel = new(
        "INS-0117",
        400,
        "该类别机构没有此等级(医院分级管理办法)",
        "an institution of that kind has no such level"
    );
    public static readonly FaultDefinition LicenceExpired = new("INS-0118", 400, "许可证或执业证书已过期", "the licence has expired");
    public static readonly FaultDefinition LicenceIncomplete = new(
        "INS-0119",
        400,
        "填写有效期须同时填写证号",
        "an expiry needs a licence number"
    );
    public static readonly FaultDefinition WrongBeds = new(
        "INS-0120",
        400,
        "床位数须在 0 至 20000 之间,且该类别机构可设床位",
        "beds must lie between 0 and 20000, and only in a kind of institution that has them"
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
    public static readonly FaultDefinition WrongHall = new(
        "INS-0124",
        400,
        "只有社区卫生服务中心和站可设中医馆(阁)",
        "only community centres and stations have a TCM hall"
    );
    public static readonly FaultDefinition UnknownSubject = new(
        "INS-0125",
        400,
        "不在医疗机构诊疗科目名录中",
        "not in the national list of diagnosis subjects"
    );
    public static readonly FaultDefinition Doubled = new("INS-0126", 400, "重复", "given twice");
    public static readonly FaultDefinition NoDepartments = new(
        "INS-0127",
        400,
        "该类别机构不设诊疗科目",
        "an institution of that kind has no departments"
    );
    public static readonly FaultDefinition CodeFixed = new("INS-0128", 400, "代码不可更改", "the code cannot be changed");
    public static readonly FaultDefinition AuthorityOnly = new(
        "INS-0129",
        403,
        "该项只能由主管部门或平台更改",
        "only the authority or the operator may change this"
    );
    public static readonly FaultDefinition OperatorKind = new(
        "INS-0130",
        403,
        "该类别机构只能由平台登记",
        "only the operator registers that kind of institution"
    );
    public static readonly FaultDefinition PractitionerNotFound = new("INS-0131", 404, "未找到该人员", "no such practitioner");
    public static readonly FaultDefinition UnknownGrade = new("INS-0132", 400, "未知的名医级别", "unknown famous-physician grade");
    public static readonly FaultDefinition UnknownMentor = new(
        "INS-0133",
        400,
        "师承导师不存在或不在管辖范围内",
        "the mentor does not exist or is not within reach"
    );
    public static readonly FaultDefinition MentorCycle = new("INS-0134", 400, "师承关系成环", "the mentors would form a cycle");
    public static readonly FaultDefinition UnknownInstitution = new(
        "INS-0135",
        400,
        "机构不存在或不在管辖范围内",
        "the institution does not exist or is not within reach"
    );
    public static readonly FaultDefinition SitesOfPhysicians = new(
        "INS-0136",
        400,
        "只有医师可多机构执业(医师执业注册管理办法)",
        "only a physician may practise in several institutions"
    );
    public static readonly FaultDefinition SuspendedByAuthority = new(
        "INS-0137",
        403,
        "由主管部门停用,本机构不能恢复",
        "suspended by the authority; the institution cannot undo it"
    );
    public static readonly FaultDefinition PractitionerSuspended = new(
        "INS-0138",
        409,
        "该人员已停用",
        "the practitioner is suspended already"
    );
    public static readonly FaultDefinition PractitionerNotSuspended = new(
        "INS-0139",
        409,
        "该人员未停用",
        "the practitioner is not suspended"
    );
    public static readonly FaultDefinition UnknownStatus = new("INS-0140", 400, "未知的状态", "unknown status");
    public static readonly FaultDefinition ConsortiumNotFound = new("INS-0141", 404, "未找到该联合体", "no such consortium");
    public static readonly FaultDefinition UnknownConsortiumKind = new("INS-0142", 400, "未知的联合体类别", "unknown kind of consortium");
    public static readonly FaultDefinition ConsortiumCycle = new(
        "INS-0143",
        400,
        "牵头关系成环:该成员直接或间接牵头本牵头机构所在的联合体",
        "leading would form a cycle: this member leads, directly or through others, the leading institution"
    );
    public static readonly FaultDefinition WrongConsortiumCode = new(
        "INS-0144",
        400,
        "联合体代码须为 4 至 32 位大写字母、数字或连字符",
        "the consortium's code must be 4 to 32 capital letters, digits or hyphens"
    );
    public static readonly FaultDefinition ConsortiumDissolved = new("INS-0145", 409, "该联合体已解散", "the consortium is dissolved");
    public static readonly FaultDefinition TooMany = new("INS-0146", 400, "超过{0}项", "more than {0}");
    public static readonly FaultDefinition RegionNotFound = new("INS-0151", 404, "未找到该行政区划", "no such region");
    public static readonly FaultDefinition WrongRegionCode = new(
        "INS-0152",
        400,
        "行政区划代码格式不正确(GB/T 2260)",
        "not the form of a region code (GB/T 2260)"
    );
    public static readonly FaultDefinition WrongParent = new(
        "INS-0153",
        400,
        "上级行政区划须为代码所示的上级,且未撤销",
        "the parent must be the region above by the code's digits, and not retired"
    );
    public static readonly FaultDefinition RegionCycle = new("INS-0154", 400, "行政区划成环", "a region cannot lie below itself");
    public static readonly FaultDefinition RegionInUse = new(
        "INS-0155",
        409,
        "该行政区划下仍有下级区划、机构或联合体",
        "there are regions, institutions or consortia in it still"
    );
    public static readonly FaultDefinition WrongPopulation = new(
        "INS-0156",
        400,
        "人口须在 0 至 {0} 之间",
        "the population must lie between 0 and {0}"
    );
    public static readonly FaultDefinition RegionRetired = new("INS-0157", 409, "该行政区划已撤销", "the region is retired");
    public static readonly FaultDefinition UnknownColumn = new("INS-0161", 400, "未知的列:{0}", "unknown column: {0}");
    public static readonly FaultDefinition MissingColumn = new("INS-0162", 400, "缺少列:{0}", "this column is missing: {0}");
    public static readonly FaultDefinition UnreadableText = new(
        "INS-0163",
        400,
        "文件编码须为 UTF-8 或 GB18030",
        "the file must be encoded in UTF-8 or GB18030"
    );
    public static readonly FaultDefinition TooManyRows = new("INS-0164", 400, "超过{0}行", "more than {0} rows");
    public static readonly FaultDefinition DoubledRow = new(
        "INS-0165",
        400,
        "文件中此代码已在前面出现",
        "this code stands in an earlier row of the file"
    );
    public static readonly FaultDefinition NotNumber = new("INS-0166", 400, "不是数字", "not a number");
    public static readonly FaultDefinition NotDate = new("INS-0167", 400, "不是日期(如 2027-12-31)", "not a date such as 2027-12-31");
    public static readonly FaultDefinition NotFlag = new("INS-0168", 400, "须为 是 或 否", "must be true or false");
    public static readonly FaultDefinition UnknownMode = new("INS-0169", 400, "未知的导入方式", "unknown way of importing");
    public static readonly FaultDefinition MalformedRow = new(
        "INS-0170",
        400,
        "行格式不正确(列数或引号)",
        "the row is malformed: number of cells, or quotes"
    );
    public static readonly FaultDefinition EmptyFile = new("INS-0171", 400, "文件没有标题行", "the file has no row of titles");
    public static readonly FaultDefinition ImportRunning = new(
        "INS-0172",
        409,
        "另一个导入正在进行,请稍后再试",
        "another import is running; try again later"
    );
    public static readonly FaultDefinition FileTooLarge = new("INS-0173", 413, "文件超过 {0} MiB", "the file is larger than {0} MiB");
    public static readonly FaultDefinition WrongAttribute = new(
        "INS-0174",
        400,
        "机构属性不在清单中,或数值超出范围",
        "not an attribute of the list, or out of its range"
    );
    public static readonly FaultDefinition UnknownDiscipline = new(
        "INS-0175",
        400,
        "医师类别须为 tcm、clinical、dental 或 public-health,且仅医师填写",
        "must be tcm, clinical, dental or public-health, and only of a physician"
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
