using System.Globalization;
using System.Text.Json;

namespace TcmBrain.HisSimulator.Demo;

/// <summary>
/// The decoction room of one centre: takes a vessel that is large enough, cleans it when the one before has not, keeps to the recipe's
/// minutes, adds late what is to be added late, and lets the vessel's controller send its curve.
/// </summary>
internal sealed class Kitchen(Gateway gateway, int number)
{
    private static readonly TimeSpan Rinse = TimeSpan.FromMinutes(5);

    private readonly Controller controller = new(gateway, $"decoction-{number}");
    private readonly Dictionary<string, (DateTimeOffset Free, int Capacity)> vessels = [];
    private readonly Lock gate = new();

    public Actor Worker { get; } = new(gateway, $"decoction-{number}");

    public async Task DecoctAsync(JsonElement job, CancellationToken cancellationToken)
    {
        var id = job.GetProperty("prescriptionId").GetGuid();
        var recipe = job.GetProperty("recipe");
        var (soak, first, second) = (Target(recipe, "soak") + 2, Target(recipe, "firstBoil"), Target(recipe, "secondBoil"));
        (string Step, int Minutes)[] steps = [("soaking", soak), ("first-boil", first), ("second-boil", second), ("packing", 5)];
        // What is decocted apart goes on the fire with the soaking; the bags wait for it.
        var apart = ApartMinutes(recipe);
        var early = Math.Max(0, apart - (soak + first + second));
        steps[0].Minutes += early;
        soak += early;
        var total = TimeSpan.FromMinutes(steps.Sum(s => s.Minutes));
        var needed = recipe.GetProperty("water").GetProperty("vesselMillilitres").GetInt32();
        var earliest = job.GetProperty("checkedAt").GetDateTimeOffset().AddMinutes(5);
        var (vessel, at) = await TakeVesselAsync(needed, earliest, total, cancellationToken);
        await controller.SendAsync(vessel, at, soak, first, second, cancellationToken);
        var begun = at;
        foreach (var (step, minutes) in steps)
        {
            var end = at.AddMinutes(minutes);
            await Worker.PostAsync(
                $"/api/decoction/jobs/{id}/steps/{step}",
                new
                {
                    vessel,
                    startedAt = at,
                    finishedAt = end,
                    additions = step switch
                    {
                        "first-boil" => Additions(recipe, at),
                        "packing" => Joined(recipe, begun, at),
                        _ => [],
                    },
                },
                cancellationToken
            );
            at = end;
        }

        await CheckPackingAsync(id, at, recipe.GetProperty("millilitresPerBag").GetInt32(), cancellationToken);
    }

    /// <summary>The bags are counted, two are looked at, a sample is kept (分装核对、留样).</summary>
    private async Task CheckPackingAsync(Guid prescription, DateTimeOffset packed, int millilitres, CancellationToken cancellationToken)
    {
        var story = await Worker.GetAsync($"/api/decoction/prescriptions/{prescription}", cancellationToken);
        var serials = story.GetProperty("bags").EnumerateArray().Select(serial => serial.GetString()!).ToList();
        await Worker.PostAsync(
            $"/api/decoction/jobs/{prescription}/packing-check",
            new
            {
                checkedAt = packed,
                counted = serials.Count,
                // No filler is exact: off by up to three in a hundred.
                measured = serials
                    .Take(2)
                    .Select(
                        (serial, i) =>
                            new
                            {
                                serial,
                                millilitres = millilitres + (((packed.Minute + (i * 3)) % 7 - 3) * millilitres / 100),
                                @sealed = true,
                            }
                    ),
                sample = new { millilitres = 50, place = "留样柜 1-1" },
            },
            cancellationToken
        );
    }

    /// <summary>What the recipe wants confirmed within the first boil, at its minute.</summary>
    private static object[] Additions(JsonElement recipe, DateTimeOffset start) =>
        [
            .. recipe
                .GetProperty("moments")
                .EnumerateArray()
                .Where(m => m.GetProperty("mustConfirm").GetBoolean() && m.GetProperty("minute").ValueKind == JsonValueKind.Number)
                .Select(m => new
                {
                    handling = m.GetProperty("handling").GetString(),
                    doneAt = start.AddMinutes(m.GetProperty("minute").GetInt32()),
                }),
        ];

