namespace TcmBrain.ServiceDefaults.Faults;

/// <summary>Error catalogue: what any service may answer, whatever was asked (GEN-).</summary>
public static class GeneralFaults
{
    public static readonly FaultDefinition Unauthenticated = new(
        "GEN-0001",
        401,
        "缺少访问令牌或令牌无效",
        "the access token is missing or not valid"
    );
    public static readonly FaultDefinition Forbidden = new("GEN-0002", 403, "当前身份无权执行此操作", "this identity may not do that");
    public static readonly FaultDefinition Malformed = new("GEN-0003", 400, "请求内容格式不正确", "the request's content is malformed");
    public static readonly FaultDefinition InvalidUtf8 = new(
        "GEN-0004",
        400,
        "请求内容不是有效的 UTF-8 文本",
        "the request's content is not valid UTF-8"
    );
    public static readonly FaultDefinition TooLarge = new(
        "GEN-0005",
        413,
        "请求超过允许的大小(1 MiB)",
        "the request is larger than allowed (1 MiB)"
    );
    public static readonly FaultDefinition NotFound = new("GEN-0006", 404, "未找到", "not found");
    public static readonly FaultDefinition MethodNotAllowed = new(
        "GEN-0007",
        405,
        "该地址不支持此请求方法",
        "this address does not take that method"
    );
    public static readonly FaultDefinition UnsupportedMediaType = new(
        "GEN-0008",
        415,
        "不支持的内容类型",
        "the content type is not supported"
    );
    public static readonly FaultDefinition TooManyRequests = new(
        "GEN-0009",
        429,
        "请求过于频繁,请稍后再试",
        "too many requests; try again later"
    );
    public static readonly FaultDefinition Refused = new("GEN-0010", 400, "请求无法处理", "the request cannot be handled");
    public static readonly FaultDefinition Timeout = new("GEN-0011", 504, "处理超时", "the request took too long");
    public static readonly FaultDefinition Cancelled = new("GEN-0012", 499, "请求已被调用方取消", "the caller cancelled the request");
    public static readonly FaultDefinition CrossSite = new(
        "GEN-0013",
        403,
        "拒绝来自其他网站的请求",
        "a request from another site's page is refused"
    );
    public static readonly FaultDefinition Internal = new("GEN-0500", 500, "系统内部错误", "an internal error");
    public static readonly FaultDefinition Unimplemented = new("GEN-0501", 501, "不支持此操作", "this operation is not supported");
    public static readonly FaultDefinition BackendUnavailable = new(
        "GEN-0502",
        502,
        "后端服务暂时不可用",
        "a service behind this address is away"
    );
    public static readonly FaultDefinition DatabaseUnavailable = new(
        "GEN-0503",
        503,
        "数据库暂时不可用,请稍后重试",
        "the database is away; try again later"
    );
    public static readonly FaultDefinition BrokerUnavailable = new(
        "GEN-0504",
        503,
        "消息服务暂时不可用,请稍后重试",
        "the message broker is away; try again later"
    );
    public static readonly FaultDefinition IdentityUnavailable = new(
        "GEN-0505",
        503,
        "身份服务暂时不可用,请稍后重试",
        "the identity service is away; try again later"
    );
    public static readonly FaultDefinition Contended = new(
        "GEN-0506",
        503,
        "与同时进行的操作相冲突,未作任何改动,请重试",
        "it collided with something done at the same moment and nothing was changed; try again"
    );

    /// <summary>The entry that speaks for a bare HTTP status.</summary>
    public static FaultDefinition ForStatus(int httpStatus) =>
        httpStatus switch
        {
            401 => Unauthenticated,
            403 => Forbidden,
            404 => NotFound,
            405 => MethodNotAllowed,
            413 => TooLarge,
            415 => UnsupportedMediaType,
            429 => TooManyRequests,
            499 => Cancelled,
            501 => Unimplemented,
            502 or 503 => BackendUnavailable,
            504 => Timeout,
            >= 500 => Internal,
            _ => Refused,
        };
}
