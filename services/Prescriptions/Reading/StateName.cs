using TcmBrain.Contracts.Prescriptions.V1;

namespace TcmBrain.Prescriptions.Reading;

/// <summary>A state's name over HTTP: lower case, <c>intercepted</c>.</summary>
public static class StateName
{
    public static string Of(State state) => state.ToString().ToLowerInvariant();

    public static State? Parse(string? name) =>
        Enum.TryParse<State>(name, ignoreCase: true, out var state) && state != State.Unspecified && Enum.IsDefined(state) ? state : null;
}
