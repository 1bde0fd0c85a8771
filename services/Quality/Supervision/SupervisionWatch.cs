using Microsoft.Extensions.Options;
using Npgsql;
using TcmBrain.Quality.Facts;

namespace TcmBrain.Quality.Supervision;

/// <summary>Section <c>SupervisionWatch</c>: how often the months are looked through.</summary>
public sealed class SupervisionWatchSettings
{
    /// <summary>Zero: only when somebody asks.</summary>
    public TimeSpan Every { get; set; } = TimeSpan.FromHours(1);
}

/// <summary>
/// Looks through the current month by itself, and in the first days of a month also through the one before: what is told late still counts.
/// Several replicas may do so; an alert is raised once.
/// </summary>
internal sealed partial class SupervisionWatch(
    Supervisor supervisor,
    IOptions<SupervisionWatchSettings> settings,
    TimeProvider time,
    ILogger<SupervisionWatch> logger
) : BackgroundService
{
    private const int LateDays = 10;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (settings.Value.Every <= TimeSpan.Zero)
        {
            return;
        }

        using var timer = new PeriodicTimer(settings.Value.Every, time);
        while (await NextAsync(timer, stoppingToken))
        {
            var now = Period.Now(time);
            try
            {
                await supervisor.RunAsync(now.From, stoppingToken);
                if (Contracts.RegionTime.DayOf(time.GetUtcNow()).Day <= LateDays)
                {
                    await supervisor.RunAsync(now.Before.From, stoppingToken);
                }
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
            {
                LogFailed(now.Text, exception.Message);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken stoppingToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Supervision of {Month} could not be made and is tried again: {Reason}")]
    private partial void LogFailed(string month, string reason);
}
