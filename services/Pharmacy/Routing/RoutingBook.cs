using TcmBrain.Pharmacy.Centres;
using TcmBrain.Pharmacy.Prices;

namespace TcmBrain.Pharmacy.Routing;

/// <summary>All that choosing knows beside what lies on the shelves: centres and places, the catalogues of the day, consortia, loads.</summary>
public sealed class RoutingBook(
    Map map,
    PriceList prices,
    IReadOnlyDictionary<string, IReadOnlySet<string>> consortia,
    Loads loads,
    RoutingRules rules
)
{
    public Map Map { get; } = map;

    public PriceList Prices { get; } = prices;

    public Loads Loads { get; } = loads;

    public RoutingRules Rules { get; } = rules;

    public static RoutingBook Of(Map map, PriceList? prices = null, Loads? loads = null, RoutingRules? rules = null) =>
        new(
            map,
            prices ?? PriceList.Empty,
            new Dictionary<string, IReadOnlySet<string>>(),
            loads ?? new Loads([]),
            rules ?? new RoutingRules()
        );

    /// <summary>Whether both belong to one consortium.</summary>
    public bool AreAllied(string institution, string centre) =>
        consortia.TryGetValue(institution, out var mine) && consortia.TryGetValue(centre, out var theirs) && mine.Overlaps(theirs);
}
