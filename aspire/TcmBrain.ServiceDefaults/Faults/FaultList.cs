using TcmBrain.Contracts;

namespace TcmBrain.ServiceDefaults.Faults;

/// <summary>Gathers every fault of a request before it is refused as a whole.</summary>
public sealed class FaultList
{
    private readonly List<Fault> faults = [];
    private int httpStatus;
    private string? problemType;

    public bool Any => faults.Count > 0;

    public IReadOnlyList<Fault> Faults => faults;

    /// <summary>Records a fault. The answer's HTTP status is that of the first one recorded.</summary>
    public FaultList Add(FaultDefinition definition, string field, params object[] arguments)
    {
        if (faults.Count == 0)
        {
            httpStatus = definition.HttpStatus;
            problemType = definition.ProblemType;
        }

        faults.Add(definition.At(field, arguments));
        return this;
    }

    /// <summary>Records a fault when <paramref name="holds"/> is false.</summary>
    public FaultList Require(bool holds, FaultDefinition definition, string field, params object[] arguments) =>
        holds ? this : Add(definition, field, arguments);

    /// <exception cref="FaultException">when any fault was recorded</exception>
    public void ThrowIfAny()
    {
        if (faults.Count > 0)
        {
            throw new FaultException(httpStatus, [.. faults]) { ProblemType = problemType };
        }
    }
}
