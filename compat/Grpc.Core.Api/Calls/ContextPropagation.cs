namespace Grpc.Core;

/// <summary>What of a server call is handed down to the calls that it makes.</summary>
/// <param name="propagateDeadline">Whether the callee gets the caller's deadline.</param>
/// <param name="propagateCancellation">Whether cancelling the caller cancels the callee.</param>
public class ContextPropagationOptions(bool propagateDeadline = true, bool propagateCancellation = true)
{
    /// <summary>Deadline and cancellation are both handed down.</summary>
    public static readonly ContextPropagationOptions Default = new();

    /// <summary>Whether the callee gets the caller's deadline.</summary>
    public bool IsPropagateDeadline { get; } = propagateDeadline;

    /// <summary>Whether cancelling the caller cancels the callee.</summary>
    public bool IsPropagateCancellation { get; } = propagateCancellation;
}

/// <summary>Stands for a server call in the options of the calls that it makes. Only a transport makes one.</summary>
public abstract class ContextPropagationToken
{
    internal ContextPropagationToken() { }
}
