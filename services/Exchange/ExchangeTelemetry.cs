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
    internal static readonly Counter<long> Taken = Meter.CreateCounter<long>(
        "tcm.exchange.taken",
        "{event}",
        "Events taken in, first deliveries only"
    );
    internal static readonly Counter<long> Repeated = Meter.CreateCounter<long>(
        "tcm.exchange.repeated",
        "{event}",
        "Deliveries that the inbox dropped"
    );
    internal static readonly Counter<long> Failed = Meter.CreateCounter<long>(
        "tcm.exchange.failed",
        "{event}",
        "Deliveries whose handler failed"
    );

    /// <summary>W3C trace context of a message. Written whether or not anybody records traces here: the listener may.</summary>
    internal const string TraceHeader = "traceparent";

    internal static Activity? StartRelay(ClaimedEvent row) =>
        row.TraceParent is { } trace ? Source.StartActivity($"relay {row.Type}", ActivityKind.Producer, trace) : null;

    /// <summary>
    /// The handler's activity goes on with the message's trace. It exists even when nobody records it, for a handler keeps its id
    /// with what it stores so that later steps go on with it.
    /// </summary>
    internal static Activity? StartHandling(Delivery delivery)
    {
        if (delivery.TraceParent is not { } trace)
        {
            return null;
        }

        var name = $"handle {delivery.Event.GetType().Name}";
        return Source.StartActivity(name, ActivityKind.Consumer, trace) ?? new Activity(name).SetParentId(trace).Start();
    }
}
