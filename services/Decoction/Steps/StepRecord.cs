namespace TcmBrain.Decoction.Steps;

/// <summary>What is on record of one step of a job. Times UTC, as the device told them.</summary>
/// <param name="FinishedAt">Null while it goes on.</param>
public sealed record StepRecord(Step Step, string Vessel, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt)
{
    public TimeSpan? Duration => FinishedAt - StartedAt;
}
