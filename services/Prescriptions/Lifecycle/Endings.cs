using TcmBrain.Contracts.Events;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Exchange;

namespace TcmBrain.Prescriptions.Lifecycle;

/// <summary>The exits of the lifecycle: history, state and event of each, in the caller's transaction.</summary>
internal static class Endings
{
    public static async Task CancelAsync(Work work, Standing standing, string by, string reason, DateTimeOffset at, CancellationToken ct)
    {
        var ended = await LifecycleStore.MoveAsync(work, standing, State.Cancelled, dueAt: null, by, reason, at, ct);
        await LifecycleStore.TellAsync(
            work,
            ended,
            s => new PrescriptionCancelled
            {
                AggregateId = s.Id,
                Version = s.Version,
                OccurredAt = at,
                InstitutionCode = s.InstitutionCode,
                RegionCode = s.RegionCode,
                HisNumber = s.HisNumber,
                Revision = s.Revision,
                CancelledBy = by,
                Reason = reason,
                StateReached = standing.State.ToString(),
            },
            ct
        );
    }

    public static async Task SupersedeAsync(
        Work work,
        Standing standing,
        Guid newId,
        string by,
        string reason,
        DateTimeOffset at,
        CancellationToken ct
    )
    {
        var ended = await LifecycleStore.MoveAsync(work, standing, State.Superseded, dueAt: null, by, reason, at, ct);
        await LifecycleStore.TellAsync(
            work,
            ended,
            s => new PrescriptionSuperseded
            {
                AggregateId = s.Id,
                Version = s.Version,
                OccurredAt = at,
                InstitutionCode = s.InstitutionCode,
                RegionCode = s.RegionCode,
                HisNumber = s.HisNumber,
                Revision = s.Revision,
                AmendedBy = by,
                Reason = reason,
                StateReached = standing.State.ToString(),
                SupersededBy = newId,
                NewRevision = s.Revision + 1,
            },
            ct
        );
    }

    public static async Task ExpireAsync(Work work, Standing standing, string reason, DateTimeOffset at, CancellationToken ct)
    {
        var ended = await LifecycleStore.MoveAsync(work, standing, State.Expired, dueAt: null, "system", reason, at, ct);
        await LifecycleStore.TellAsync(
            work,
            ended,
            s => new PrescriptionExpired
            {
                AggregateId = s.Id,
                Version = s.Version,
                OccurredAt = at,
                InstitutionCode = s.InstitutionCode,
                RegionCode = s.RegionCode,
                HisNumber = s.HisNumber,
                Revision = s.Revision,
                Reason = reason,
                StateReached = standing.State.ToString(),
            },
            ct
        );
    }

    public static async Task ReturnAsync(
        Work work,
        Standing standing,
        string by,
        string cause,
        string reason,
        DateTimeOffset at,
        CancellationToken ct
    )
    {
        var ended = await LifecycleStore.MoveAsync(work, standing, State.Returned, dueAt: null, by, reason, at, ct);
        await LifecycleStore.TellAsync(
            work,
            ended,
            s => new PrescriptionReturned
            {
                AggregateId = s.Id,
                Version = s.Version,
                OccurredAt = at,
                InstitutionCode = s.InstitutionCode,
                RegionCode = s.RegionCode,
                HisNumber = s.HisNumber,
                Revision = s.Revision,
                ReturnedBy = by,
                Reason = reason,
                Cause = cause,
                StateReached = standing.State.ToString(),
            },
            ct
        );
    }

    public static async Task CompleteAsync(Work work, Standing delivered, DateTimeOffset at, CancellationToken ct)
    {
        var completed = await LifecycleStore.MoveAsync(work, delivered, State.Completed, dueAt: null, "system", "", at, ct);
        await LifecycleStore.TellAsync(
            work,
            completed,
            s => new PrescriptionCompleted
            {
                AggregateId = s.Id,
                Version = s.Version,
                OccurredAt = at,
                InstitutionCode = s.InstitutionCode,
                RegionCode = s.RegionCode,
                HisNumber = s.HisNumber,
                Revision = s.Revision,
            },
            ct
        );
    }
}
