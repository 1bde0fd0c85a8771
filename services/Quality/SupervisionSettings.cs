using TcmBrain.Contracts;

namespace TcmBrain.Quality;

/// <summary>Section <c>Supervision</c>: what quality centres are responsible for beyond their own region.</summary>
public sealed class SupervisionSettings
{
    /// <summary>Institution code → GB/T 2260 codes of the regions it looks after. Without an entry: its token's region.</summary>
    public Dictionary<string, string[]> Regions { get; set; } = [];

    internal bool AreWellFormed => Regions.Values.All(codes => codes.All(RegionCode.IsWellFormed));
}
