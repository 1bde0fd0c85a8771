using System.Security.Claims;
using TcmBrain.Decoction.Steps;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Decoction.Scheduling;

/// <summary>The room's board (煎药看板): every vessel, what is in it, what comes next, and what needs a hand.</summary>
internal static class BoardEndpoints
{
    /// <summary>A board that changes with every reading is still told no faster than an eye can follow.</summary>
    private static readonly TimeSpan AtMostEvery = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a question waits for a change.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private sealed record ReadingPart(DateTimeOffset At, int Centicelsius, int PressurePascal);

    /// <param name="TargetMinutes">Of the running step, with what the rule allows.</param>
    /// <param name="SilentSince">Since when the boil has no reading; null: it has.</param>
    private sealed record BoardJob(
        Guid PrescriptionId,
        string HisNumber,
        bool Urgent,
        int Doses,
        string? Step,
        string? NextStep,
        int Attempt,
        DateTimeOffset? StepStartedAt,
        int TargetMinutes,
        int? MinimumMinutes,
        int? MaximumMinutes,
        DateTimeOffset DueAt,
        DateTimeOffset ExpectedEnd,
        int Holds,
        int MaximumCelsius,
        DateTimeOffset? SilentSince
    );

    private sealed record BoardNext(Guid PrescriptionId, string HisNumber, bool Urgent, DateTimeOffset StartAt, DateTimeOffset EndAt);

    /// <param name="State">free, busy, held, dirty, uncalibrated or broken.</param>
    private sealed record BoardVessel(
        string Vessel,
        string Kind,
        int CapacityMillilitres,
        string State,
        BoardJob? Job,
        BoardNext? Next,
        ReadingPart? Reading
    );

    private sealed record BoardWaiting(
        Guid PrescriptionId,
        string HisNumber,
        bool Urgent,
        int Doses,
        DateTimeOffset CheckedAt,
        DateTimeOffset DueAt,
        string? Vessel,
        DateTimeOffset? StartAt,
        DateTimeOffset? EndAt,
        int LateMinutes,
        int Holds
    );

    /// <param name="Version">Give it back as <c>since</c>: the answer then comes when something has changed.</param>
    /// <param name="Now">The platform's clock, by which minutes are counted.</param>
    private sealed record Board(
        string Version,
        DateTimeOffset Now,
        string CentreCode,
        IReadOnlyList<BoardVessel> Vessels,
        IReadOnlyList<BoardWaiting> Waiting,
        IReadOnlyList<Hand> Hands
    );

    public static void MapBoard(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/decoction/board", ReadAsync)
            .RequireRole(Roles.Decoction, Roles.Pharmacist)
            .Produces<Board>()
            .WithName("ReadDecoctionBoard");

    /// <summary>The caller's own centre. With <paramref name="since"/> it waits for a change, ten seconds at most.</summary>
    private static async Task<IResult> ReadAsync(
        ClaimsPrincipal caller,
        PlanBook plans,
        RoomWatch watch,
        RoomSignal signal,
        TimeProvider time,
        string? since,
        CancellationToken cancellationToken
    )
    {
        var centre = caller.InstitutionCode();
        if (long.TryParse(since, out var known))
        {
            await signal.WaitAsync(centre, known, Patience, cancellationToken);
            await Task.Delay(AtMostEvery, time, cancellationToken);
        }

        var version = signal.VersionOf(centre);
        var page = await plans.ReadAsync(centre, cancellationToken);
        var now = time.GetUtcNow();
        var next = page.Plan.Runs.GroupBy(r => r.Vessel).ToDictionary(g => g.Key, g => g.MinBy(r => r.Start)!);
        var runs = page.Plan.Runs.ToDictionary(r => r.Id);
        var numbers = page.Room.Waiting.ToDictionary(j => j.PrescriptionId);
        return TypedResults.Ok(
            new Board(
                version.ToString(System.Globalization.CultureInfo.InvariantCulture),
                now,
                centre,
                [.. page.Room.Vessels.Select(v => VesselOf(v, next.GetValueOrDefault(v.Name), numbers, watch, plans, now))],
                [
                    .. page
                        .Room.Waiting.Select(j => WaitingOf(j, runs.GetValueOrDefault(j.PrescriptionId), plans))
                        .OrderBy(w => w.StartAt ?? DateTimeOffset.MaxValue)
                        .ThenByDescending(w => w.Urgent)
                        .ThenBy(w => w.DueAt),
                ],
                Hands.Of(page.Room, page.Plan, now)
            )
        );
    }

    private static BoardVessel VesselOf(
        VesselNow vessel,
        PlannedRun? next,
        Dictionary<Guid, JobWaiting> numbers,
        RoomWatch watch,
        PlanBook plans,
        DateTimeOffset now
    ) =>
        new(
            vessel.Name,
            vessel.Kind,
            vessel.CapacityMillilitres,
            vessel.BrokenAt is not null ? "broken"
                : vessel.Job is { Holds: > 0 } ? "held"
                : vessel.Job is not null ? "busy"
                : !vessel.Clean ? "dirty"
                : !vessel.Calibrated ? "uncalibrated"
                : "free",
            vessel.Job is { } job ? JobOf(job, plans, now) : null,
            next is not null && numbers.TryGetValue(next.Id, out var waiting)
                ? new BoardNext(next.Id, waiting.HisNumber, waiting.Urgent, next.Start, next.End)
                : null,
            watch.LatestOf(vessel.VesselId) is { } reading
                ? new ReadingPart(reading.TakenAt, reading.Centicelsius, reading.PressurePascal)
                : null
        );

    private static BoardJob JobOf(JobNow job, PlanBook plans, DateTimeOffset now)
    {
        var limit = job.Running?.Step switch
        {
            Step.Soaking => job.Recipe.Soak,
            Step.FirstBoil => job.Recipe.FirstBoil,
            Step.SecondBoil => job.Recipe.SecondBoil,
            _ => null,
        };
        return new BoardJob(
            job.PrescriptionId,
            job.HisNumber,
            job.Urgent,
            job.Doses,
            job.Running?.Step.Name(),
            job.Next?.Name(),
            job.Running?.Attempt ?? 1,
            job.Running?.StartedAt,
            job.Running is { } running ? job.TargetOf(running.Step) : 0,
            limit?.Minimum,
            limit?.Maximum,
            plans.DueOf(job.Urgent, job.CheckedAt),
            job.ExpectedEnd(now),
            job.Holds,
            job.Recipe.MaximumCelsius,
            job.SilentSince
        );
    }

    private static BoardWaiting WaitingOf(JobWaiting job, PlannedRun? run, PlanBook plans) =>
        new(
            job.PrescriptionId,
            job.HisNumber,
            job.Urgent,
            job.Doses,
            job.CheckedAt,
            plans.DueOf(job.Urgent, job.CheckedAt),
            run?.Vessel,
            run?.Start,
            run?.End,
            (int)Math.Ceiling(run?.Late.TotalMinutes ?? 0),
            job.Holds
        );
}
