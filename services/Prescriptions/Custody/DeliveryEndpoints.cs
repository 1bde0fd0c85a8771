using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.Prescriptions.Patients;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Prescriptions.Custody;

/// <param name="Code">six digits, as the patient says them</param>
public sealed record CodeTry(string? Code);

/// <summary>What courier, counter and centre ask while the medicine is in their hands. Every look at a patient is recorded.</summary>
internal static class DeliveryEndpoints
{
    public static void MapDelivery(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/prescriptions/{id:guid}").WithTags("delivery");
        group.MapPost("/delivery-contact", ContactAsync).RequireRole(Roles.Courier).WithName("LookAtDeliveryContact");
        group.MapPost("/label-patient", LabelAsync).RequireRole(Roles.Decoction).WithName("LookAtLabelPatient");
        group
            .MapPost("/pick-up-code/verify", VerifyAsync)
            .RequireRole(Roles.Decoction, Roles.Dispenser, Roles.Pharmacist, Roles.Courier)
            .WithName("VerifyPickUpCode");
        group
            .MapPost("/pick-up-code", RenewAsync)
            .RequireRole(Roles.Decoction, Roles.Dispenser, Roles.Pharmacist)
            .WithName("SendNewPickUpCode");
    }

    /// <summary>A look at name, phone and address: POST, because it leaves a record.</summary>
    private static async Task<Ok<DeliveryContact>> ContactAsync(
        ClaimsPrincipal caller,
        Guid id,
        HandoverAccess access,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(
            await access.ContactAsync(caller, id, cancellationToken) ?? throw PrescriptionsFaults.ParcelNotHeld.Exception("id")
        );
    }

    private static async Task<Ok<LabelPatient>> LabelAsync(
        ClaimsPrincipal caller,
        Guid id,
        HandoverAccess access,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(
            await access.LabelAsync(caller, id, cancellationToken) ?? throw PrescriptionsFaults.ParcelNotHeld.Exception("id")
        );
    }

    private static async Task<NoContent> VerifyAsync(
        ClaimsPrincipal caller,
        Guid id,
        CodeTry given,
        CodeDesk desk,
        CancellationToken cancellationToken
    )
    {
        await desk.VerifyAsync(caller, id, given.Code ?? "", cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> RenewAsync(ClaimsPrincipal caller, Guid id, CodeDesk desk, CancellationToken cancellationToken)
    {
        await desk.RenewAsync(caller, id, cancellationToken);
        return TypedResults.NoContent();
    }
}
