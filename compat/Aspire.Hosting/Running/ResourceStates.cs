namespace Aspire.Hosting.Running;

/// <summary>The words of Aspire's dashboard.</summary>
internal static class ResourceStates
{
    public const string NotStarted = "NotStarted";
    public const string Waiting = "Waiting";
    public const string Starting = "Starting";
    public const string Running = "Running";
    public const string Stopping = "Stopping";

    /// <summary>Stopped on request, or between a death and the next start.</summary>
    public const string Exited = "Exited";

    /// <summary>A job that ended well.</summary>
    public const string Finished = "Finished";
    public const string FailedToStart = "FailedToStart";
}
