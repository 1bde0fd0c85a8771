using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using TcmBrain.Contracts.Demo;

namespace TcmBrain.HisSimulator.Demo;

/// <summary>
/// The people of one shared pharmacy with its decoction room: they take what their lists show, step by step, until they are told to stop.
/// A day has to fit into a minute, so every physical step carries its device's time from the hours before now; the platform takes such
/// late reports from devices, and none from the future.
/// </summary>
internal sealed class Centre(Gateway gateway, int number)
{
    private const int AtOnce = 4;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Occupied = TimeSpan.FromMinutes(105);

    private readonly Actor dispenser = new(gateway, $"dispenser-{number}");
    private readonly Actor checker = new(gateway, $"checker-{number}");
    private readonly Actor worker = new(gateway, $"decoction-{number}");
    private readonly Actor courier = new(gateway, $"courier-{number}");
    private readonly ConcurrentDictionary<Guid, byte> inHand = new();
    private readonly Dictionary<string, DateTimeOffset> vesselFree = [];
    private readonly Lock vessels = new();

    public DemoInstitution Institution => DemoRegion.Pharmacies[number - 1];

    public Task WorkAsync(CancellationToken stop) =>
        Task.WhenAll(
            LoopAsync(dispenser, "/api/pharmacy/work?state=reserved&limit=50", DispenseAsync, stop),
            LoopAsync(dispenser, "/api/pharmacy/work?state=dispensing&limit=50", DispenseAsync, stop),
            LoopAsync(checker, "/api/pharmacy/work?state=dispensed&limit=50", CheckAsync, stop),
            LoopAsync(worker, "/api/decoction/jobs?limit=200&state=waiting", DecoctAsync, stop),
            LoopAsync(worker, "/api/decoction/jobs?limit=200&state=decocting", DecoctAsync, stop),
            LoopAsync(courier, "/api/decoction/parcels?state=packed&limit=100", ShipAsync, stop),
            LoopAsync(courier, "/api/decoction/parcels?state=shipped&limit=100", DeliverAsync, stop)
        );

