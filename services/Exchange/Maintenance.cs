using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace TcmBrain.Exchange;

/// <summary>Makes the outbox's partitions ahead of time and drops what is older than it is kept, once an hour.</summary>
internal sealed class Maintenance(NpgsqlDataSource database, ExchangeOptions options, TimeProvider time, ILogger<Maintenance> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromHours(1), time);
        do
        {
            try
            {
                await using var command = database.CreateCommand("select exchange.maintain($1)");
                command.Parameters.AddWithValue(options.KeepDays);
                await command.ExecuteNonQueryAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.MaintenanceFailed(e);
            }
        } while (await timer.WaitForNextTickAsync(stoppingToken).AsTask().ContinueWith(t => t is { IsCompletedSuccessfully: true, Result: true }, TaskScheduler.Default));
    }
}
