using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace TcmBrain.ServiceDefaults.Storage;

/// <summary>Work a service does once when it starts, such as seeding its demo master data. Idempotent.</summary>
public interface IStartupTask
{
    Task RunAsync(CancellationToken cancellationToken);
}

internal sealed partial class StartupTaskRunner<TTask>(TTask task, ILogger<StartupTaskRunner<TTask>> logger)
    : BackgroundService,
        IHealthCheck
    where TTask : IStartupTask
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private volatile bool done;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(done ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("not yet run"));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var pause = TimeSpan.FromMilliseconds(200);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await task.RunAsync(stoppingToken);
                done = true;
                return;
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
            {
                // Away, or not yet migrated: Setup may still be at work.
                LogWaiting(typeof(TTask).Name, exception.Message);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Task} waits for the database: {Reason}")]
    private partial void LogWaiting(string task, string reason);
}