    private async Task LoopAsync(Actor actor, string list, Func<JsonElement, CancellationToken, Task> handle, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var page = await actor.GetAsync(list, stop);
            var items = page.GetProperty("items").EnumerateArray().Where(i => inHand.TryAdd(IdOf(i), 0)).ToList();
            await Parallel.ForEachAsync(
                items,
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stop },
                async (item, token) =>
                {
                    try
                    {
                        await handle(item, token);
                    }
                    finally
                    {
                        inHand.TryRemove(IdOf(item), out _);
                    }
                }
            );
            if (items.Count == 0)
            {
                await Task.Delay(Look, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static Guid IdOf(JsonElement item) => item.GetProperty("prescriptionId").GetGuid();

    private async Task DispenseAsync(JsonElement card, CancellationToken cancellationToken)
    {
        var path = $"/api/pharmacy/dispensings/{IdOf(card)}";
        var (status, body) = await dispenser.SendAsync(
            HttpMethod.Post,
            path + "/start",
            new { startedAt = card.GetProperty("startedAt").ValueKind == JsonValueKind.Null ? Ago(230) : card.GetProperty("startedAt").GetDateTimeOffset() },
            cancellationToken
        );
        if (status is HttpStatusCode.Conflict or HttpStatusCode.NotFound)
        {
            // Withdrawn by the hospital in this very moment.
            return;
        }

        if ((int)status >= 300)
        {
            throw new SimulatorException($"{path}/start: {(int)status} {body}");
        }

        var portions = card.GetProperty("lines")
            .EnumerateArray()
            .SelectMany(line =>
                line.GetProperty("allocations")
                    .EnumerateArray()
                    .Select(a => new
                    {
                        lineNumber = line.GetProperty("lineNumber").GetInt32(),
                        lotNumber = a.GetProperty("lotNumber").GetString(),
                        milligrams = Weighed(a),
                    })
            )
            .ToArray();
        await dispenser.PutAsync(path + "/weights", new { portions }, cancellationToken);
        await dispenser.PostAsync(path + "/finish", new { finishedAt = Ago(220) }, cancellationToken);
    }

    /// <summary>A hand is never exact: off by up to one in a hundred, the same at a repetition.</summary>
    private static long Weighed(JsonElement allocation)
    {
        if (allocation.GetProperty("weighedMilligrams") is { ValueKind: JsonValueKind.Number } known)
        {
            return known.GetInt64();
        }

        var reserved = allocation.GetProperty("reservedMilligrams").GetInt64();
        return reserved + (reserved / 100 > 0 ? reserved % 7 * (reserved / 100) / 7 - reserved / 200 : 0);
    }

    private async Task CheckAsync(JsonElement card, CancellationToken cancellationToken) =>
        await checker.PostAsync(
            $"/api/pharmacy/dispensings/{IdOf(card)}/check",
            new { checkedAt = Ago(215) },
            cancellationToken
        );

    private async Task DecoctAsync(JsonElement job, CancellationToken cancellationToken)
    {
        var steps = $"/api/decoction/jobs/{IdOf(job)}/steps";
        var recipe = job.GetProperty("recipe");
        var first = Minutes(recipe, "firstBoilMinutes", 25);
        var second = Minutes(recipe, "secondBoilMinutes", 20);
        var (vessel, at) = await SoakAsync(steps, job, cancellationToken);
        at = await StepAsync("first-boil", first);
        at = await StepAsync("second-boil", second);
        await StepAsync("packing", 5);

        async Task<DateTimeOffset> StepAsync(string step, int minutes)
        {
            var end = at.AddMinutes(minutes);
            var (status, body) = await worker.SendAsync(
                HttpMethod.Post,
                $"{steps}/{step}",
                new { vessel, startedAt = at, finishedAt = end },
                cancellationToken
            );
            return (int)status < 300 ? end : throw new SimulatorException($"{steps}/{step}: {(int)status} {body}");
        }
    }

    /// <summary>Finds a vessel that is free for the whole job, as late as the clock allows.</summary>
    private async Task<(string Vessel, DateTimeOffset SoakedUntil)> SoakAsync(string steps, JsonElement job, CancellationToken cancellationToken)
    {
        await LearnVesselsAsync(cancellationToken);
        while (true)
        {
            var (vessel, start) = TakeVessel();
            var end = start.AddMinutes(32);
            var (status, body) = await worker.SendAsync(
                HttpMethod.Post,
                $"{steps}/soaking",
                new { vessel, startedAt = start, finishedAt = end },
                cancellationToken
            );
            if ((int)status < 300)
            {
                return (vessel, end);
            }

            if (!body.Contains("DEC-0207"))
            {
                throw new SimulatorException($"{steps}/soaking: {(int)status} {body}");
            }
        }
    }

    /// <summary>Each vessel is used backwards from now, so that the latest job is the latest in time.</summary>
    private (string Vessel, DateTimeOffset Start) TakeVessel()
    {
        lock (vessels)
        {
            var (vessel, until) = vesselFree.MaxBy(v => v.Value);
            vesselFree[vessel] = until - Occupied - TimeSpan.FromMinutes(5);
            return (vessel, until - Occupied);
        }
    }

    private async Task LearnVesselsAsync(CancellationToken cancellationToken)
    {
        lock (vessels)
        {
            if (vesselFree.Count > 0)
            {
                return;
            }
        }

        var list = await worker.GetAsync("/api/decoction/vessels", cancellationToken);
        lock (vessels)
        {
            foreach (var vessel in list.GetProperty("items").EnumerateArray())
            {
                vesselFree.TryAdd(vessel.GetProperty("name").GetString()!, Ago(10));
            }
        }
    }

    private static int Minutes(JsonElement recipe, string name, int otherwise)
    {
        foreach (var property in recipe.EnumerateObject())
        {
            if (property.NameEquals(name))
            {
                return property.Value.ValueKind == JsonValueKind.Number ? property.Value.GetInt32()
                    : property.Value.TryGetProperty("min", out var least) ? least.GetInt32()
                    : otherwise;
            }
        }

        return otherwise;
    }

    private async Task ShipAsync(JsonElement parcel, CancellationToken cancellationToken)
    {
        var ready = parcel.GetProperty("readyAt").GetDateTimeOffset();
        await courier.PostAsync(
            $"/api/decoction/parcels/{IdOf(parcel)}/ship",
            new { shippedAt = Earlier(ready.AddMinutes(2)) },
            cancellationToken
        );
    }

    private async Task DeliverAsync(JsonElement parcel, CancellationToken cancellationToken)
    {
        var shipped = parcel.GetProperty("shippedAt").GetDateTimeOffset();
        await courier.PostAsync(
            $"/api/decoction/parcels/{IdOf(parcel)}/deliver",
            new { deliveredAt = Earlier(shipped.AddMinutes(5)) },
            cancellationToken
        );
    }

    private static DateTimeOffset Earlier(DateTimeOffset t) => t < DateTimeOffset.UtcNow ? t : DateTimeOffset.UtcNow;

    private static DateTimeOffset Ago(double minutes) => DateTimeOffset.UtcNow.AddMinutes(-minutes);
}
