namespace TcmBrain.Decoction.Steps;

/// <summary>What is on record of one step of a job. Times UTC, as the device told them.</summary>
/// <param name="FinishedAt">Null while it goes on.</param>
public sealed record StepRecord(Step Step, string Vessel, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt)
{
    public TimeSpan? Duration => FinishedAt - StartedAt;

    /// <summary>From 1; a step that is done again counts on.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>The stay in a vessel that it belongs to; from 1.</summary>
    public int RunNo { get; init; } = 1;

    /// <summary>When its start was reported.</summary>
    public DateTimeOffset RecordedAt { get; init; }

    /// <summary>How late the room reports; what is not over yet may only not have been told yet.</summary>
    public TimeSpan Lag => RecordedAt > StartedAt ? RecordedAt - StartedAt : TimeSpan.Zero;
}
