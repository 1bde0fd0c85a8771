using TcmBrain.Contracts;
using TcmBrain.Contracts.Demo;

namespace TcmBrain.HisSimulator.Demo;

/// <summary>A piece that a centre lacks.</summary>
internal sealed record Want(int Centre, string Piece, long Milligrams);

/// <summary>
/// Buys as a centre does: an order that the head of the pharmacy sends, a delivery note, acceptance point by point, a place to lie. All through
/// the public interface.
/// </summary>
internal sealed class Purchases(Gateway gateway)
{
    private static readonly string[] Points =
    [
        "name",
        "spec",
        "origin",
        "grade",
        "batch",
        "production",
        "certificate",
        "testReport",
        "packaging",
    ];

    /// <param name="batch">part of every lot number, so that two days differ</param>
    /// <returns>The lots, in quarantine.</returns>
    public async Task<IReadOnlyList<Guid>> BuyAsync(
        int centre,
        IReadOnlyList<Want> wants,
        string batch,
        CancellationToken cancellationToken
    )
    {
        if (wants.Count == 0)
        {
            return [];
        }

        var keeper = new Actor(gateway, $"dispenser-{centre}");
        var head = new Actor(gateway, $"checker-{centre}");
        var maker = centre % DemoRegion.Manufacturers.Count;
        var supplier = DemoRegion.Manufacturers[maker].Code;
        var (order, delivery) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var today = RegionTime.DayOf(DateTimeOffset.UtcNow);
        await keeper.PutAsync(
            $"/api/pharmacy/orders/{order}",
            new
            {
                supplierCode = supplier,
                expectedOn = today,
                note = "常用饮片补货",
                lines = wants.Select(
                    (w, i) =>
                        new
                        {
                            piece = w.Piece,
                            spec = "片",
                            grade = "统货",
                            origin = "",
                            quantityMilligrams = w.Milligrams,
                            priceFenPerKilogram = 3_000 + i * 700,
                        }
                ),
            },
            cancellationToken
        );
        await head.PostAsync($"/api/pharmacy/orders/{order}/send", new { }, cancellationToken);
        var origins = wants.Select((_, i) => Stockroom.Origins[i % Stockroom.Origins.Length]).ToList();
        // What the maker's system captured of each, and what its box says.
        var sources = new string[wants.Count];
        await Parallel.ForEachAsync(
            wants.Index(),
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellationToken },
            async (w, token) =>
                sources[w.Index] = await new Growers(gateway).GrowAsync(
                    maker + 1,
                    w.Item.Piece,
                    origins[w.Index],
                    $"{batch}-O{centre}-{w.Index:00}",
                    w.Item.Milligrams / 1_000_000m,
                    token
                )
        );
        await keeper.PutAsync(
            $"/api/pharmacy/deliveries/{delivery}",
            new
            {
                supplierCode = supplier,
                noteNumber = $"SH-{batch}-{centre}",
                orderId = order,
                lines = wants.Select(
                    (w, i) =>
                        new
                        {
                            orderLine = i + 1,
                            piece = w.Piece,
                            spec = "片",
                            grade = "统货",
                            origin = origins[i],
                            lotNumber = $"D{batch}-{i + 1:00}",
                            quantityMilligrams = w.Milligrams,
                            producedOn = today.AddDays(-60 - i),
                            // Some that somebody should look at soon.
                            expiresOn = today.AddDays(i % 4 == 0 ? 25 + i * 5 : 400 + i * 9),
                            certificate = $"HG-{batch}-{i + 1:00}",
                            testReport = $"JY-{batch}-{i + 1:00}",
                            sourceItem = sources[i],
                        }
                ),
            },
            cancellationToken
        );
        var lots = new List<Guid>(wants.Count);
        foreach (var (i, want) in wants.Index())
        {
            var accepted = await keeper.PostAsync(
                $"/api/pharmacy/deliveries/{delivery}/lines/{i + 1}/acceptance",
                new { findings = Points.ToDictionary(p => p, _ => new { ok = true }) },
                cancellationToken
            );
            var lot = accepted.GetProperty("lotId").GetGuid();
            lots.Add(lot);
            await PlaceAsync(keeper, lot, $"S{i / 10 + 1}-{i % 10 + 1:00}", cancellationToken);
        }

        return lots;
    }

    /// <summary>In a locked cabinet: there everything may lie.</summary>
    private static async Task PlaceAsync(Actor keeper, Guid lot, string position, CancellationToken cancellationToken)
    {
        await keeper.PutAsync(
            $"/api/pharmacy/positions/{position}",
            new
            {
                zone = "locked",
                minCelsius = 0,
                maxCelsius = 25,
                maxHumidity = 65,
                careDays = 30,
                retired = false,
            },
            cancellationToken
        );
        await keeper.PutAsync($"/api/pharmacy/lots/{lot}/position", new { position }, cancellationToken);
        await keeper.PostAsync(
            $"/api/pharmacy/positions/{position}/care",
            new
            {
                id = Guid.CreateVersion7(),
                kind = "inspection",
                celsius = 21.5,
                humidity = 54,
                finding = "无霉变、无虫蛀",
                action = "",
            },
            cancellationToken
        );
    }
}
