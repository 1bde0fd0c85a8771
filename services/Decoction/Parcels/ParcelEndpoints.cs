using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Decoction.Parcels;

/// <param name="FirmCode">the courier's firm; null: the caller's own house</param>
/// <param name="CourierId">who of the firm takes it and may see the address; null: everybody of the firm</param>
/// <param name="ExpectedBy">until when it is promised; shown to the patient</param>
/// <param name="ColdChain">travels between 2 and 8 °C</param>
public sealed record ShipReport(
    DateTimeOffset? ShippedAt,
    string? FirmCode,
    string? CourierId,
    string? CourierName,
    DateTimeOffset? ExpectedBy,
    bool? ColdChain
);

/// <summary>Who received it (签收人).</summary>
/// <param name="Relation">self (本人), family (家属), proxy (代收人) or desk (物业、前台)</param>
/// <param name="Name">of another than the patient; kept masked</param>
/// <param name="PhotoSha256">64 hexadecimal digits of a photo that the courier keeps</param>
/// <param name="Code">the patient's pick-up code, where it was asked for</param>
public sealed record Receiver(string? Relation, string? Name, string? PhotoSha256, string? Code);

public sealed record DeliverReport(DateTimeOffset? DeliveredAt, Receiver? Receiver);

public sealed record ArriveReport(DateTimeOffset? ArrivedAt);

/// <param name="Document">true: instead of the code an identity document was looked at, for a reason that is given</param>
public sealed record PickUpReport(DateTimeOffset? PickedUpAt, Receiver? Receiver, bool? Document, string? Reason);

/// <param name="Cause">absent, refused, wrong-address, unreachable, not-collected, damaged, recalled or other</param>
public sealed record FailReport(DateTimeOffset? FailedAt, string? Cause, string? Reason);

/// <param name="Cause">as of <see cref="FailReport"/></param>
public sealed record BringBackReport(DateTimeOffset? BroughtBackAt, string? Cause, string? Reason);

public sealed record LoseReport(DateTimeOffset? LostAt, string? Reason);

/// <param name="Cause">refused, undeliverable, not-collected, damaged or quality</param>
public sealed record DiscardReport(DateTimeOffset? DiscardedAt, string? Cause, string? Reason);

/// <param name="Recorded">false: it had been reported before</param>
public sealed record ParcelAnswer(Guid PrescriptionId, Guid ParcelId, string Sscc, string State, bool Recorded);

/// <summary>From the packing bench to the patient's hands (配送), as people report it. Every report may be repeated.</summary>
internal static class ParcelEndpoints
{
    private static readonly string[] FailCauses =
    [
        "absent",
        "refused",
        "wrong-address",
        "unreachable",
        "not-collected",
        "damaged",
        "recalled",
        "other",
    ];

    private static readonly string[] DiscardCauses = ["refused", "undeliverable", "not-collected", "damaged", "quality"];

    public static void MapParcels(this IEndpointRouteBuilder app)
    {
        var parcels = app.MapGroup("/api/decoction/parcels/{prescriptionId:guid}").WithTags("parcels");
        parcels.MapPost("/ship", ShipAsync).RequireRole(Roles.Courier, Roles.Decoction).WithName("ShipParcel");
        parcels.MapPost("/deliver", DeliverAsync).RequireRole(Roles.Courier).WithName("DeliverParcel");
        parcels
            .MapPost("/arrive", ArriveAsync)
            .RequireRole(Roles.Courier, Roles.Decoction, Roles.Dispenser, Roles.Pharmacist)
            .WithName("ParcelArrives");
        parcels.MapPost("/pick-up", PickUpAsync).RequireRole(Roles.Decoction, Roles.Dispenser, Roles.Pharmacist).WithName("PickUpParcel");
        parcels.MapPost("/fail", FailAsync).RequireRole(Roles.Courier).WithName("DeliveryFails");
        parcels
            .MapPost("/bring-back", BringBackAsync)
            .RequireRole(Roles.Courier, Roles.Decoction, Roles.Dispenser, Roles.Pharmacist)
            .WithName("BringParcelBack");
        parcels
            .MapPost("/lose", LoseAsync)
            .RequireRole(Roles.Courier, Roles.Decoction, Roles.Dispenser, Roles.Pharmacist)
            .WithName("ParcelIsLost");
        parcels.MapPost("/discard", DiscardAsync).RequireRole(Roles.Decoction).WithName("DiscardParcel");
    }

    private static Task<Ok<ParcelAnswer>> ShipAsync(
        Guid prescriptionId,
        ShipReport report,
        ParcelActs acts,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    ) =>
        AnswerAsync(
            acts.DoAsync(
                prescriptionId,
                caller,
                ParcelAction.HandOver,
                report.ShippedAt,
                "shippedAt",
                r =>
                    r with
                    {
                        FirmCode = Blank(report.FirmCode),
                        // Who takes it himself is the one who may see where it goes.
                        CourierId = Blank(report.CourierId) ?? (caller.HasRole(Roles.Courier) ? caller.Subject() : null),
                        CourierName = Blank(report.CourierName),
                        ExpectedBy = report.ExpectedBy?.Stored(),
                        ColdChain = report.ColdChain ?? false,
                    },
                cancellationToken
            )
        );

