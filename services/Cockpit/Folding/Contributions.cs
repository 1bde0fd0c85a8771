using System.Runtime.InteropServices;

namespace TcmBrain.Cockpit.Folding;

/// <summary>
/// What journeys add to the numbers (贡献). When more becomes known of a journey, what it gave before is taken away and what it gives now is added,
/// so the numbers are always those of all journeys as they are known.
/// </summary>
public sealed class Contributions
{
    private readonly Dictionary<CounterKey, long> _counters = [];
    private readonly Dictionary<SketchKey, Sketch> _sketches = [];
    private readonly Dictionary<FlowKey, long> _flows = [];
    private readonly Dictionary<(Scope Scope, Stage Stage), long> _standing = [];

    public IReadOnlyDictionary<CounterKey, long> Counters => _counters;

    public IReadOnlyDictionary<SketchKey, Sketch> Sketches => _sketches;

    public IReadOnlyDictionary<FlowKey, long> Flows => _flows;

    /// <summary>How many stand where. A centre's prescriptions stand in it from its being chosen.</summary>
    public IReadOnlyDictionary<(Scope Scope, Stage Stage), long> Standing => _standing;

    /// <param name="sign">1: comes; -1: is taken away</param>
    public void Add(Journey journey, int sign)
    {
        foreach (var scope in Tally.ScopesOf(journey.Region, journey.Institution, journey.Centre))
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_standing, (scope, Stages.At(journey.Progress)), out _) += sign;
            JourneyReading.Read(journey, new Sink(this, journey, scope, sign));
        }
    }

    /// <summary>Forgets what came and went.</summary>
    public void Settle()
    {
        Drop(_counters, v => v == 0);
        Drop(_sketches, v => v.IsEmpty);
        Drop(_flows, v => v == 0);
        Drop(_standing, v => v == 0);
    }

    private static void Drop<TKey, TValue>(Dictionary<TKey, TValue> from, Func<TValue, bool> isNothing)
        where TKey : notnull
    {
        foreach (var (key, value) in from)
        {
            if (isNothing(value))
            {
                from.Remove(key);
            }
        }
    }

    private readonly struct Sink(Contributions to, Journey journey, Scope scope, int sign) : IJourneySink
    {
        public void Time(string measure, long at, long milliseconds)
        {
            var (day, hour) = RegionHour.Of(at);
            ref var sketch = ref CollectionsMarshal.GetValueRefOrAddDefault(to._sketches, new(scope, day, hour, measure), out _);
            (sketch ??= new Sketch()).Add(milliseconds, sign);
        }

        public void Count(string metric, long at)
        {
            var (day, hour) = RegionHour.Of(at);
            CollectionsMarshal.GetValueRefOrAddDefault(to._counters, new(scope, day, hour, metric), out _) += sign;
        }

        public void Flow(string centre, string district, long at)
        {
            // Once, not once a scope: a flow's row is summed by whoever asks.
            if (scope == Scope.Everywhere)
            {
                var key = new FlowKey(RegionHour.Of(at).Day, journey.Region, journey.Institution, centre, district);
                CollectionsMarshal.GetValueRefOrAddDefault(to._flows, key, out _) += sign;
            }
        }
    }
}
