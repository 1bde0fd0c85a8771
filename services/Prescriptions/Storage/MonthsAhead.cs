using Npgsql;

namespace TcmBrain.Prescriptions.Storage;

/// <summary>
/// Makes the partitions of this month and of three ahead (按月分区): at start and every six hours, a minute after a failure. Until one is
/// made, its rows have a place in the net (<c>prescriptions.prescriptions_rest</c>).
/// </summary>
internal sealed partial class MonthsAhead(NpgsqlDataSource database, TimeProvider time, ILogger<MonthsAhead> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(6);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = Interval;
            try
            {
                await using var command = database.CreateCommand("select prescriptions.maintain($1)");
                command.Parameters.AddWithValue(time.GetUtcNow());
                await command.ExecuteNonQueryAsync(stoppingToken);
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogFailed(e.Message);
                pause = AfterFailure;
            }

            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The months ahead are not made yet: {Reason}")]
    private partial void LogFailed(string reason);
}
