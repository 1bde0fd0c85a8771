using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Pharmacy.Dispensing;

/// <summary>
/// The dispensing station and the checker's station. Times are the device's own and may be left out. Every refusal is counted.
/// </summary>
internal static class DispensingEndpoints
{
    private sealed record StartReport(DateTimeOffset? StartedAt);

    private sealed record WeightsReport(WeighedReport[] Portions);

    private sealed record FinishReport(DateTimeOffset? FinishedAt);

    private sealed record CheckReport(DateTimeOffset? CheckedAt, ItemReport[]? Items);

    /// <param name="Recorded">False when the same had been recorded before.</param>
    private sealed record StepAnswer(Guid PrescriptionId, string State, bool Recorded);

    private sealed record ScanAnswer(string LotNumber);

    public static void MapDispensing(this IEndpointRouteBuilder app)
    {
        var dispensing = app.MapGroup("/api/pharmacy/dispensings/{prescriptionId:guid}").AddEndpointFilter(CountRefusalAsync);
        dispensing.MapGet("", ReadAsync).WithName("ReadDispensing").RequireRole(Roles.Dispenser, Roles.Pharmacist);
        dispensing.MapPost("/start", StartAsync).WithName("StartDispensing").RequireRole(Roles.Dispenser);
        dispensing.MapPut("/weights", WeighAsync).WithName("ReportWeights").RequireRole(Roles.Dispenser);
        dispensing.MapPost("/scans", ScanAsync).WithName("ScanLot").RequireRole(Roles.Dispenser);
        dispensing.MapPost("/weighings", WeighDoseAsync).WithName("WeighDose").RequireRole(Roles.Dispenser);
        dispensing.MapPost("/packs", PackAsync).WithName("PackApart").RequireRole(Roles.Dispenser);
        dispensing.MapPost("/witnesses", WitnessAsync).WithName("WitnessWeighing").RequireRole(Roles.Dispenser, Roles.Pharmacist);
        dispensing.MapPost("/finish", FinishAsync).WithName("FinishDispensing").RequireRole(Roles.Dispenser);
        dispensing.MapPost("/items", CheckItemAsync).WithName("CheckItem").RequireRole(Roles.Dispenser, Roles.Pharmacist);
        dispensing.MapPost("/check", CheckAsync).WithName("CheckDispensing").RequireRole(Roles.Dispenser, Roles.Pharmacist);
        dispensing.MapPost("/send-back", SendBackAsync).WithName("SendBack").RequireRole(Roles.Dispenser, Roles.Pharmacist);
    }

    /// <summary>With the next thing that the caller has to do.</summary>
    private static async Task<Ok<DispensingView>> ReadAsync(
        Guid prescriptionId,
        DispensingViews views,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await views.ReadAsync(prescriptionId, Person.Of(caller), cancellationToken));

    private static async Task<Ok<StepAnswer>> StartAsync(
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

    /// <summary>Whole lines at once: what the scale at another bench has kept.</summary>
    private static async Task<Ok<StepAnswer>> WeighAsync(
        Guid prescriptionId,
        WeightsReport report,
        WeighingDesk desk,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    ) => Answer(prescriptionId, "dispensing", await desk.WeighAsync(prescriptionId, Person.Of(caller), report.Portions, cancellationToken));

    /// <summary>Tells before anything is weighed whether the right lot was taken.</summary>
    private static async Task<Ok<ScanAnswer>> ScanAsync(
        Guid prescriptionId,
        ScanReport report,
        WeighingDesk desk,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(new ScanAnswer(await desk.ScanAsync(prescriptionId, Person.Of(caller), report, cancellationToken)));

    /// <summary>One dose from one lot, entered or taken from a scale.</summary>
    private static async Task<Ok<DispensingView>> WeighDoseAsync(
        Guid prescriptionId,
        DoseReport report,
        WeighingDesk desk,
        DispensingViews views,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        await desk.WeighDoseAsync(prescriptionId, Person.Of(caller), report, cancellationToken);
        return await ReadAsync(prescriptionId, views, caller, cancellationToken);
    }

    private static async Task<Ok<DispensingView>> PackAsync(
        Guid prescriptionId,
        PackReport report,
        BenchDesk desk,
        DispensingViews views,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        await desk.PackAsync(prescriptionId, Person.Of(caller), report, cancellationToken);
        return await ReadAsync(prescriptionId, views, caller, cancellationToken);
    }

    private static async Task<Ok<DispensingView>> WitnessAsync(
        Guid prescriptionId,
        WitnessReport report,
        BenchDesk desk,
        DispensingViews views,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        await desk.WitnessAsync(prescriptionId, Person.Of(caller), report, cancellationToken);
        return await ReadAsync(prescriptionId, views, caller, cancellationToken);
    }

    private static async Task<Ok<StepAnswer>> FinishAsync(
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

    private static async Task<Ok<DispensingView>> CheckItemAsync(
        Guid prescriptionId,
        ItemReport report,
        CheckingDesk desk,
        DispensingViews views,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        await desk.CheckItemAsync(prescriptionId, Person.Of(caller), report, cancellationToken);
        return await ReadAsync(prescriptionId, views, caller, cancellationToken);
    }

    /// <summary>Every item has to be confirmed by then, or with this call.</summary>
    private static async Task<Ok<StepAnswer>> CheckAsync(
        Guid prescriptionId,
        CheckReport? report,
        CheckingDesk desk,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    ) =>
        Answer(
            prescriptionId,
            "checked",
            await desk.CheckAsync(prescriptionId, Person.Of(caller), report?.CheckedAt, report?.Items ?? [], cancellationToken)
        );

    private static async Task<NoContent> SendBackAsync(
        Guid prescriptionId,
        SendBackReport report,
        CheckingDesk desk,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        await desk.SendBackAsync(prescriptionId, Person.Of(caller), report, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async ValueTask<object?> CountRefusalAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (FaultException refusal)
        {
            var http = context.HttpContext;
            await http
                .RequestServices.GetRequiredService<Refusals>()
                .NoteAsync(refusal, Person.Of(http.User), context.GetArgument<Guid>(0));
            throw;
        }
    }

    /// <summary>The state that the step leads to; a repeat may come when the prescription is further on.</summary>
    private static Ok<StepAnswer> Answer(Guid prescriptionId, string state, bool recorded) =>
        TypedResults.Ok(new StepAnswer(prescriptionId, state, recorded));
}
