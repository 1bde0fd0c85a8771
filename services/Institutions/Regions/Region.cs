using System.Text.Json.Serialization;
using TcmBrain.Institutions.Register;

namespace TcmBrain.Institutions.Regions;

/// <summary>A region of GB/T 2260 (行政区划).</summary>
public sealed record Region : IEntry
{
    [JsonIgnore]
    public Guid Id { get; init; }

    /// <summary>Six digits, two each for province, city and county.</summary>
    public required string Code { get; init; }

    /// <summary>The region above, as the digits say; null above a province.</summary>
    public string? Parent { get; init; }
    public required string NameZh { get; init; }
    public required string NameEn { get; init; }

    /// <summary>Of a county; 0 above.</summary>
    public required int Population { get; init; }

    /// <summary>Degrees, of its seat.</summary>
    public required double Longitude { get; init; }
    public required double Latitude { get; init; }

    /// <summary>When it was dissolved or renumbered; nothing new is registered in it from then on.</summary>
    public DateTimeOffset? RetiredAt { get; init; }

    /// <summary>Counts changes; the ETag.</summary>
    public required int Version { get; init; }
}

/// <param name="Parent">may be left out; when given it must be what the digits say</param>
public sealed record RegionRequest(
    string? Code,
    string? Parent,
    string? NameZh,
    string? NameEn,
    int? Population,
    double? Longitude,
    double? Latitude
);
