using TcmBrain.Cockpit.Folding;

namespace TcmBrain.Cockpit.Reading;

/// <summary>A counter of one hour.</summary>
public readonly record struct HourValue(short Hour, string Metric, long Value);

/// <summary>What a scope's day looks like: its counters by hour and who stands where now.</summary>
/// <param name="AsOf">Id of the last fact that changed any of it; 0 when nothing has happened.</param>
/// <param name="Source">redis or postgres.</param>
public sealed record Numbers(long AsOf, string Source, IReadOnlyList<HourValue> Hours, IReadOnlyDictionary<Stage, long> Standing);
