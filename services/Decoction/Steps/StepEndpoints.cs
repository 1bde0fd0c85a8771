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

    internal sealed record FinishReport(DateTimeOffset? FinishedAt);

    internal sealed record WholeReport(string? Vessel, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt);

    private sealed record StepAnswer(Guid PrescriptionId, string State, string Step, bool Recorded, IReadOnlyList<Deviation> Deviations);

    public static void MapSteps(this IEndpointRouteBuilder app)
    {
        var steps = app.MapGroup("/api/decoction/jobs/{prescriptionId:guid}/steps").RequireRole(Roles.Decoction);
        steps.MapPost("/{step}/start", StartAsync);
        steps.MapPost("/{step}/finish", FinishAsync);
        steps.MapPost("/{step}", WholeAsync);
    }

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
            new(null, null, report.FinishedAt),
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

        var worker = new Worker(caller.Subject(), caller.DisplayName(), caller.InstitutionCode());
        await using var session = await reporting.OpenAsync(prescriptionId, worker, cancellationToken);
        var recorded = false;
        if (starts)
        {
            recorded |= await session.StartAsync(step, report.Vessel, report.StartedAt, cancellationToken);
        }

        IReadOnlyList<Deviation> deviations = [];
        if (ends)
        {
            var (ended, found) = await session.FinishAsync(step, report.FinishedAt, cancellationToken);
            recorded |= ended;
            deviations = found;
        }

        await session.CommitAsync(cancellationToken);
        return TypedResults.Ok(new StepAnswer(prescriptionId, session.State, name, recorded, deviations));
    }
}