    /// <summary>What is made beside the pot and joined before the bags are filled (另煎, 烊化).</summary>
    private static object[] Joined(JsonElement recipe, DateTimeOffset begun, DateTimeOffset packing) =>
        [
            .. recipe
                .GetProperty("moments")
                .EnumerateArray()
                .Where(m => m.GetProperty("mustConfirm").GetBoolean() && m.GetProperty("minute").ValueKind != JsonValueKind.Number)
                .Select(m => new
                {
                    handling = m.GetProperty("handling").GetString(),
                    startedAt = m.GetProperty("limit").ValueKind == JsonValueKind.Object ? begun : (DateTimeOffset?)null,
                    doneAt = packing,
                }),
        ];

    private static int ApartMinutes(JsonElement recipe) =>
        recipe
            .GetProperty("moments")
            .EnumerateArray()
            .Where(m => m.GetProperty("handling").GetString() == "另煎" && m.GetProperty("mustConfirm").GetBoolean())
            .Select(m => m.GetProperty("limit").GetProperty("target").GetInt32())
            .FirstOrDefault();

    private static int Target(JsonElement recipe, string step) => recipe.GetProperty(step).GetProperty("target").GetInt32();

    /// <summary>The vessel that is free first, for the whole job; an earlier demo's jobs may be in the way.</summary>
    private async Task<(string Vessel, DateTimeOffset Start)> TakeVesselAsync(
        int needed,
        DateTimeOffset earliest,
        TimeSpan total,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            await LearnVesselsAsync(cancellationToken);
            string vessel;
            DateTimeOffset start;
            lock (gate)
            {
                var fitting = vessels
                    .Where(v => v.Value.Capacity >= needed)
                    .OrderBy(v => v.Value.Free)
                    .ThenBy(v => v.Value.Capacity)
                    .ToList();
                if (fitting.Count == 0)
                {
                    throw new SimulatorException($"No vessel of the centre holds {needed} ml.");
                }

                (vessel, var (free, capacity)) = fitting[0];
                start = free > earliest ? free : earliest;
                vessels[vessel] = (start + total + Rinse, capacity);
            }

            if (start + total > DateTimeOffset.UtcNow)
            {
                throw new SimulatorException(
                    "No vessel has time left before now: ask for fewer prescriptions, or give the centres more vessels (Vessels__PerCentre)."
                );
            }

            var interval = string.Create(CultureInfo.InvariantCulture, $"from={start.UtcDateTime:O}&until={(start + total).UtcDateTime:O}");
            var list = await Worker.GetAsync("/api/decoction/vessels?" + interval, cancellationToken);
            var item = list.GetProperty("items").EnumerateArray().First(v => v.GetProperty("vessel").GetString() == vessel);
            if (item.GetProperty("busy").GetBoolean() || item.GetProperty("brokenAt").ValueKind != JsonValueKind.Null)
            {
                continue;
            }

            if (!item.GetProperty("clean").GetBoolean())
            {
                await Worker.PostAsync(
                    $"/api/decoction/vessels/{vessel}/cleanings",
                    new { cleanedAt = start.AddMinutes(-1), agent = "食品级清洗剂" },
                    cancellationToken
                );
            }

            return (vessel, start);
        }
    }

    private async Task LearnVesselsAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (vessels.Count > 0)
            {
                return;
            }
        }

        var list = await Worker.GetAsync("/api/decoction/vessels", cancellationToken);
        lock (gate)
        {
            foreach (var vessel in list.GetProperty("items").EnumerateArray())
            {
                vessels.TryAdd(
                    vessel.GetProperty("vessel").GetString()!,
                    (DateTimeOffset.MinValue, vessel.GetProperty("capacityMillilitres").GetInt32())
                );
            }
        }
    }
}
