using TcmBrain.Traceability.Log;

namespace TcmBrain.Traceability.Graph;

/// <summary>Keeps the graph close behind the log, so that open recalls catch what is captured late though nobody asks.</summary>
internal sealed partial class GraphFollower(GraphIndex graph, LogNews news, ILogger<GraphFollower> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failing = false;
        while (true)
        {
            try
            {
                await news.WaitAsync(stoppingToken);
                await graph.CatchUpAsync(stoppingToken);
                failing = false;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // A database that is away is tried again with the next look; once is enough to say so.
                if (!failing)
                {
                    LogFailed(e);
                }

                failing = true;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the trace graph could not be brought up to date; tried again every turn")]
    private partial void LogFailed(Exception exception);
}
