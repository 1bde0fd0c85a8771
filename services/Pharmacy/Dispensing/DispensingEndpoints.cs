using System.Security.Claims;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Pharmacy.Dispensing;

/// <summary>The dispensing station and the checker's station. Times are the device's own and may be left out.</summary>
internal static class DispensingEndpoints
{
    private sealed record StartReport(DateTimeOffset? StartedAt);

    private sealed record WeightsReport(WeighedReport[] Portions);

    private sealed record FinishReport(DateTimeOffset? FinishedAt);

    private sealed record CheckReport(DateTimeOffset? CheckedAt);

    /// <param name="Recorded">False when the same had been recorded before.</param>
    private sealed record StepAnswer(Guid PrescriptionId, string State, bool Recorded);

    public static void MapDispensing(this IEndpointRouteBuilder app)
    {
        var dispensing = app.MapGroup("/api/pharmacy/dispensings/{prescriptionId:guid}");
        dispensing.MapPost("/start", StartAsync).RequireRole(Roles.Dispenser);
        dispensing.MapPut("/weights", WeighAsync).RequireRole(Roles.Dispenser);
        dispensing.MapPost("/finish", FinishAsync).RequireRole(Roles.Dispenser);
        dispensing.MapPost("/check", CheckAsync).RequireRole(Roles.Dispenser, Roles.Pharmacist);
    }

    private static async Task<IResult> StartAsync(
        Guid prescriptionId,
        StartReport? report,
        DispensingDesk desk,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    ) =>
        Answer(
            prescriptionId,
            "dispensing",
            await desk.StartAsync(prescriptionId, Person.Of(caller), report?.StartedAt, cancellationToken)
        );

    private static async Task<IResult> WeighAsync(
        Guid prescriptionId,
        WeightsReport report,
        DispensingDesk desk,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    ) => Answer(prescriptionId, "dispensing", await desk.WeighAsync(prescriptionId, Person.Of(caller), report.Portions, cancellationToken));

    private static async Task<IResult> FinishAsync(
        Guid prescriptionId,
        FinishReport? report,
        DispensingDesk desk,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    ) =>
        Answer(
            prescriptionId,
            "dispensed",
            await desk.FinishAsync(prescriptionId, Person.Of(caller), report?.FinishedAt, cancellationToken)
        );

    private static async Task<IResult> CheckAsync(
        Guid prescriptionId,
        CheckReport? report,
        DispensingDesk desk,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    ) => Answer(prescriptionId, "checked", await desk.CheckAsync(prescriptionId, Person.Of(caller), report?.CheckedAt, cancellationToken));

    /// <summary>The state that the step leads to; a repeat may come when the prescription is further on.</summary>
    private static IResult Answer(Guid prescriptionId, string state, bool recorded) =>
        TypedResults.Ok(new StepAnswer(prescriptionId, state, recorded));
}
