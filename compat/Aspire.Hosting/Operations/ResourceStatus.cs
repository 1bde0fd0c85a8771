using Aspire.Hosting.Running;

namespace Aspire.Hosting.Operations;

/// <summary>One resource as <c>./tcm status --json</c> and the operations page show it.</summary>
internal sealed record ResourceStatus(
    string Name,
    string Kind,
    string State,
    string Health,
    IReadOnlyList<string> Urls,
    int? Pid,
    int Restarts
)
{
    public static ResourceStatus Of(ResourceRunner runner) =>
        new(runner.Name, runner.Kind, runner.State, HealthOf(runner), runner.Urls, runner.ProcessId, runner.Restarts);

    /// <summary><c>Healthy</c>, <c>Unhealthy</c>, or <c>Unknown</c> while nothing runs whose health could be told.</summary>
    public static string HealthOf(ResourceRunner runner) =>
        runner.IsReady ? "Healthy"
        : runner.State is ResourceStates.FailedToStart || runner.Healthy == false ? "Unhealthy"
        : "Unknown";
}