    private static async Task<Ok<ParcelAnswer>> DeliverAsync(
        Guid prescriptionId,
        DeliverReport report,
        ParcelActs acts,
        PickUpCodes codes,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        var receipt = Receipts.Of(report.Receiver, Blank(report.Receiver?.Code) is null ? "seen" : "code");
        if (Blank(report.Receiver?.Code) is { } code)
        {
            await codes.VerifyAsync(prescriptionId, code, cancellationToken);
        }

        return await AnswerAsync(
            acts.DoAsync(
                prescriptionId,
                caller,
                ParcelAction.Deliver,
                report.DeliveredAt,
                "deliveredAt",
                r => r with { Receipt = receipt },
                cancellationToken
            )
        );
    }

    private static Task<Ok<ParcelAnswer>> ArriveAsync(
        Guid prescriptionId,
        ArriveReport report,
        ParcelActs acts,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    ) => AnswerAsync(acts.DoAsync(prescriptionId, caller, ParcelAction.Arrive, report.ArrivedAt, "arrivedAt", r => r, cancellationToken));

    /// <summary>The code is checked where it was made; who cannot show it shows an identity document, and why is recorded.</summary>
    private static async Task<Ok<ParcelAnswer>> PickUpAsync(
        Guid prescriptionId,
        PickUpReport report,
        ParcelActs acts,
        PickUpCodes codes,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        var byDocument = report.Document ?? false;
        var receipt = Receipts.Of(report.Receiver, byDocument ? "document" : "code");
        var reason = byDocument ? Words(report.Reason, "reason") : Blank(report.Reason);
        if (!byDocument)
        {
            await codes.VerifyAsync(
                prescriptionId,
                Blank(report.Receiver?.Code) ?? throw DecoctionFaults.Missing.Exception("receiver.code"),
                cancellationToken
            );
        }

        return await AnswerAsync(
            acts.DoAsync(
                prescriptionId,
                caller,
                ParcelAction.PickUp,
                report.PickedUpAt,
                "pickedUpAt",
                r => r with { Receipt = receipt, Reason = reason },
                cancellationToken
            )
        );
    }

    private static Task<Ok<ParcelAnswer>> FailAsync(
        Guid prescriptionId,
        FailReport report,
        ParcelActs acts,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        var cause = OneOf(report.Cause, FailCauses);
        return AnswerAsync(
            acts.DoAsync(
                prescriptionId,
                caller,
                ParcelAction.Fail,
                report.FailedAt,
                "failedAt",
                r => r with { Cause = cause, Reason = Blank(report.Reason) },
                cancellationToken
            )
        );
    }

    private static Task<Ok<ParcelAnswer>> BringBackAsync(
        Guid prescriptionId,
        BringBackReport report,
        ParcelActs acts,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        var cause = OneOf(report.Cause, FailCauses);
        return AnswerAsync(
            acts.DoAsync(
                prescriptionId,
                caller,
                ParcelAction.BringBack,
                report.BroughtBackAt,
                "broughtBackAt",
                r => r with { Cause = cause, Reason = Blank(report.Reason) },
                cancellationToken
            )
        );
    }

    private static Task<Ok<ParcelAnswer>> LoseAsync(
        Guid prescriptionId,
        LoseReport report,
        ParcelActs acts,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        var reason = Words(report.Reason, "reason");
        return AnswerAsync(
            acts.DoAsync(
                prescriptionId,
                caller,
                ParcelAction.Lose,
                report.LostAt,
                "lostAt",
                r => r with { Reason = reason, Cause = "lost" },
                cancellationToken
            )
        );
    }

    private static Task<Ok<ParcelAnswer>> DiscardAsync(
        Guid prescriptionId,
        DiscardReport report,
        ParcelActs acts,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        var cause = OneOf(report.Cause, DiscardCauses);
        var reason = Words(report.Reason, "reason");
        return AnswerAsync(
            acts.DoAsync(
                prescriptionId,
                caller,
                ParcelAction.Discard,
                report.DiscardedAt,
                "discardedAt",
                r => r with { Reason = reason, Cause = cause },
                cancellationToken
            )
        );
    }

    private static async Task<Ok<ParcelAnswer>> AnswerAsync(Task<ParcelActs.Outcome> act)
    {
        var (parcel, recorded) = await act;
        return TypedResults.Ok(new ParcelAnswer(parcel.PrescriptionId, parcel.ParcelId, parcel.Sscc, parcel.State, recorded));
    }

    private static string OneOf(string? cause, string[] causes) =>
        cause is not null && causes.Contains(cause)
            ? cause
            : throw DecoctionFaults.ParcelCause.Exception("cause", string.Join(", ", causes));

    private static string Words(string? text, string field) =>
        Blank(text) is { Length: <= 256 } words ? words : throw DecoctionFaults.Missing.Exception(field);

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
