using TcmBrain.Contracts.Events;

namespace TcmBrain.Exchange.Outbox;

/// <summary>An event as it is kept. The id is a UUIDv7, so that the primary key grows at its end.</summary>
public readonly record struct OutboxRow(
    DateOnly Day,
    Guid MessageId,
    string Type,
    Guid AggregateId,
    int Version,
    DateTimeOffset OccurredAt,
    string? TraceParent,
    byte[] Payload
)
{
    public static OutboxRow Of(Event e, DateTimeOffset now, string? traceParent) =>
        new(
            DateOnly.FromDateTime(now.UtcDateTime),
            Guid.CreateVersion7(now),
            e.GetType().Name,
            e.AggregateId,
            e.Version,
            e.OccurredAt.ToUniversalTime(),
            traceParent,
            EventJson.Write(e)
        );
}
