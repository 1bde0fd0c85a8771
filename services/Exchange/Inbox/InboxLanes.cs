using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace TcmBrain.Exchange.Inbox;

/// <summary>
/// Takes deliveries in, many to a transaction (组提交). While one transaction commits, the next deliveries gather, so the batch grows
/// with the load and nobody waits for it to fill. Events of one aggregate share a lane and so never run side by side here.
/// When a batch fails, each of its events is tried in a transaction of its own: the bad one alone is failed, the good ones go through.
/// </summary>
internal sealed class InboxLanes : IAsyncDisposable
{
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

    /// <summary>Ends well once the event's effect is committed; throws what its handler threw.</summary>
    public async Task TakeAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var lane = (uint)delivery.Event.AggregateId.GetHashCode() % (uint)_lanes.Length;
        if (!_lanes[lane].Writer.TryWrite(delivery))
        {
            throw new OperationCanceledException("The inbox is closing.");
        }

        await delivery.Outcome.WaitAsync(cancellationToken);
    }

    private async Task RunAsync(ChannelReader<Delivery> lane)
    {
        var batch = new List<Delivery>(_options.InboxBatch);
        while (await lane.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < _options.InboxBatch && lane.TryRead(out var delivery))
            {
                batch.Add(delivery);
            }

            if (!await TryCommitAsync(batch, alone: batch.Count == 1))
            {
                foreach (var delivery in batch)
                {
                    await TryCommitAsync([delivery], alone: true);
                }
            }
        }
    }

    /// <summary>
    /// Commits the batch, waiting as long as it takes for a database that is away. False when a handler failed and the batch
    /// is to be split; a delivery that failed alone is answered with its exception.
    /// </summary>
    private async Task<bool> TryCommitAsync(IReadOnlyList<Delivery> batch, bool alone)
    {
        var backoff = new Backoff(_time);
        while (true)
        {
            try
            {
                await CommitAsync(batch);
                foreach (var delivery in batch)
                {
                    delivery.Succeed();
                }

                return true;
            }
            catch (Exception e) when (e is OperationCanceledException && _stopping.IsCancellationRequested)
            {
                foreach (var delivery in batch)
                {
                    delivery.Abandon();
                }

                return true;
            }
            catch (Exception e) when (IsPassing(e))
            {
                if (backoff.Failures == 3)
                {
                    _logger.InboxFailed(e);
                }

                await backoff.PauseAsync(_stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception e)
            {
                if (!alone)
                {
                    return false;
                }

                ExchangeTelemetry.Failed.Add(1);
                _logger.HandlingFailed(batch[0].Event.GetType().Name, batch[0].MessageId, e);
                batch[0].Fail(e);
                return true;
            }
        }
    }

    private async Task CommitAsync(IReadOnlyList<Delivery> batch)
    {
        var cancellationToken = _stopping.Token;
        await using var work = await _exchange.BeginAsync(cancellationToken);
        var fresh = await InboxStore.RememberAsync(work, _options.Service.Name, batch.Select(d => d.MessageId), cancellationToken);
        ExchangeTelemetry.Taken.Add(fresh.Count);
        ExchangeTelemetry.Repeated.Add(batch.Count - fresh.Count);
        if (fresh.Count > 0)
        {
            await using var scope = _scopes.CreateAsyncScope();
            // A message may stand twice in one batch; the first telling counts.
            var first = batch.Where(d => fresh.Remove(d.MessageId)).ToList();
            await _handlers.HandleAsync(scope.ServiceProvider, first, work, cancellationToken);
        }

        await work.CommitAsync(cancellationToken);
    }

    /// <summary>Database away, restarting, out of connections, or a deadlock lost: the event is not to blame.</summary>
    private static bool IsPassing(Exception e) => e is NpgsqlException { IsTransient: true } or TimeoutException or System.Net.Sockets.SocketException
        || e is NpgsqlException { InnerException: System.IO.IOException }
        || e is PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow };

    public async ValueTask DisposeAsync()
    {
        foreach (var lane in _lanes)
        {
            lane.Writer.TryComplete();
        }

        // What is in hand is finished; a database that is away is not waited for.
        var finished = Task.WhenAll(_running);
        await finished.WaitAsync(TimeSpan.FromSeconds(10), _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _stopping.CancelAsync();
        await finished;
        _stopping.Dispose();
    }
}
