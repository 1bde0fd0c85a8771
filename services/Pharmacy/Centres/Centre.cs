using System.Collections.Concurrent;
using TcmBrain.Contracts;

namespace TcmBrain.Pharmacy.Centres;

/// <summary>A shared pharmacy (共享中药房) that takes work.</summary>
public sealed record Centre(string Code, string NameZh, string NameEn, string RegionCode, Place? Place)
{
    public CentreProfile Profile { get; init; } = CentreProfile.Default;
}

/// <summary>A point on the globe, WGS 84 degrees.</summary>
public readonly record struct Place(double Longitude, double Latitude)
{
    private const double EarthRadiusKilometres = 6371.0;

    /// <summary>Great-circle distance (haversine). A measure for choosing, not a road.</summary>
    public double KilometresTo(Place other)
    {
        var (a, b) = (double.DegreesToRadians(Latitude), double.DegreesToRadians(other.Latitude));
        var north = Math.Sin((b - a) / 2);
        var east = Math.Sin(double.DegreesToRadians(other.Longitude - Longitude) / 2);
        var h = north * north + Math.Cos(a) * Math.Cos(b) * east * east;
        return 2 * EarthRadiusKilometres * Math.Asin(Math.Min(1, Math.Sqrt(h)));
    }
}

/// <summary>How near two counties are in the tree of regions (GB/T 2260).</summary>
public enum Nearness
{
    SameCounty,
    SameCity,
    SameProvince,
    Elsewhere,
}

/// <summary>Everything that routing knows about places: the centres, and where counties are.</summary>
public sealed class Map(IReadOnlyList<Centre> centres, IReadOnlyDictionary<string, Place> counties)
{
    // Kept from batch to batch, and asked by many lanes.
    private readonly ConcurrentDictionary<string, Candidate[]> _ranked = new();

    public IReadOnlyList<Centre> Centres => centres;

    /// <summary>A centre as seen from a county of delivery.</summary>
    /// <param name="Kilometres">Null when the place of one of the two is not known.</param>
    public sealed record Candidate(Centre Centre, Nearness Nearness, double? Kilometres);

    /// <summary>All centres in the order of preference: nearer in the tree of regions first, then by distance, then by code.</summary>
    public IReadOnlyList<Candidate> RankedFor(string deliveryRegionCode)
    {
        if (!_ranked.TryGetValue(deliveryRegionCode, out var ranked))
        {
            Place? there = counties.TryGetValue(deliveryRegionCode, out var place) ? place : null;
            ranked =
            [
                .. centres
                    .Select(c => new Candidate(
                        c,
                        NearnessOf(c.RegionCode, deliveryRegionCode),
                        c.Place is { } here && there is { } target ? here.KilometresTo(target) : null
                    ))
                    .OrderBy(c => c.Nearness)
                    .ThenBy(c => c.Kilometres ?? double.MaxValue)
                    .ThenBy(c => c.Centre.Code, StringComparer.Ordinal),
            ];
            _ranked[deliveryRegionCode] = ranked;
        }

        return ranked;
    }

    private static Nearness NearnessOf(string a, string b) =>
        a == b ? Nearness.SameCounty
        : !RegionCode.IsWellFormed(a) || !RegionCode.IsWellFormed(b) ? Nearness.Elsewhere
        : a.AsSpan(0, 4).SequenceEqual(b.AsSpan(0, 4)) ? Nearness.SameCity
        : a.AsSpan(0, 2).SequenceEqual(b.AsSpan(0, 2)) ? Nearness.SameProvince
        : Nearness.Elsewhere;
}
