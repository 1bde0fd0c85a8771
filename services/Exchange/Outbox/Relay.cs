using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange.Broker;

namespace TcmBrain.Exchange.Outbox;

/// <summary>
/// Takes told events from the outbox to the broker (中继). Claim, publish, wait for every confirmation, commit: dying anywhere before
/// the commit only means that the events are told again, and the listeners' inboxes drop the second telling.
/// </summary>
internal sealed class Relay(
    NpgsqlDataSource database,
    IBus bus,
    ExchangeOptions options,
    RelaySignal signal,
    BrokerTopology topology,
    TimeProvider time,
    ILogger<Relay> logger
) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        options.Service.Publishes.Length == 0
            ? Task.CompletedTask
            : Task.WhenAll(Enumerable.Range(0, options.RelayLanes).Select(_ => Task.Run(() => RunAsync(stoppingToken), stoppingToken)));

    private async Task RunAsync(CancellationToken stopping)
    {
        var backoff = new Backoff(time);
        var declared = false;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (!declared)
                {
                    // A broker that came back empty would otherwise drop what no queue is bound for.
                    await topology.DeclareAsync(stopping);
                    declared = true;
                }

                var told = await RelayOnceAsync(stopping);
                if (backoff.Failures > 0)
                {
                    logger.RelayRecovered(backoff.Failures);
                    backoff.Reset();
                }

                if (told == options.RelayBatch)
                {
                    // There is more, and a sleeping lane may take its share.
                    signal.Wake();
                }
                else
                {
                    await signal.WaitAsync(options.RelayPoll * (0.75 + Random.Shared.NextDouble() / 2), stopping);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                declared = false;
                if (backoff.Failures == 0)
                {
                    logger.RelayFailed(e);
                }

                await backoff.PauseAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>One batch. Returns how many events were taken; all of them are confirmed and off the pending list.</summary>
    private async Task<int> RelayOnceAsync(CancellationToken stopping)
    {
        await using var connection = await database.OpenConnectionAsync(stopping);
        await using var transaction = await connection.BeginTransactionAsync(stopping);
        var claimed = await OutboxStore.ClaimAsync(connection, transaction, options.RelayBatch, stopping);
        if (claimed.Count == 0)
        {
            return 0;
        }

        // From here on the batch is finished even when the service is asked to stop.
        using var patience = new CancellationTokenSource(options.ConfirmTimeout, time);
        var publishing = new List<Task>(claimed.Count);
        foreach (var row in claimed)
        {
            if (TryRead(row, out var e, out var reason))
            {
                publishing.Add(PublishAsync(row, e, patience.Token));
            }
            else
            {
                logger.EventBuried(row.MessageId, row.Type ?? "unknown", reason);
                await OutboxStore.BuryAsync(connection, transaction, row, reason, patience.Token);
            }
        }

        await Task.WhenAll(publishing).WaitAsync(options.ConfirmTimeout, time, CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
        return claimed.Count;
    }

    private static bool TryRead(ClaimedEvent row, out Event e, out string reason)
    {
        if (row.Type is { } type)
        {
            return EventJson.TryRead(type, row.Payload, out e, out reason);
        }

        (e, reason) = (null!, "its row in the outbox is gone");
        return false;
    }

    private async Task PublishAsync(ClaimedEvent row, Event e, CancellationToken cancellationToken)
    {
        using var activity = ExchangeTelemetry.StartRelay(row);
        var trace = activity?.Id ?? row.TraceParent;
        await bus.Publish(e, e.GetType(), context => BusConfiguration.Address(context, row.MessageId, trace), cancellationToken);
    }
}
