using System.Runtime.InteropServices;

namespace TcmBrain.Pharmacy.Routing;

/// <summary>What waits at a centre: to be dispensed and checked, and to be decocted.</summary>
public readonly record struct Load(int Dispensing, int Decoction, int UrgentDispensing, int UrgentDecoction);

/// <summary>
/// What waits at each centre, as counted a moment ago and with what was chosen since. A measure for choosing, not a book: lanes that plan at
/// once see each other's choices, replicas after a second.
/// </summary>
public sealed class Loads
{
    private readonly Dictionary<string, Load> _loads;
    private readonly Lock _gate = new();

    public Loads(IEnumerable<KeyValuePair<string, Load>> counted) => _loads = new Dictionary<string, Load>(counted);

    public Load Of(string centre)
    {
        lock (_gate)
        {
            return _loads.GetValueOrDefault(centre);
        }
    }

    public void Add(string centre, bool decoct, bool urgent)
    {
        lock (_gate)
        {
            ref var load = ref CollectionsMarshal.GetValueRefOrAddDefault(_loads, centre, out _);
            load = new Load(
                load.Dispensing + 1,
                load.Decoction + (decoct ? 1 : 0),
                load.UrgentDispensing + (urgent ? 1 : 0),
                load.UrgentDecoction + (urgent && decoct ? 1 : 0)
            );
        }
    }
}
