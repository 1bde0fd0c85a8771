using System.Security.Claims;
using TcmBrain.Decoction.Jobs;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Decoction.Steps;

/// <summary>What the people and devices of the room report, as it happens or afterwards. Every report may be repeated.</summary>
internal static class StepEndpoints
{
    /// <param name="Vessel">Needed for soaking; afterwards it may be left out, for the pieces stay where they are.</param>
    /// <param name="StartedAt">The device's own time.</param>
    internal sealed record StartReport(string? Vessel, DateTimeOffset? StartedAt);

    internal sealed record FinishReport(DateTimeOffset? FinishedAt, IReadOnlyList<AdditionReport>? Additions = null);

    internal sealed record WholeReport(
        string? Vessel,
        DateTimeOffset? StartedAt,
        DateTimeOffset? FinishedAt,
        IReadOnlyList<AdditionReport>? Additions = null
    );

    /// <param name="Handling">As the recipe's moments call it: 后下, 另煎, 烊化, ….</param>
    /// <param name="DoneAt">Null with a start: it was begun (另煎).</param>
    /// <param name="StartedAt">Of 另煎 only; once told, it may be left out with the end.</param>
    internal sealed record AdditionReport(string? Handling, DateTimeOffset? DoneAt, DateTimeOffset? StartedAt = null);

    private sealed record AdditionAnswer(Guid PrescriptionId, string State, bool Recorded, IReadOnlyList<Deviation> Deviations);

    private sealed record StepAnswer(Guid PrescriptionId, string State, string Step, bool Recorded, IReadOnlyList<Deviation> Deviations);

    public static void MapSteps(this IEndpointRouteBuilder app)
    {
        var steps = app.MapGroup("/api/decoction/jobs/{prescriptionId:guid}/steps").RequireRole(Roles.Decoction);
        steps.MapPost("/{step}/start", StartAsync).Produces<StepAnswer>().WithName("StartDecoctionStep");
        steps.MapPost("/{step}/finish", FinishAsync).Produces<StepAnswer>().WithName("FinishDecoctionStep");
        steps.MapPost("/{step}", WholeAsync).Produces<StepAnswer>().WithName("ReportDecoctionStep");
        app.MapPost("/api/decoction/jobs/{prescriptionId:guid}/additions", AddAsync)
            .RequireRole(Roles.Decoction)
            .Produces<AdditionAnswer>()
            .WithName("ReportDecoctionAddition");
    }

    /// <summary>Something was added at its minute: recorded at once, so that a missed one is seen at once.</summary>
    private static async Task<IResult> AddAsync(
        Guid prescriptionId,
        AdditionReport report,
        StepReporting reporting,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        await using var session = await reporting.OpenAsync(prescriptionId, WorkerOf(caller), cancellationToken);
        var (recorded, deviations) = await session.AddAsync(report.Handling, report.StartedAt, report.DoneAt, cancellationToken);
        await session.CommitAsync(cancellationToken);
        return TypedResults.Ok(new AdditionAnswer(prescriptionId, session.State, recorded, deviations));
    }

    private static Worker WorkerOf(ClaimsPrincipal caller) => new(caller.Subject(), caller.DisplayName(), caller.InstitutionCode());

    private static Task<IResult> StartAsync(
        Guid prescriptionId,
        string step,
        StartReport report,
        StepReporting reporting,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    ) =>
        ReportAsync(
            prescriptionId,
            step,
            new(report.Vessel, report.StartedAt, null),
            starts: true,
            ends: false,
            reporting,
            caller,
            cancellationToken
        );

    private static Task<IResult> FinishAsync(
        Guid prescriptionId,
        string step,
        FinishReport report,
        StepReporting reporting,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    ) =>
        ReportAsync(
            prescriptionId,
            step,
            new(null, null, report.FinishedAt, report.Additions),
            starts: false,
            ends: true,
            reporting,
            caller,
            cancellationToken
        );

    /// <summary>Both times at once: recorded whole or not at all.</summary>
    private static Task<IResult> WholeAsync(
        Guid prescriptionId,
        string step,
        WholeReport report,
        StepReporting reporting,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    ) => ReportAsync(prescriptionId, step, report, starts: true, ends: true, reporting, caller, cancellationToken);

    private static async Task<IResult> ReportAsync(
        Guid prescriptionId,
        string name,
        WholeReport report,
        bool starts,
        bool ends,
        StepReporting reporting,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        if (!StepName.TryParse(name, out var step))
        {
            throw DecoctionFaults.UnknownStep.Exception("step", name);
        }

        await using var session = await reporting.OpenAsync(prescriptionId, WorkerOf(caller), cancellationToken);
        var (recorded, deviations) = (false, new List<Deviation>());
        // What is joined goes in before the bags are filled, what is added goes into a boil that has begun.
        if (step == Step.Packing)
        {
            await AddAsync();
        }

        if (starts)
        {
            recorded |= await session.StartAsync(step, report.Vessel, report.StartedAt, cancellationToken);
        }

        if (step != Step.Packing)
        {
            await AddAsync();
        }

        if (ends)
        {
            var (ended, found) = await session.FinishAsync(step, report.FinishedAt, cancellationToken);
            recorded |= ended;
            deviations.AddRange(found);
        }

        await session.CommitAsync(cancellationToken);
        return TypedResults.Ok(new StepAnswer(prescriptionId, session.State, name, recorded, deviations));

        async Task AddAsync()
        {
            foreach (var addition in report.Additions ?? [])
            {
                var (added, found) = await session.AddAsync(addition.Handling, addition.StartedAt, addition.DoneAt, cancellationToken);
                recorded |= added;
                deviations.AddRange(found);
            }
        }
    }
}
