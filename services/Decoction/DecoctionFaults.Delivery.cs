using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Decoction;

/// <summary>06: packing, labels and the patient's page.</summary>
public static partial class DecoctionFaults
{
    public static readonly FaultDefinition CodeNotFound = new("DEC-0601", 404, "没有这个查询码", "there is no such code");
}
