using TcmBrain.Contracts;

namespace TcmBrain.ServiceDefaults.Faults;

/// <summary>
/// A refusal with every fault named and located. Over HTTP it becomes RFC 9457 problem details, over gRPC a status with
/// google.rpc details; the first fault's code is the answer's code. Nothing of the request may have been stored when it is thrown.
/// </summary>
public sealed class FaultException : Exception
{
    public FaultException(int httpStatus, params Fault[] faults)
        : base(faults.Length == 0 ? null : $"{faults[0].Code} {faults[0].En}")
    {
        if (faults.Length == 0)
        {
            throw new ArgumentException("A refusal names at least one fault.", nameof(faults));
        }

        HttpStatus = httpStatus;
        Faults = faults;
        GrpcStatus = GrpcStatusMap.FromHttp(httpStatus);
    }

    public int HttpStatus { get; }

    /// <summary>The gRPC status code; follows from <see cref="HttpStatus"/> unless set.</summary>
    public int GrpcStatus { get; init; }

    public IReadOnlyList<Fault> Faults { get; }

    /// <summary>The first fault's code, for example PRX-0104.</summary>
    public string Code => Faults[0].Code;

    /// <summary>The <c>type</c> of the problem details where a standard names it; null for the house's own.</summary>
    public string? ProblemType { get; init; }

    /// <summary>When set, sent as Retry-After (whole seconds, rounded up).</summary>
    public TimeSpan? RetryAfter { get; init; }
}
