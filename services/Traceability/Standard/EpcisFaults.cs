using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Traceability;

/// <summary>04: what is asked of the EPCIS 2.0 interface; 05: its queries and subscriptions.</summary>
public static partial class TraceabilityFaults
{
    public static readonly FaultDefinition NotAcceptable = new(
        "TRC-0401",
        406,
        "仅能以 application/json 或 application/ld+json 应答",
        "answers are application/json or application/ld+json"
    );
    public static readonly FaultDefinition OtherVersion = new(
        "TRC-0402",
        406,
        "仅支持 EPCIS 与 CBV {0}",
        "EPCIS and CBV {0} are supported, no other version"
    );
    public static readonly FaultDefinition BadHeader = new("TRC-0403", 400, "{0} 应为 {1} 之一", "{0} is one of {1}");
    public static readonly FaultDefinition JobNotFound = new("TRC-0404", 404, "未找到该采集任务", "there is no such capture job");
    public static readonly FaultDefinition ResourceNotFound = new("TRC-0405", 404, "没有涉及该值的事件", "no event speaks of it");
    public static readonly FaultDefinition EventIdNotFound = new(
        "TRC-0406",
        404,
        "未找到该 eventID 的事件",
        "there is no event of that eventID"
    );

    public static readonly FaultDefinition UnknownParameter = new(
        "TRC-0501",
        400,
        "没有名为 {0} 的查询参数",
        "there is no query parameter {0}",
        ProblemType: EpcisProblem.QueryParameter
    );
    public static readonly FaultDefinition BadParameter = new(
        "TRC-0502",
        400,
        "查询参数值无效: 应为{0}",
        "the parameter's value is not valid: {1} is expected",
        ProblemType: EpcisProblem.QueryParameter
    );
    public static readonly FaultDefinition ExclusiveParameters = new(
        "TRC-0503",
        400,
        "{0} 与 {1} 不能同时使用",
        "{0} and {1} exclude each other",
        ProblemType: EpcisProblem.QueryParameter
    );
    public static readonly FaultDefinition LimitNeedsOrder = new(
        "TRC-0504",
        400,
        "eventCountLimit 须与 orderBy 同用",
        "eventCountLimit needs orderBy",
        ProblemType: EpcisProblem.QueryParameter
    );
    public static readonly FaultDefinition BadPageToken = new(
        "TRC-0505",
        400,
        "nextPageToken 无效、已失效或属于另一查询",
        "the nextPageToken is malformed, no longer valid, or of another query",
        ProblemType: EpcisProblem.QueryParameter
    );
    public static readonly FaultDefinition TooManyResults = new(
        "TRC-0506",
        413,
        "结果多于 {0} 条",
        "there are more than {0} results",
        ProblemType: EpcisProblem.QueryTooLarge
    );
    public static readonly FaultDefinition BadQuery = new(
        "TRC-0507",
        400,
        "查询定义须含 name(文本)与 query(对象)",
        "a query has a name, a text, and a query, an object",
        ProblemType: EpcisProblem.QueryValidation
    );
    public static readonly FaultDefinition QueryNotFound = new("TRC-0508", 404, "未找到该命名查询", "there is no such named query");
    public static readonly FaultDefinition QueryExists = new(
        "TRC-0509",
        409,
        "已有同名查询",
        "there is a query of that name already",
        GrpcStatus: 6
    );
    public static readonly FaultDefinition BadSubscription = new(
        "TRC-0510",
        400,
        "订阅须含 stream=true 或 schedule 之一, 且取值有效",
        "a subscription has either stream=true or a schedule, with valid values",
        ProblemType: EpcisProblem.SubscriptionControls
    );
    public static readonly FaultDefinition BadDestination = new(
        "TRC-0511",
        400,
        "dest 应为可公开访问的 http 或 https 地址",
        "dest is an http or https address that may be called",
        ProblemType: EpcisProblem.SubscriptionControls
    );
    public static readonly FaultDefinition SubscriptionNotFound = new("TRC-0512", 404, "未找到该订阅", "there is no such subscription");
}
