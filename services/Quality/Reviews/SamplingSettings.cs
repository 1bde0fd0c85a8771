using System.ComponentModel.DataAnnotations;

namespace TcmBrain.Quality.Reviews;

/// <summary>Section <c>Sampling</c>.</summary>
public sealed class SamplingSettings
{
    /// <summary>
    /// Share of an institution's prescriptions that is drawn beyond its first hundred a month. The rule asks for 0.5 %; drawing 0.6 %
    /// puts the outcome more than eight standard deviations above that for any volume.
    /// </summary>
    [Range(0.005, 1)]
    public double Share { get; set; } = 0.006;

    /// <summary>The first so many of an institution's month are all reviewed.</summary>
    [Range(100, int.MaxValue)]
    public int FirstOfMonth { get; set; } = 100;
}
