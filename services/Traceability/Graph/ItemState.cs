namespace TcmBrain.Traceability.Graph;

/// <summary>How a thing stands now, by all that was captured so far.</summary>
/// <param name="State"><c>active</c>, <c>used</c> (an input of something), <c>gone</c> (dispensed, sampled up or destroyed).</param>
/// <param name="Disposition">Of the newest event that says one; null when none does.</param>
/// <param name="Persistent">Persistent dispositions set and not unset since.</param>
/// <param name="Recalled">By its own disposition, or by a recall that is open.</param>
/// <param name="Containers">What it lies in, innermost first; of a lot, every box that has some of it.</param>
/// <param name="Quantities">Of a lot, when all of it is the caller's to see.</param>
public sealed record ItemState(
    string Id,
    string Kind,
    string State,
    string? Disposition,
    IReadOnlyList<string> Persistent,
    bool Recalled,
    IReadOnlyList<Guid> Recalls,
    ItemPlace? Place,
    IReadOnlyList<string> Containers,
    ItemQuantities? Quantities,
    DateTimeOffset FirstSeen,
    DateTimeOffset LastSeen
);

/// <param name="Location">bizLocation: where it is expected to be until further notice; null when no event says it.</param>
/// <param name="ReadPoint">Where it was seen last.</param>
/// <param name="Since">Of the event that says so.</param>
public sealed record ItemPlace(string? Location, string? ReadPoint, DateTimeOffset Since);

/// <param name="Made">Output of its steps; null when none is known.</param>
/// <param name="Used">Input of other steps.</param>
/// <param name="Removed">Sampled, dispensed, destroyed.</param>
/// <param name="Left">Null when it cannot be told.</param>
public sealed record ItemQuantities(decimal? Made, decimal Used, decimal Removed, decimal? Left, string Unit);
