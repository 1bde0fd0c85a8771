using TcmBrain.Contracts.Decoction.V1;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Decoction.Telemetry;

/// <summary>Counts what a call's readings were refused for, each reason with the first reading it met.</summary>
internal sealed class RefusalTally
{
    private readonly Dictionary<string, Refusal> refusals = [];

    public void Add(FaultDefinition fault, Reading reading)
    {
        if (!refusals.TryGetValue(fault.Code, out var refusal))
        {
            refusals.Add(
                fault.Code,
                refusal = new Refusal
                {
                    Code = fault.Code,
                    First = reading,
                    Zh = fault.Zh,
                    En = fault.En,
                }
            );
        }

        refusal.Count++;
    }

    public void WriteTo(ReportSummary summary)
    {
        summary.Refused = refusals.Values.Sum(r => r.Count);
        summary.Refusals.Add(refusals.Values.OrderBy(r => r.Code, StringComparer.Ordinal));
    }
}
