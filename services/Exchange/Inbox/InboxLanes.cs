using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TcmBrain.Exchange.Inbox;

/// <summary>
/// Takes deliveries in, many to a transaction (组提交). While one transaction commits, the next deliveries gather, so the batch grows
/// with the load and nobody waits for it to fill. Events of one aggregate share a lane and so never run side by side here.
/// When a batch fails, each of its events is tried in a transaction of its own: the bad one alone is failed, the good ones go through.
/// </summary>
internal sealed class InboxLanes : IAsyncDisposable
{
    /// <summary>How often a transaction that lost a deadlock, its connection or its time is tried again before its handler is to blame.</summary>
    private const int PassingFaults = 5;

    private readonly IServiceScopeFactory _scopes;
    private readonly EventExchange _exchange;
    private readonly HandlerTable _handlers;
    private readonly ExchangeOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<InboxLanes> _logger;
    private readonly Channel<Delivery>[] _lanes;
    private readonly Task[] _running;
    private readonly CancellationTokenSource _stopping = new();

    public InboxLanes(
        IServiceScopeFactory scopes,
        EventExchange exchange,
        HandlerTable handlers,
        ExchangeOptions options,
        TimeProvider time,
        ILogger<InboxLanes> logger
    )
    {
        (_scopes, _exchange, _handlers, _options, _time, _logger) = (scopes, exchange, handlers, options, time, logger);
        // Unbounded, for the broker's prefetch is the bound.
        _lanes = [.. Enumerable.Range(0, options.InboxLanes).Select(_ => Channel.CreateUnbounded<Delivery>(new() { SingleReader = true }))];
        _running = [.. _lanes.Select(lane => Task.Run(() => RunAsync(lane.Reader)))];
    }

    /// <summary>
    /// Ends well once the event's effect is committed; throws what its handler threw. While the database is away, or when the
    /// inbox has closed, it does not end: an unanswered delivery goes back to the queue with the connection.
    /// </summary>
    /// <exception cref="OperationCanceledException">The bus gave the delivery up.</exception>
    public async Task TakeAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var lane = (uint)delivery.Event.AggregateId.GetHashCode() % (uint)_lanes.Length;
        _lanes[lane].Writer.TryWrite(delivery);
        await delivery.Outcome.WaitAsync(cancellationToken);
    }

    private async Task RunAsync(ChannelReader<Delivery> lane)
    {
        var batch = new List<Delivery>(_options.InboxBatch);
        while (await lane.WaitToReadAsync())
        {
            var started = _time.GetTimestamp();
            batch.Clear();
            while (batch.Count < _options.InboxBatch && lane.TryRead(out var delivery))
            {
                batch.Add(delivery);
            }

            if (!await TryCommitAsync(batch))
            {
                foreach (var delivery in batch)
                {
                    await TryCommitAsync([delivery]);
                }
            }

            if (batch.Count < _options.InboxBatch && _options.InboxPace - _time.GetElapsedTime(started) is { Ticks: > 0 } rest)
            {
                await Task.Delay(rest, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>
    /// Commits the batch, waiting as long as it takes for a database that is away. False when it failed and is to be split; a
    /// delivery that failed alone is answered with its exception.
    /// </summary>
    private async Task<bool> TryCommitAsync(IReadOnlyList<Delivery> batch)
    {
        var backoff = new Backoff(_time);
        var faults = 0;
        while (!_stopping.IsCancellationRequested)
        {
            var attempt = await AttemptAsync(batch);
            if (attempt.Verdict != Verdict.Committed && _stopping.IsCancellationRequested)
            {
                break;
            }

            switch (attempt.Verdict)
            {
                case Verdict.Committed:
                    if (backoff.Failures > 3)
                    {
                        _logger.InboxRecovered(backoff.Failures);
                    }

                    foreach (var delivery in batch)
                    {
                        delivery.Succeed();
                    }

                    return true;
                case Verdict.Away:
                    if (backoff.Failures == 3)
                    {
                        _logger.InboxFailed(attempt.Fault!);
                    }

                    await backoff.PauseAsync(_stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    break;
                case Verdict.Passing when ++faults < PassingFaults:
                    await backoff.PauseAsync(_stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    break;
                default:
                    if (batch.Count > 1)
                    {
                        return false;
                    }

                    ExchangeTelemetry.Failed.Add(1);
                    _logger.HandlingFailed(batch[0].Event.GetType().Name, batch[0].MessageId, attempt.Fault!);
                    batch[0].Fail(attempt.Fault!);
                    return true;
            }
        }

        // Closing: nobody is answered.
        return true;
    }

    private async Task<(Verdict Verdict, Exception? Fault)> AttemptAsync(IReadOnlyList<Delivery> batch)
    {
        var cancellationToken = _stopping.Token;
        // Before a handler has run, nothing that fails is an event's fault.
        var handling = false;
        try
        {
            await using var work = await _exchange.BeginAsync(cancellationToken);
            var fresh = await InboxStore.RememberAsync(work, _options.Service.Name, batch.Select(d => d.MessageId), cancellationToken);
            var taken = fresh.Count;
            handling = taken > 0;
            if (taken > 0)
            {
                await using var scope = _scopes.CreateAsyncScope();
                // A message may stand twice in one batch; the first telling counts. In the order of aggregates, so that replicas lock them alike.
                var first = batch.Where(d => fresh.Remove(d.MessageId)).OrderBy(d => d.Event.AggregateId).ToList();
                await _handlers.HandleAsync(scope.ServiceProvider, first, work, cancellationToken);
            }

            await work.CommitAsync(cancellationToken);
            ExchangeTelemetry.Taken.Add(taken);
            ExchangeTelemetry.Repeated.Add(batch.Count - taken);
            return (Verdict.Committed, null);
        }
        catch (Exception e)
        {
            return (
                !handling || DatabaseFault.IsAway(e) ? Verdict.Away
                : DatabaseFault.IsPassing(e) ? Verdict.Passing
                : Verdict.Failed,
                e
            );
        }
    }

    /// <summary>What is in hand is finished; a database that is away is not waited for.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var lane in _lanes)
        {
            lane.Writer.TryComplete();
        }

        var finished = Task.WhenAll(_running);
        await finished.WaitAsync(TimeSpan.FromSeconds(5), _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _stopping.CancelAsync();
        await finished;
        _stopping.Dispose();
    }

    private enum Verdict
    {
        Committed,
        Away,
        Passing,
        Failed,
    }
}
