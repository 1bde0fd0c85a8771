using System.ComponentModel.DataAnnotations;

namespace TcmBrain.Decoction.Scheduling;

/// <summary>Section <c>Scheduling</c>.</summary>
public sealed class SchedulingSettings
{
    /// <summary>Hours from the check of the dispensing within which an ordinary prescription is wanted; an urgent one: two hours.</summary>
    [Range(1, 72)]
    public int OrdinaryDueHours { get; set; } = 8;
}
