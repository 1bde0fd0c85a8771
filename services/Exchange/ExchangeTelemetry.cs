using System.Diagnostics;
using System.Diagnostics.Metrics;
using TcmBrain.Exchange.Inbox;
using TcmBrain.Exchange.Outbox;

namespace TcmBrain.Exchange;

/// <summary>The exchange's part of a trace: from the transaction that told an event to the transaction that took it in.</summary>
public static class ExchangeTelemetry
{
    public const string Name = "TcmBrain.Exchange";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);
    internal static readonly Counter<long> Taken = Meter.CreateCounter<long>("tcm.exchange.taken", "{event}", "Events taken in, first deliveries only");
    internal static readonly Counter<long> Repeated = Meter.CreateCounter<long>("tcm.exchange.repeated", "{event}", "Deliveries that the inbox dropped");
    internal static readonly Counter<long> Failed = Meter.CreateCounter<long>("tcm.exchange.failed", "{event}", "Deliveries whose handler failed");

    internal static Activity? StartRelay(ClaimedEvent row) =>
        row.TraceParent is { } trace && Source.HasListeners()
            ? Source.StartActivity($"relay {row.Type}", ActivityKind.Producer, trace)
            : null;

    internal static Activity? StartHandling(Delivery delivery) =>
        delivery.Trace != default && Source.HasListeners()
            ? Source.StartActivity($"handle {delivery.Event.GetType().Name}", ActivityKind.Consumer, delivery.Trace)
            : null;
}
