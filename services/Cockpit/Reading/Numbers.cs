using StackExchange.Redis;
using TcmBrain.Cockpit.Folding;

namespace TcmBrain.Cockpit.Reading;

/// <summary>A counter of one hour.</summary>
public readonly record struct HourValue(short Hour, string Metric, long Value);

/// <summary>What a scope's day looks like: its counters by hour, who stands where now, and the day's turn-rounds by measure.</summary>
/// <param name="AsOf">Id of the last fact that changed any of it; 0 when nothing has happened.</param>
/// <param name="Source">redis or postgres.</param>
public sealed record Numbers(
    long AsOf,
    string Source,
    IReadOnlyList<HourValue> Hours,
    IReadOnlyDictionary<Stage, long> Standing,
    IReadOnlyDictionary<string, Sketch> TurnRounds
)
{
    /// <summary>Adds an hour's sketch to a day's.</summary>
    internal static void Join(Dictionary<string, Sketch> turnRounds, string measure, Sketch sketch)
    {
        if (turnRounds.TryGetValue(measure, out var known))
        {
            known.Add(sketch);
        }
        else
        {
            turnRounds.Add(measure, sketch);
        }
    }
}

/// <summary>A field of a scope's day in the live view.</summary>
internal readonly record struct LiveRow(Scope Scope, DateOnly Day, string Field, RedisValue Value, long LastFact);

internal readonly record struct StandingRow(Scope Scope, Stage Stage, long Value, long LastFact);
