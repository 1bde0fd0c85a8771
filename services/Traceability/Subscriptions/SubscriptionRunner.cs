using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TcmBrain.Traceability.Events;
using TcmBrain.Traceability.Log;
using TcmBrain.Traceability.Queries.Simple;
using TcmBrain.Traceability.Standard;

namespace TcmBrain.Traceability.Subscriptions;

/// <summary>
/// Delivers to webhooks. A subscription moves on only when its receiver said 2xx; until then the very same document is sent again, under the
/// same id, with growing pauses. What was taken is never sent again but for one case: the service dies between the receiver's answer and
/// its own commit. The document's id tells the receiver.
/// </summary>
internal sealed partial class SubscriptionRunner(
    SubscriptionStore store,
    EventSearch search,
    MasterData masterData,
    QueryDocument documents,
    TokenSeal seal,
    DestinationRule destinations,
    LogNews news,
    TimeProvider time,
    ILogger<SubscriptionRunner> logger
) : BackgroundService
{
    /// <summary>Events of one delivery, at most.</summary>
    private const int MostEvents = 100;
    private const int AtOnce = 4;

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private readonly HttpClient client = new(destinations.Handler()) { Timeout = TimeSpan.FromSeconds(15) };

    private readonly SemaphoreSlim free = new(AtOnce);

    public override void Dispose()
    {
        client.Dispose();
        free.Dispose();
        base.Dispose();
    }

    /// <summary>One look for what is due at a time; deliveries beside one another, so that a slow receiver holds up nobody else.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var running = new HashSet<Task>();
        try
        {
            while (true)
            {
                running.RemoveWhere(task => task.IsCompleted);
                await free.WaitAsync(stoppingToken);
                if (await NextAsync(stoppingToken) is { } due)
                {
                    running.Add(ServeAsync(due, stoppingToken));
                    continue;
                }

                free.Release();
                await news.WaitAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await Task.WhenAll(running);
        }
    }

    private async Task<DueSubscription?> NextAsync(CancellationToken stoppingToken)
    {
        try
        {
            return await store.TakeAsync(stoppingToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // The database is away; the next look tries again.
            LogFailed(failure);
            return null;
        }
    }

    private async Task ServeAsync(DueSubscription due, CancellationToken stoppingToken)
    {
        try
        {
            await RunAsync(due, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
        catch (Exception failure)
        {
            // One that cannot be served comes again when its lease is over.
            LogFailed(failure);
        }
        finally
        {
            free.Release();
        }
    }

    private async Task RunAsync(DueSubscription due, CancellationToken cancellationToken)
    {
        using var json = JsonDocument.Parse(due.Query);
        var query = await EventQuery.CompileAsync(
            EventQuery.Read(json.RootElement),
            JsonLdContext.Empty.With(json.RootElement),
            masterData,
            due.Scope,
            cancellationToken
        );
        var (events, next) = await search.FollowAsync(query, due.Scope, due.Position, due.AttemptTo, MostEvents, cancellationToken);
        var more = next < due.AttemptTo;
        var tell = events.Count > 0 || due.ReportIfEmpty && due.Schedule is not null && !more;
        if (tell && !await DeliverAsync(due, events, cancellationToken))
        {
            var wait = TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, Math.Pow(2, Math.Min(due.Failures, 10))));
            await store.RetryAsync(due, time.GetUtcNow() + wait, CancellationToken.None);
            return;
        }

        var now = time.GetUtcNow();
        var again = more || due.Schedule is null ? now : Schedule(due.Schedule).Next(now) ?? DateTimeOffset.MaxValue.AddYears(-1000);
        await store.AdvanceAsync(due, next, tell, more, again, CancellationToken.None);
    }

    private async Task<bool> DeliverAsync(DueSubscription due, IReadOnlyList<ToldEvent> events, CancellationToken cancellationToken)
    {
        var document = documents.Write(
            due.QueryName,
            events,
            EpcFormatting.Parse(due.EpcFormat),
            due.Id.ToString(),
            "urn:uuid:" + new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{due.Id} {due.Position}"))[..16])
        );
        using var request = new HttpRequestMessage(HttpMethod.Post, due.Dest) { Content = new ReadOnlyMemoryContent(document) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("GS1-EPCIS-Version", "2.0.0");
        request.Headers.Add("GS1-CBV-Version", "2.0.0");
        if (due.SealedToken is { } token)
        {
            request.Headers.TryAddWithoutValidation("GS1-Signature", seal.Sign(token, document.Span));
        }

        try
        {
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!answer.IsSuccessStatusCode)
            {
                LogRefused(due.Id, (int)answer.StatusCode);
            }

            return answer.IsSuccessStatusCode;
        }
        catch (Exception failure)
            when (failure is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            LogUnreachable(due.Id, failure.Message);
            return false;
        }
    }

    private static QuerySchedule Schedule(string json)
    {
        using var schedule = JsonDocument.Parse(json);
        return QuerySchedule.Parse(schedule.RootElement) ?? throw new InvalidOperationException("A stored schedule is not one.");
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Subscriptions could not be served")]
    private partial void LogFailed(Exception failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "The receiver of subscription {Id} answered {Status}; tried again")]
    private partial void LogRefused(Guid id, int status);

    [LoggerMessage(Level = LogLevel.Information, Message = "The receiver of subscription {Id} was not reached; tried again: {Reason}")]
    private partial void LogUnreachable(Guid id, string reason);
}
