using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.ServiceDefaults.Identity;

/// <summary>
/// Asks each second what was revoked. While the source is away what is known goes on counting and no token is refused for it: tokens end
/// after half an hour by themselves, and a hospital is not stopped because one service is down.
/// </summary>
internal sealed partial class RevocationWatch(
    IRevocationSource source,
    Revocations revocations,
    SigningKeys keys,
    TimeProvider time,
    ILogger<RevocationWatch> logger
) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private long seq;
    private string? published;
    private bool away;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            await AskAsync(stoppingToken);
            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task AskAsync(CancellationToken stoppingToken)
    {
        // Not recorded, so that what it calls is not either: a trace each second would tell nobody anything.
        using var unrecorded = new Activity("revocations").Start();
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        bound.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            var news = await source.FetchAsync(seq, bound.Token);
            revocations.Apply(news.Items);
            revocations.EndStreams();
            revocations.Prune();
            seq = news.Seq;
            // Also with the first news: what is known may have been fetched before a key was withdrawn.
            if (published != news.Keys && await keys.RefreshAsync(bound.Token))
            {
                published = news.Keys;
            }

            away = false;
        }
        catch (Exception exception)
            when (exception is HttpRequestException or OperationCanceledException or System.Text.Json.JsonException
                || FaultMapping.IsDatabaseAway(exception)
            )
        {
            if (!away && !stoppingToken.IsCancellationRequested)
            {
                LogAway(exception.Message);
            }

            away = true;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "revocations could not be asked for ({Reason}); what is known goes on counting")]
    private partial void LogAway(string reason);
}
