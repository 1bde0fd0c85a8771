using TcmBrain.Contracts.Prescriptions.V1;

namespace TcmBrain.Prescriptions.Reading;

/// <summary>The contract's enumerations over HTTP: lower case with hyphens, <c>intercepted</c>, <c>double-sign</c>.</summary>
public static class StateName
{
    public static string Of(State state) => state.ToString().ToLowerInvariant();

    public static string Of(Sex sex) => sex.ToString().ToLowerInvariant();

    public static string Of(Severity severity) =>
        severity switch
        {
            Severity.DoubleSign => "double-sign",
            Severity.Unspecified => "none",
            _ => severity.ToString().ToLowerInvariant(),
        };

    public static State? Parse(string? name) =>
        Enum.TryParse<State>(name, ignoreCase: true, out var state) && state != State.Unspecified && Enum.IsDefined(state) ? state : null;
}
