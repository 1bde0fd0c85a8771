using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Prescriptions;

// 06xx: advice at order time (CDS Hooks).
public static partial class PrescriptionsFaults
{
    public static readonly FaultDefinition CdsServiceNotFound = new("PRX-0601", 404, "没有这个 CDS 服务", "no such CDS service");
    public static readonly FaultDefinition WrongHook = new(
        "PRX-0602",
        400,
        "该服务只接受钩子 {0}",
        "this service answers the hook {0} only"
    );
    public static readonly FaultDefinition NotFhir = new(
        "PRX-0603",
        400,
        "不是所要求的 FHIR R4 内容:{0}",
        "not the FHIR R4 content that is asked for: {1}"
    );
    public static readonly FaultDefinition NoName = new(
        "PRX-0604",
        400,
        "缺饮片名称:应写在 medicationCodeableConcept 的 text 或 coding.display",
        "no name of a piece: it belongs into medicationCodeableConcept, as text or coding.display"
    );
    public static readonly FaultDefinition NoWeight = new(
        "PRX-0605",
        400,
        "缺每剂用量:应写在 dosageInstruction[0].doseAndRate[0].doseQuantity,单位 g 或 mg",
        "no weight in one dose: it belongs into dosageInstruction[0].doseAndRate[0].doseQuantity, in g or mg"
    );
    public static readonly FaultDefinition CardNotFound = new("PRX-0606", 404, "未找到该提示卡", "no such card");
    public static readonly FaultDefinition UnknownOutcome = new(
        "PRX-0607",
        400,
        "outcome 应为 accepted 或 overridden",
        "the outcome is accepted or overridden"
    );
}
