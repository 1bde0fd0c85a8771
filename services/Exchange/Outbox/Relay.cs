using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Exchange.Broker;

namespace TcmBrain.Exchange.Outbox;

/// <summary>
/// Takes told events from the outbox to the broker (中继). Claim, publish, wait for every confirmation, commit: dying anywhere before
/// the commit only means that the events are told again, and the listeners' inboxes drop the second telling.
/// </summary>
internal sealed class Relay(
    NpgsqlDataSource database,
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
            : Task.WhenAll(Enumerable.Range(0, options.RelayLanes).Select(n => Task.Run(() => RunAsync(n, stoppingToken), stoppingToken)));

    private async Task RunAsync(int lane, CancellationToken stopping)
    {
        await using var sender = new EventSender(options.Broker, $"tcm-relay-{options.Service.Name}");
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

                while (lane > 0 && signal.IsCrowded)
                {
                    // In a crowd one lane tells; what it leaves is told after.
                    await Task.Delay(options.RelayPause, time, stopping);
                }

                var told = await RelayOnceAsync(sender, stopping);
                if (backoff.Failures > 0)
                {
                    logger.RelayRecovered(backoff.Failures);
                    backoff.Reset();
                }

                if (signal.IsCrowded)
                {
                    await Task.Delay(options.RelayPause, time, stopping);
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
                await sender.CloseAsync();
                if (backoff.Failures == 0)
                {
                    logger.RelayFailed(e);
                }

                await backoff.PauseAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>One batch. Returns how many events were taken; all of them are confirmed and off the pending list.</summary>
    private async Task<int> RelayOnceAsync(EventSender sender, CancellationToken stopping)
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
        var told = new List<WireEvent>(claimed.Count);
        foreach (var row in claimed)
        {
            if (OnItsWay(row, out var reason) is { } way)
            {
                told.Add(way);
            }
            else
            {
                logger.EventBuried(row.MessageId, row.Type ?? "unknown", reason);
                await OutboxStore.BuryAsync(connection, transaction, row, reason, patience.Token);
            }
        }

        await sender.SendAsync(told, patience.Token);
        await transaction.CommitAsync(CancellationToken.None);
        return claimed.Count;
    }

    /// <summary>What is to be sent; null, with the reason, when it cannot be told.</summary>
    private static WireEvent? OnItsWay(in ClaimedEvent row, out string reason)
    {
        var type = row.Type is null ? null : Topology.EventType(row.Type);
        reason =
            row.Type is null ? "its row in the outbox is gone"
            : type is null ? $"unknown event type {row.Type}"
            : EventJson.FaultOf(row.Payload) ?? "";
        if (reason.Length > 0)
        {
            return null;
        }

        using var activity = ExchangeTelemetry.StartRelay(row);
        return new WireEvent(Topology.ExchangeName(type!), type!, row.MessageId, activity?.Id ?? row.TraceParent, row.Payload);
    }
}
