using FsCheck;
using FsCheck.Fluent;
using TcmBrain.Cockpit.Folding;

namespace TcmBrain.Cockpit.Tests;

/// <summary>What holds of every order, every division into batches and every repetition.</summary>
public sealed class SketchTests
{
    private static readonly Gen<int[]> Durations = Gen.Choose(1, 1_000_000_000).NonEmptyListOf().Select(l => l.ToArray());

    [Fact]
    public void A_quantile_is_within_one_percent_of_the_duration_at_its_rank() =>
        Prop.ForAll(
                Durations.ToArbitrary(),
                durations =>
                {
                    var sketch = new Sketch();
                    Array.ForEach(durations, d => sketch.Add(d));
                    var sorted = durations.Order().ToArray();
                    return new[] { 0.01, 0.5, 0.95, 1 }.All(q =>
                    {
                        double at = sorted[Math.Max(1, (int)Math.Ceiling(q * sorted.Length)) - 1];
                        return Math.Abs(sketch.Quantile(q)!.Value - at) <= at * (Sketch.RelativeError + 1e-9);
                    });
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Sketches_of_the_same_durations_are_the_same_bytes_however_they_were_made() =>
        Prop.ForAll(
                Durations.ToArbitrary(),
                Durations.ToArbitrary(),
                (some, others) =>
                {
                    var (one, two, gone) = (new Sketch(), new Sketch(), new Sketch());
                    Array.ForEach(some, d => one.Add(d));
                    Array.ForEach(others, d => two.Add(d));
                    two.Add(one);
                    // Come and gone again, in another order.
                    Array.ForEach([.. others.Reverse(), .. some], d => gone.Add(d));
                    Array.ForEach(others, d => gone.Add(d, -1));
                    var packed = Sketch.Unpack(Sketch.Pack(two.Count, two.Sum, two.Encode()));
                    return gone.Encode().SequenceEqual(one.Encode())
                        && (gone.Count, gone.Sum) == (one.Count, one.Sum)
                        && packed.Count == some.Length + others.Length
                        && packed.Quantile(0.5) == two.Quantile(0.5);
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Numbers_are_the_same_in_any_order_in_any_batches_and_with_any_repetition_past_the_inbox() =>
        Prop.ForAll(
                Gen.Choose(0, int.MaxValue).ToArbitrary(),
                seed =>
                {
                    var region = new Region(seed);
                    var random = new Random(seed);
                    var facts = region.Day(12).Select(t => Fact.Of(t.MessageId, t.Event)).ToList();
                    var whole = new Tally();
                    facts.ForEach(whole.Add);

                    // As the fold does it: what was taken in before is dropped; journeys are read, joined and put back, and what they gave is taken away.
                    var told = region.Shuffle(facts.Concat(facts.Where(_ => random.Next(3) == 0)));
                    var taken = new HashSet<Guid>();
                    var journeys = new Dictionary<Guid, Journey>();
                    var (counters, flows) = (new Dictionary<CounterKey, long>(), new Dictionary<FlowKey, long>());
                    var standing = new Dictionary<(Scope, Stage), long>();
                    var sketches = new Dictionary<SketchKey, Sketch>();
                    while (told.Count > 0)
                    {
                        var batch = told.Take(random.Next(1, 20)).ToList();
                        told = told[batch.Count..];
                        var tally = new Tally();
                        batch.Where(f => taken.Add(f.MessageId)).ToList().ForEach(tally.Add);
                        var change = CockpitFold.Advance(tally, journeys);
                        foreach (var (id, journey) in tally.Journeys)
                        {
                            journeys[id] = journey;
                        }

                        Add(counters, tally.Counters.Concat(change.Counters));
                        Add(flows, change.Flows);
                        Add(standing, change.Standing);
                        foreach (var (key, sketch) in change.Sketches)
                        {
                            sketches.TryAdd(key, new());
                            sketches[key].Add(sketch);
                        }
                    }

                    var all = whole.Contributions();
                    all.Settle();
                    return Same(counters, whole.Counters.Concat(all.Counters))
                        && Same(flows, all.Flows)
                        && Same(standing, all.Standing)
                        && Same(sketches.Where(s => !s.Value.IsEmpty).Select(Bytes), all.Sketches.Select(Bytes))
                        && Same(
                            journeys.Select(j => KeyValuePair.Create(j.Key, j.Value.ToString())),
                            whole.Journeys.Select(j => KeyValuePair.Create(j.Key, j.Value.ToString()))
                        );
                }
            )
            .QuickCheckThrowOnFailure();

    private static KeyValuePair<SketchKey, string> Bytes(KeyValuePair<SketchKey, Sketch> s) =>
        KeyValuePair.Create(s.Key, $"{s.Value.Count} {s.Value.Sum} {Convert.ToHexString(s.Value.Encode())}");

    private static void Add<TKey>(Dictionary<TKey, long> to, IEnumerable<KeyValuePair<TKey, long>> some)
        where TKey : notnull
    {
        foreach (var (key, value) in some)
        {
            to[key] = to.GetValueOrDefault(key) + value;
            if (to[key] == 0)
            {
                to.Remove(key);
            }
        }
    }

    private static bool Same<TKey, TValue>(IEnumerable<KeyValuePair<TKey, TValue>> one, IEnumerable<KeyValuePair<TKey, TValue>> other)
        where TKey : notnull => one.ToHashSet().SetEquals(other);
}
