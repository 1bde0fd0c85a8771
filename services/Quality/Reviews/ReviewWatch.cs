using Microsoft.Extensions.Options;
using TcmBrain.Exchange;
using TcmBrain.Quality.Reviews.Feedback;
using TcmBrain.Quality.Reviews.Judging;

namespace TcmBrain.Quality.Reviews;

/// <summary>
/// Looks at the clock for all reviews: frees what is held past its lease, says of what is past due that it is, and lets a verdict stand that
/// the institution did not answer in time. Any number of replicas may run it.
/// </summary>
internal sealed partial class ReviewWatch(
    EventExchange exchange,
    IOptions<ReviewSettings> settings,
    TimeProvider time,
    ILogger<ReviewWatch> logger
) : BackgroundService
{
    private const int Batch = 200;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await LookAsync(stoppingToken) > 0) { }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // Away, or not yet migrated: what is due stays due.
                LogFailed(e.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromSeconds(settings.Value.WatchSeconds), time, stoppingToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>How many were dealt with; 0 when nothing is left to do.</returns>
    private async Task<int> LookAsync(CancellationToken cancellationToken) =>
        await EachAsync("stage = 'answering' and due_at <= $1", SilentAsync, cancellationToken)
        + await EachAsync("stage <> 'concluded' and owner_until <= $1", LapsedAsync, cancellationToken)
        + await EachAsync(
            "stage not in ('concluded', 'answering') and due_at <= $1 and overdue_at is null",
            OverdueAsync,
            cancellationToken
        );

    private async Task<int> EachAsync(
        string due,
        Func<Work, Guid, DateTimeOffset, CancellationToken, Task> act,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        await using var work = await exchange.BeginAsync(cancellationToken);
        var ids = new List<Guid>();
        await using (
            var command = work.Command(
                $"select prescription_id from quality.review where {due} order by due_at limit {Batch} for update skip locked",
                now
            )
        )
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                ids.Add(reader.GetGuid(0));
            }
        }

        foreach (var id in ids)
        {
            await act(work, id, now, cancellationToken);
        }

        await work.CommitAsync(cancellationToken);
        return ids.Count;
    }

    private static async Task SilentAsync(Work work, Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await AnswerDesk.RecordAsync(work, id, "silent", cancellationToken);
        await ReviewSteps.RememberAsync(work, id, "silent", Person.Platform, "", now, cancellationToken);
        await ReviewSteps.ConcludeAsync(work, id, 1, now, cancellationToken);
    }

    private static async Task LapsedAsync(Work work, Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var free = work.Command(
            """
            update quality.review set owner = null, owner_name = null, owner_until = null, assigned = false, version = version + 1
            where prescription_id = $1
            """,
            id
        );
        await free.ExecuteNonQueryAsync(cancellationToken);
        await ReviewSteps.RememberAsync(work, id, "lapsed", Person.Platform, "", now, cancellationToken);
    }

    private static async Task OverdueAsync(Work work, Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var mark = work.Command("update quality.review set overdue_at = $2 where prescription_id = $1", id, now);
        await mark.ExecuteNonQueryAsync(cancellationToken);
        await ReviewSteps.RememberAsync(work, id, "overdue", Person.Platform, "", now, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Reviews past their dates could not be looked at: {Reason}")]
    private partial void LogFailed(string reason);
}
