using System.Globalization;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Demo;

namespace TcmBrain.HisSimulator.Demo;

/// <summary>Sees to it that every centre has what the day will need: goods in, tests, release, all through the public interface.</summary>
internal sealed class Stockroom(Gateway gateway)
{
    private const int AtOnce = 8;

    /// <summary>A tonne, in milligrams.</summary>
    private const long Plenty = 1_000_000_000;

    /// <summary>So many pieces of a centre are bought with order and delivery note, the others fetched without.</summary>
    private const int Ordered = 12;

    internal static readonly string[] Origins =
    [
        "甘肃陇西",
        "四川江油",
        "浙江磐安",
        "安徽亳州",
        "河南焦作",
        "吉林抚松",
        "云南文山",
        "内蒙古赤峰",
    ];

    /// <param name="needed">Milligrams by piece, for the whole day.</param>
    /// <returns>How many lots came in.</returns>
    public async Task<int> FillAsync(
        IReadOnlyDictionary<string, long> needed,
        Action<int, int> progress,
        CancellationToken cancellationToken
    )
    {
        var wants = new List<Want>();
        for (var centre = 1; centre <= DemoRegion.Pharmacies.Count; centre++)
        {
            var stockkeeper = new Actor(gateway, $"dispenser-{centre}");
            var shelves = (await stockkeeper.ListAsync("/api/pharmacy/stock?limit=200", cancellationToken)).ToDictionary(
                s => s.GetProperty("piece").GetString()!,
                s => s.GetProperty("usableMilligrams").GetInt64()
            );
            wants.AddRange(
                needed
                    .Where(n => shelves.GetValueOrDefault(n.Key) < n.Value)
                    // Plenty: prescriptions pushed before that wait for a piece are served first.
                    .Select(n => new Want(centre, n.Key, Math.Max(n.Value * 2, Plenty)))
            );
        }

        var done = 0;
        var laboratory = new Laboratory(gateway);
        var today = RegionTime.DayOf(DateTimeOffset.UtcNow);
        var batch = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var ordered = wants.GroupBy(w => w.Centre).ToDictionary(g => g.Key, g => g.Take(Ordered).ToArray());
        foreach (var (centre, bought) in ordered)
        {
            foreach (var lot in await new Purchases(gateway).BuyAsync(centre, bought, batch, cancellationToken))
            {
                await laboratory.ReleaseAsync(lot, cancellationToken);
                progress(++done, wants.Count);
            }
        }

        await Parallel.ForEachAsync(
            wants.Except(ordered.Values.SelectMany(w => w)).Index(),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (order, token) =>
            {
                var (n, (centre, piece, milligrams)) = order;
                var stockkeeper = new Actor(gateway, $"dispenser-{centre}");
                var maker = n % DemoRegion.Manufacturers.Count;
                var origin = Origins[n % Origins.Length];
                var source = await new Growers(gateway).GrowAsync(
                    maker + 1,
                    piece,
                    origin,
                    $"{batch}-{n:0000}",
                    milligrams / 1_000_000m,
                    token
                );
                var accepted = await stockkeeper.PostAsync(
                    "/api/pharmacy/goods-in",
                    new
                    {
                        piece,
                        lotNumber = $"P{batch}-{n:0000}",
                        supplier = DemoRegion.Manufacturers[maker].Code,
                        origin,
                        quantityMilligrams = milligrams,
                        producedOn = today.AddDays(-60 - n % 90),
                        // Not all alike, so that first-expiring-first-out has something to choose.
                        expiresOn = today.AddDays(365 + n % 365),
                        certificate = $"COA-{batch}-{n:0000}",
                        sourceItem = source,
                    },
                    token
                );
                await laboratory.ReleaseAsync(accepted.GetProperty("lotId").GetGuid(), token);
                progress(Interlocked.Increment(ref done), wants.Count);
            }
        );
        return wants.Count;
    }
}
