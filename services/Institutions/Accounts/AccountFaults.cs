using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions;

public static partial class InstitutionsFaults
{
    public static readonly FaultDefinition NoSession = new(
        "INS-0207",
        409,
        "当前令牌不是人员登录会话",
        "this token is no person's session"
    );
    public static readonly FaultDefinition KeyTooNew = new(
        "INS-0208",
        409,
        "下一把签名密钥刚刚发布,各服务尚未知晓,请稍后再轮换",
        "the next signing key was published only just now; rotate again in a moment"
    );
    public static readonly FaultDefinition AccountNotFound = new("INS-0301", 404, "未找到该账号", "no such account");
    public static readonly FaultDefinition AccountName = new(
        "INS-0302",
        400,
        "账号名须为 3 至 64 位小写字母、数字、点、下划线或连字符,以字母开头",
        "a name is 3 to 64 lower-case letters, digits, dots, underscores or hyphens and begins with a letter"
    );
    public static readonly FaultDefinition NameTaken = new("INS-0303", 409, "该账号名已被使用", "that name is taken", GrpcStatus: 6);
    public static readonly FaultDefinition UnknownRole = new("INS-0304", 400, "未知的角色", "unknown role");
    public static readonly FaultDefinition RoleNotOfKind = new(
        "INS-0305",
        400,
        "该类别的机构不能拥有角色 {0}",
        "an institution of this kind cannot hold the role {0}"
    );
    public static readonly FaultDefinition RoleBeyondReach = new(
        "INS-0306",
        403,
        "当前身份无权授予或管理角色 {0}",
        "this identity may not grant or manage the role {0}"
    );
    public static readonly FaultDefinition RoleOfOtherKind = new(
        "INS-0307",
        400,
        "角色 {0} 不适用于此类账号",
        "the role {0} is not for this kind of account"
    );
    public static readonly FaultDefinition RolesMissing = new("INS-0308", 400, "至少需要一个角色", "at least one role is needed");
    public static readonly FaultDefinition OwnAccount = new(
        "INS-0309",
        409,
        "不能停用自己的账号或修改自己的角色",
        "one's own account cannot be disabled nor its roles changed"
    );
    public static readonly FaultDefinition AlreadyDisabled = new("INS-0310", 409, "该账号已停用", "the account is disabled already");
    public static readonly FaultDefinition NotDisabled = new("INS-0311", 409, "该账号未停用", "the account is not disabled");
    public static readonly FaultDefinition SecretNotFound = new("INS-0312", 404, "未找到该密钥", "no such secret");
    public static readonly FaultDefinition TooManySecrets = new(
        "INS-0313",
        409,
        "有效密钥不能超过 {0} 个,请先吊销旧密钥",
        "no more than {0} secrets may be valid; revoke an old one first"
    );
    public static readonly FaultDefinition WrongRetirement = new(
        "INS-0314",
        400,
        "旧密钥的失效时间须在现在与 {0} 天之内",
        "the old secrets must retire between now and {0} days from now"
    );
    public static readonly FaultDefinition WrongList = new(
        "INS-0315",
        400,
        "列表参数不正确",
        "the list's limit (1 to 200) or next token is wrong"
    );
    public static readonly FaultDefinition OperatorExists = new(
        "INS-0316",
        409,
        "平台已有运维账号,不能再次初始化",
        "there is an operator already; the installation cannot be begun again"
    );
    public static readonly FaultDefinition PasswordShort = new(
        "INS-0331",
        400,
        "密码须为 {0} 至 {1} 个字符",
        "a password has {0} to {1} characters"
    );
    public static readonly FaultDefinition PasswordObvious = new(
        "INS-0332",
        400,
        "密码过于常见或规律,容易被猜中",
        "the password is too common or too regular; it would be guessed"
    );
    public static readonly FaultDefinition PasswordIsName = new(
        "INS-0333",
        400,
        "密码不能包含账号名或姓名",
        "a password must not contain the account's or the person's name"
    );
    public static readonly FaultDefinition PasswordUnchanged = new(
        "INS-0334",
        400,
        "新密码不能与当前密码相同",
        "the new password must differ from the current one"
    );
    public static readonly FaultDefinition WrongPublicKey = new(
        "INS-0341",
        400,
        "须为 PEM 格式的 ECDSA P-256 公钥(SubjectPublicKeyInfo),且不得含私钥",
        "an ECDSA P-256 public key as PEM (SubjectPublicKeyInfo) is needed, and never a private key"
    );
    public static readonly FaultDefinition KeyTaken = new(
        "INS-0342",
        409,
        "该公钥已登记",
        "that public key is registered already",
        GrpcStatus: 6
    );
    public static readonly FaultDefinition KeyNotFound = new("INS-0343", 404, "未找到该签名公钥", "no such signature key");
    public static readonly FaultDefinition KeyRevoked = new("INS-0344", 409, "该签名公钥已吊销", "the signature key is revoked already");
}
