using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Prescriptions;

public static partial class PrescriptionsFaults
{
    public static readonly FaultDefinition IdentityErased = new(
        "PRX-0301",
        410,
        "患者身份信息已依法删除",
        "the patient's identity has been erased on lawful request"
    );
    public static readonly FaultDefinition StillUnderWay = new(
        "PRX-0302",
        409,
        "处方尚未办结(当前状态 {0}),办结后方可删除身份信息",
        "the prescription is still under way ({0}); the identity can be erased once it has ended",
        FailedPrecondition
    );
    public static readonly FaultDefinition PurposeMissing = new(
        "PRX-0303",
        400,
        "须说明用途或理由(1 至 256 个字符)",
        "the purpose or reason must be given (1 to 256 characters)"
    );
    public static readonly FaultDefinition SearchNumber = new(
        "PRX-0304",
        400,
        "须提供完整的证件号码(4 至 32 位字母、数字或连字符)",
        "a whole document number is needed (4 to 32 letters, digits and hyphens)"
    );
    public static readonly FaultDefinition AccessLogQuery = new(
        "PRX-0305",
        400,
        "查询条件不正确",
        "the query's time range, limit (1 to 200) or next token is wrong"
    );
}
