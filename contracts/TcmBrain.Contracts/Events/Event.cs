namespace TcmBrain.Contracts.Events;

/// <summary>
/// What a service tells the others (事件). Delivered at least once, effective once; no order is promised across aggregates,
/// so a listener ignores what is older than what it has.
/// </summary>
public abstract record Event
{
    /// <summary>The thing the event is about. For everything that happens to a prescription this is the prescription's id.</summary>
    public required Guid AggregateId { get; init; }

    /// <summary>Counts up by one with each event that the publishing service tells of this aggregate, from 1.</summary>
    public required int Version { get; init; }

    /// <summary>When it happened, UTC. For a physical step this is the device's time, not the time of recording.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}

/// <summary>An event in a prescription's life. Carries whose it is, so that every listener can guard it without asking.</summary>
public abstract record PrescriptionEvent : Event
{
    /// <summary>统一社会信用代码 of the prescribing institution.</summary>
    public required string InstitutionCode { get; init; }

    /// <summary>GB/T 2260 code of that institution's county.</summary>
    public required string RegionCode { get; init; }

    /// <summary>The hospital system's own prescription number; never identifies a patient by itself.</summary>
    public required string HisNumber { get; init; }

    public required int Revision { get; init; }
}
