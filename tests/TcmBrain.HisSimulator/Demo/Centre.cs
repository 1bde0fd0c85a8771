using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using TcmBrain.Contracts.Demo;

namespace TcmBrain.HisSimulator.Demo;

/// <summary>
/// The people of one shared pharmacy with its decoction room: they take what their lists show, step by step, until they are told to stop.
/// What is not decocted is dispensed and delivered as it happens, so its way has true times from the push on. A decoction takes hours and a day has to fit
/// into a minute: its steps carry their devices' times from the hours before now; the platform takes such late reports from devices, and none from the future.
/// </summary>
/// <param name="mine">prescriptions of this day: what hospitals pushed besides is left to other days</param>
internal sealed class Centre(Gateway gateway, int number, Predicate<Guid> mine)
{
    private const int AtOnce = 4;

    /// <summary>Minutes before now: from here on the vessels have their day, and each does several jobs one after another.</summary>
    private const double DispensedBefore = 600;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    private readonly Actor dispenser = new(gateway, $"dispenser-{number}");
    private readonly Actor checker = new(gateway, $"checker-{number}");
    private readonly Bench bench = new(new Actor(gateway, $"dispenser-{number}"), new Actor(gateway, $"checker-{number}"));
    private readonly Kitchen kitchen = new(gateway, number);
    private readonly Actor courier = new(gateway, $"courier-{number}");
    private readonly ConcurrentDictionary<Guid, byte> inHand = new();

    public DemoInstitution Institution => DemoRegion.Pharmacies[number - 1];

    public Task WorkAsync(CancellationToken stop) =>
        Task.WhenAll(
            LoopAsync(dispenser, "/api/pharmacy/work?state=reserved&limit=200", DispenseAsync, stop),
            LoopAsync(dispenser, "/api/pharmacy/work?state=dispensing&limit=200", DispenseAsync, stop),
            LoopAsync(checker, "/api/pharmacy/work?state=dispensed&limit=200", CheckAsync, stop),
            LoopAsync(kitchen.Worker, "/api/decoction/jobs?limit=200&state=waiting", kitchen.DecoctAsync, stop),
            LoopAsync(courier, "/api/decoction/parcels?state=packed&limit=100", ShipAsync, stop),
            LoopAsync(courier, "/api/decoction/parcels?state=shipped&limit=100", DeliverAsync, stop)
        );

    private async Task LoopAsync(Actor actor, string list, Func<JsonElement, CancellationToken, Task> handle, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var all = await actor.ListAsync(list, stop);
            var items = all.Where(i => mine(IdOf(i)) && inHand.TryAdd(IdOf(i), 0)).ToList();
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
        var (seen, view) = await dispenser.SendAsync(HttpMethod.Get, path, null, cancellationToken);
        if (seen == HttpStatusCode.NotFound)
        {
            return;
        }

        var earlier = Decocts(view);
        DateTimeOffset? begun = card.GetProperty("startedAt") is { ValueKind: not JsonValueKind.Null } known
            ? known.GetDateTimeOffset()
            : null;
        var (status, body) = await dispenser.SendAsync(
            HttpMethod.Post,
            path + "/start",
            new { startedAt = begun ?? (earlier ? Ago(DispensedBefore + 15) : null) },
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

        await bench.WeighAsync(path, cancellationToken);
        await dispenser.PostAsync(path + "/finish", new { finishedAt = earlier ? Ago(DispensedBefore + 5) : null }, cancellationToken);
    }

    private async Task CheckAsync(JsonElement card, CancellationToken cancellationToken)
    {
        var path = $"/api/pharmacy/dispensings/{IdOf(card)}";
        var view = await checker.GetAsync(path, cancellationToken);
        await bench.CheckAsync(path, view.GetProperty("decoct").GetBoolean() ? Ago(DispensedBefore) : null, cancellationToken);
    }

    private static bool Decocts(string view)
    {
        using var read = JsonDocument.Parse(view);
        return read.RootElement.GetProperty("decoct").GetBoolean();
    }

    private async Task ShipAsync(JsonElement parcel, CancellationToken cancellationToken)
    {
        var ready = parcel.GetProperty("readyAt").GetDateTimeOffset();
        var path = $"/api/decoction/parcels/{IdOf(parcel)}/ship";
        var (status, body) = await courier.SendAsync(
            HttpMethod.Post,
            path,
            new { shippedAt = Earlier(ready.AddMinutes(2)), coldChain = TravelsCooled(parcel) },
            cancellationToken
        );
        // Packed and not counted yet: it is on the next list again.
        if ((int)status >= 300 && status != HttpStatusCode.Conflict)
        {
            throw new SimulatorException($"{path}: {(int)status} {body}");
        }
    }

    private async Task DeliverAsync(JsonElement parcel, CancellationToken cancellationToken)
    {
        var shipped = parcel.GetProperty("shippedAt").GetDateTimeOffset();
        if (TravelsCooled(parcel))
        {
            await MeasureAsync(IdOf(parcel), shipped, Earlier(shipped.AddMinutes(5)), cancellationToken);
        }

        await courier.PostAsync(
            $"/api/decoction/parcels/{IdOf(parcel)}/deliver",
            new { deliveredAt = Earlier(shipped.AddMinutes(5)) },
            cancellationToken
        );
    }

    /// <summary>Some of what was decocted: bags are kept at 2–8 °C.</summary>
    private static bool TravelsCooled(JsonElement parcel) =>
        parcel.GetProperty("bags").GetInt32() > 0 && parcel.GetProperty("sscc").GetString()![^2] is '0' or '5';

    /// <summary>What the logger in the box says, every half minute.</summary>
    private Task MeasureAsync(Guid id, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken) =>
        courier.PostAsync(
            $"/api/decoction/parcels/{id}/readings",
            new
            {
                logger = $"TL-{number:D2}",
                readings = Enumerable
                    .Range(0, (int)((until - from).TotalSeconds / 30) + 1)
                    .Select(i => new { takenAt = from.AddSeconds(30 * i), centicelsius = 450 + (int)(120 * Math.Sin(i / 2.0)) }),
            },
            cancellationToken
        );

    private static DateTimeOffset Earlier(DateTimeOffset t) => t < DateTimeOffset.UtcNow ? t : DateTimeOffset.UtcNow;

    private static DateTimeOffset? Ago(double minutes) => DateTimeOffset.UtcNow.AddMinutes(-minutes);
}
