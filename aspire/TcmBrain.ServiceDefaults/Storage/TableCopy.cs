using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace TcmBrain.ServiceDefaults.Storage;

/// <summary>
/// What a replica keeps in memory of a table that others change too (内存副本): read when the replica starts, then every second, and never twice at
/// once. The table is the truth; while the database is away the copy stays as it was.
/// </summary>
public abstract partial class TableCopy(TimeProvider time, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim one = new(1);

    protected TimeProvider Time => time;

    /// <summary>Reads now. As <see cref="IStartupTask.RunAsync"/> it is what the replica's readiness waits for.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await one.WaitAsync(cancellationToken);
        try
        {
            await ReadAsync(cancellationToken);
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>Brings what has changed into memory.</summary>
    protected abstract Task ReadAsync(CancellationToken cancellationToken);

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunAsync(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                LogStale(GetType().Name, e.Message);
            }
            catch (OperationCanceledException) { }

            await Task.Delay(Every, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public override void Dispose()
    {
        one.Dispose();
        base.Dispose();
        GC.SuppressFinalize(this);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Copy} is not refreshed: {Reason}")]
    private partial void LogStale(string copy, string reason);
}
