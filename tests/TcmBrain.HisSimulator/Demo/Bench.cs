using System.Text.Json;

namespace TcmBrain.HisSimulator.Demo;

/// <summary>
/// The dispenser's and the checker's hands: every dose weighed from the lots set aside, bags apart labelled, a second person at controlled pieces, every
/// item checked.
/// </summary>
internal sealed class Bench(Actor dispenser, Actor checker)
{
    /// <summary>After so many prescriptions the bench's balance begins to read low, so that more is put on it: a chart finds it, no single weight does.</summary>
    private const int Steady = 22;
    private int weighed;

    public async Task WeighAsync(string path, CancellationToken cancellationToken)
    {
        var view = await dispenser.GetAsync(path, cancellationToken);
        var lines = view.GetProperty("lines").EnumerateArray().ToArray();
        var doses = view.GetProperty("doses").GetInt32();
        var drift = Interlocked.Increment(ref weighed) > Steady ? 4 : 0;
        var portions = lines.SelectMany(line => PortionsOf(line, doses, drift)).ToArray();
        await dispenser.PutAsync(path + "/weights", new { portions }, cancellationToken);
        foreach (var pack in view.GetProperty("packs").EnumerateArray().Where(p => !p.GetProperty("packed").GetBoolean()))
        {
            await dispenser.PostAsync(
                path + "/packs",
                new { handling = pack.GetProperty("handling").GetString(), label = pack.GetProperty("label").GetString() },
                cancellationToken
            );
        }

        foreach (var line in lines.Where(l => l.GetProperty("rule").GetProperty("twoPersons").GetBoolean()))
        {
            await checker.PostAsync(path + "/witnesses", new { lineNumber = NumberOf(line) }, cancellationToken);
        }
    }

    /// <param name="checkedAt">null: now</param>
    public async Task CheckAsync(string path, DateTimeOffset? checkedAt, CancellationToken cancellationToken)
    {
        var view = await checker.GetAsync(path, cancellationToken);
        var items = view.GetProperty("lines").EnumerateArray().Select(l => new { lineNumber = NumberOf(l) }).ToArray();
        await checker.PostAsync(path + "/check", new { checkedAt, items }, cancellationToken);
    }

    private static int NumberOf(JsonElement line) => line.GetProperty("lineNumber").GetInt32();

    private static IEnumerable<object> PortionsOf(JsonElement line, int doses, int drift) =>
        line.GetProperty("steps")
            .EnumerateArray()
            .GroupBy(s => s.GetProperty("lotNumber").GetString())
            .Select(lot =>
            {
                var weights = new long[doses];
                foreach (var step in lot)
                {
                    weights[step.GetProperty("dose").GetInt32() - 1] = Weighed(step, drift);
                }

                return new
                {
                    lineNumber = NumberOf(line),
                    lotNumber = lot.Key,
                    doses = weights,
                };
            });

    /// <summary>A hand is never exact: off by up to one in two hundred, the same at a repetition; and by the balance's own ‰.</summary>
    private static long Weighed(JsonElement step, int drift)
    {
        var wanted = step.GetProperty("milligrams").GetInt64();
        var dose = step.GetProperty("dose").GetInt32();
        return Math.Max(1, wanted + ((dose * 7 + wanted / 100) % 11 - 5 + drift) * wanted / 1_000);
    }
}
