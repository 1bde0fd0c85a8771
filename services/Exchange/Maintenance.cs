using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace TcmBrain.Exchange;

/// <summary>
/// Makes the outbox's partitions ahead of time and drops what is older than it is kept: at start and once an hour, and a minute
/// after a failure. It gives up rather than make the writers wait for their tables (see <c>exchange.maintain</c>).
/// </summary>
internal sealed class Maintenance(NpgsqlDataSource database, ExchangeOptions options, TimeProvider time, ILogger<Maintenance> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = await TryMaintainAsync(stoppingToken) ? Interval : AfterFailure;
            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> TryMaintainAsync(CancellationToken stopping)
    {
        try
        {
            await using var command = database.CreateCommand("select exchange.maintain($1)");
            command.Parameters.AddWithValue(options.KeepDays);
            await command.ExecuteNonQueryAsync(stopping);
            return true;
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            return true;
        }
        catch (Exception e)
        {
            logger.MaintenanceFailed(e);
            return false;
        }
    }
}
