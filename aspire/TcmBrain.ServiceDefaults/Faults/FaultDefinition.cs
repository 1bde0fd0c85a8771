using System.Globalization;
using TcmBrain.Contracts;

namespace TcmBrain.ServiceDefaults.Faults;

/// <summary>
/// One entry of a service's error catalogue: the code a machine reads, the HTTP status it travels with (the gRPC status
/// follows from it, see <see cref="GrpcStatusMap"/>) and the text in both languages. <c>{0}</c>, <c>{1}</c> … in the texts
/// are filled by <see cref="At"/>; arguments must never carry personal data.
/// </summary>
/// <param name="GrpcStatus">Only where the HTTP status does not say it well, for example 6 (ALREADY_EXISTS) for some 409.</param>
/// <param name="ProblemType">The problem type of a standard that the answer follows instead of the house's own; null for the house's.</param>
public sealed record FaultDefinition(string Code, int HttpStatus, string Zh, string En, int? GrpcStatus = null, string? ProblemType = null)
{
    /// <summary>
    /// Whether the same call, unchanged, may succeed later: something is away or overloaded. Everything else fails the same way until the
    /// caller changes what it asks.
    /// </summary>
    public bool IsRetryable => HttpStatus is 408 or 429 or 500 or 502 or 503 or 504;

    /// <summary>The fault at <paramref name="field"/> (a JSON or proto path; empty when the whole request is meant).</summary>
    public Fault At(string field, params object[] arguments) =>
        new(
            Code,
            field,
            string.Format(CultureInfo.InvariantCulture, Zh, arguments),
            string.Format(CultureInfo.InvariantCulture, En, arguments)
        );

    /// <summary>The exception that answers the request with this one fault.</summary>
    public FaultException Exception(string field = "", params object[] arguments) =>
        new(HttpStatus, At(field, arguments)) { GrpcStatus = GrpcStatus ?? GrpcStatusMap.FromHttp(HttpStatus), ProblemType = ProblemType };
}
