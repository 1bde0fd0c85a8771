using System.Diagnostics;
using TcmBrain.Contracts.Events;

namespace TcmBrain.Exchange.Inbox;

/// <summary>One delivery of the broker, waiting for the transaction that takes it in.</summary>
internal sealed class Delivery(Guid messageId, Event e, ActivityContext trace)
{
    private readonly TaskCompletionSource _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Guid MessageId { get; } = messageId;

    public Event Event { get; } = e;

    public ActivityContext Trace { get; } = trace;

    public string? TraceParent =>
        Trace == default ? null : $"00-{Trace.TraceId}-{Trace.SpanId}-{(Trace.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? "01" : "00")}";

    /// <summary>Ends well when the effect is committed (now or by an earlier delivery).</summary>
    public Task Outcome => _outcome.Task;

    public void Succeed() => _outcome.TrySetResult();

    public void Fail(Exception e) => _outcome.TrySetException(e);

    public void Abandon() => _outcome.TrySetCanceled();
}
