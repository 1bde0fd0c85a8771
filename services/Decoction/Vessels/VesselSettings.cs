using System.ComponentModel.DataAnnotations;

namespace TcmBrain.Decoction.Vessels;

/// <summary>Section <c>Vessels</c>.</summary>
public sealed class VesselSettings
{
    /// <summary>Vessels (V01, V02, …) that a centre gets when its first prescription arrives.</summary>
    [Range(1, 999)]
    public int PerCentre { get; set; } = 60;
}
