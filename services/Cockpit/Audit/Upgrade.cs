namespace TcmBrain.Cockpit.Audit;

/// <summary>Recomputes the numbers when this build counts other things than the one before (升级重算). Until then the old numbers are shown.</summary>
internal sealed partial class Upgrade(Rebuild rebuild, TimeProvider time, ILogger<Upgrade> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var pause = TimeSpan.FromSeconds(1);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await rebuild.RunIfOtherShapeAsync(stoppingToken) is { } rebuilt)
                {
                    LogRebuilt(rebuilt.Facts, rebuilt.Seconds);
                }

                return;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // The database is away or not set up yet.
                LogWaiting(e.Message);
                await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = TimeSpan.FromSeconds(Math.Min(30, pause.TotalSeconds * 2));
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Numbers recomputed from {Facts} facts in {Seconds} s: this build counts other things"
    )]
    private partial void LogRebuilt(long facts, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The numbers are not recomputed yet: {Reason}")]
    private partial void LogWaiting(string reason);
}
