using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Prescriptions;

// 07xx: an institution's own word on the audit.
public static partial class PrescriptionsFaults
{
    public static readonly FaultDefinition IfMatchMissing = new(
        "PRX-0701",
        428,
        "修改须携带 If-Match 版本(尚无设置时为 \"0\")",
        "a change must carry the version in If-Match (\"0\" while there is none)"
    );
    public static readonly FaultDefinition StalePolicy = new(
        "PRX-0702",
        412,
        "设置已被他人修改(当前版本 {0}),请重新读取后再改",
        "it was changed meanwhile (version {0} now); read it again before changing it"
    );
    public static readonly FaultDefinition PolicyLevel = new(
        "PRX-0703",
        400,
        "级别只能是 advise、double_sign、resolve 或 block",
        "a level is one of advise, double_sign, resolve and block"
    );
    public static readonly FaultDefinition PolicyRule = new("PRX-0704", 400, "现行规则中没有 {0}", "the release in force has no rule {0}");
    public static readonly FaultDefinition PolicyFloor = new(
        "PRX-0705",
        400,
        "该规则不得低于 {0}(审核级别须符合规则表)",
        "this rule may not be lower than {0}"
    );
    public static readonly FaultDefinition PolicyCustom = new("PRX-0706", 400, "处方应付不成立:{0}", "this custom is not allowed: {0}");
    public static readonly FaultDefinition NotReady = new(
        "PRX-0291",
        503,
        "服务正在启动,规则与登记尚未读入,请稍后以相同内容重试",
        "the service is starting and has not read rules and register yet; retry the same call later"
    );
}
