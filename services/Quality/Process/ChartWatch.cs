using Npgsql;
using TcmBrain.Exchange;

namespace TcmBrain.Quality.Process;

/// <summary>Has the charts look at what was measured since. Any number of replicas may run it: a chart is judged by one at a time.</summary>
internal sealed partial class ChartWatch(
    NpgsqlDataSource database,
    EventExchange exchange,
    ChartKeeper keeper,
    TimeProvider time,
    ILogger<ChartWatch> logger
) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <returns>How many charts had something new.</returns>
    internal async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var due = new List<Guid>();
        await using (var command = database.CreateCommand("select distinct chart_id from quality.control_point where not judged limit 200"))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                due.Add(reader.GetGuid(0));
            }
        }

        foreach (var chart in due)
        {
            await using var work = await exchange.BeginAsync(cancellationToken);
            await keeper.JudgeAsync(work, chart, all: false, cancellationToken);
            await work.CommitAsync(cancellationToken);
        }

        return due.Count;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // Away, not yet migrated, or a lost race: what is new stays new.
                LogFailed(e);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The control charts could not be brought up to date; trying again")]
    private partial void LogFailed(Exception e);
}
