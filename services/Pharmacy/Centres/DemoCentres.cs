using TcmBrain.CatalogueCopy;
using TcmBrain.Contracts.Demo;
using TcmBrain.Knowledge;
using TcmBrain.Pharmacy.Prices;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Pharmacy.Centres;

/// <summary>
/// Lets the demo's centres tell of themselves, each once, through the same code that serves people: capacity, hours, fees and a price for every
/// piece. Waits until the register of institutions has told of them. Prices are invented and the same at every start.
/// </summary>
internal sealed partial class DemoCentres(
    CentreStore centres,
    CatalogueStore offers,
    CurrentCatalogue current,
    TimeProvider time,
    ILogger<DemoCentres> logger
) : BackgroundService
{
    private const string By = "demo";
    private const int Chunk = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private static readonly ProfileRequest[] Profiles =
    [
        Profile(1_200, 900, 250, 600),
        Profile(800, 700, 200, 500),
        Profile(600, 500, 200, 600),
    ];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var waiting = DemoRegion.Pharmacies.Index().ToList();
        while (waiting.Count > 0 && !stoppingToken.IsCancellationRequested)
        {
            try
            {
                foreach (var (i, pharmacy) in waiting.ToArray())
                {
                    await SeedAsync(pharmacy.Code, i, stoppingToken);
                    waiting.RemoveAll(w => w.Item.Code == pharmacy.Code);
                }
            }
            catch (FaultException e) when (e.Code == PharmacyFaults.CentreNotFound.Code)
            {
                // The register has not told of it yet.
            }
            catch (FaultException e) when (e.Code == PharmacyFaults.CentreStale.Code)
            {
                // Another replica was faster.
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogWaiting(e.Message);
            }

            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SeedAsync(string code, int nth, CancellationToken cancellationToken)
    {
        var centre = await centres.ReadAsync(code, cancellationToken);
        if (centre.Offers == 0)
        {
            foreach (var chunk in current.Value.Herbs.Where(h => !h.IsBanned && current.Value.Find(h.Name)?.Name == h.Name).Chunk(Chunk))
            {
                var items = chunk.SelectMany(h => Entries(h, nth)).ToArray();
                await offers.EnterAsync(code, new OfferRequest(null, items), By, cancellationToken);
            }
        }

        if (centre.Version == 0)
        {
            await centres.SaveAsync(code, Profiles[nth % Profiles.Length], 0, By, cancellationToken);
        }
    }

    /// <summary>40 to 240 yuan a kilogram, precious pieces twenty times as much; a first grade for every fourth piece, a third dearer.</summary>
    private static IEnumerable<OfferEntry> Entries(Herb herb, int nth)
    {
        var seed = herb.Name.Aggregate(17, (sum, c) => (sum * 31 + c) % 10_007);
        var fen = (4_000 + seed % 20_000L) * (Dispensing.PieceRules.IsPrecious(herb.Name) ? 20 : 1) * (98 + nth * 2) / 100;
        yield return new OfferEntry(herb.Name, "", "piece", fen);
        if (seed % 4 == 0)
        {
            yield return new OfferEntry(herb.Name, "一等", "piece", fen * 4 / 3);
        }
    }

    private static ProfileRequest Profile(int dispensing, int decoction, long dispensingFen, long deliveryFen) =>
        new(
            dispensing,
            decoction,
            new TimeOnly(7, 30),
            new TimeOnly(21, 0),
            [],
            [],
            [],
            ConsortiumRule.Prefer,
            dispensingFen,
            300,
            deliveryFen
        );

    [LoggerMessage(Level = LogLevel.Warning, Message = "The demo's centres can't be entered yet: {Reason}")]
    private partial void LogWaiting(string reason);
}
