using System.ComponentModel.DataAnnotations;

namespace TcmBrain.Quality.Reviews;

/// <summary>Section <c>Reviews</c>. House rules: the regulation names none of these numbers.</summary>
public sealed class ReviewSettings
{
    /// <summary>What a reviewer takes is kept from the others so long.</summary>
    [Range(5, 24 * 60)]
    public int LeaseMinutes { get; set; } = 120;

    /// <summary>Nobody holds more at once, so that work spreads.</summary>
    [Range(1, 500)]
    public int MostHeld { get; set; } = 20;

    /// <summary>Fee of one dose from which code 3-2 is hinted at, in fen; 0: never.</summary>
    [Range(0, long.MaxValue)]
    public long HighFeeFenPerDose { get; set; } = 15_000;

    /// <summary>How often leases that ran out and dates that passed are looked for.</summary>
    [Range(1, 3600)]
    public int WatchSeconds { get; set; } = 30;
}
