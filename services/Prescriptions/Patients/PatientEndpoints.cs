using System.Security.Claims;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Prescriptions.Patients;

/// <param name="Purpose">Why the identity is needed; recorded.</param>
public sealed record RevealRequest(string? Purpose);

/// <param name="IdentityNumber">the whole number; it travels in the body and never in an address</param>
/// <param name="Purpose">Why the patient is looked for; recorded.</param>
public sealed record SearchRequest(string? IdentityNumber, string? Purpose);

/// <param name="Reason">the lawful request; recorded</param>
public sealed record EraseRequest(string? Reason);

/// <param name="Next">always null: at most 200 are found</param>
public sealed record PatientPrescriptions(IReadOnlyList<PatientPrescription> Items, string? Next, long? Total);

/// <summary>Patients' identities over HTTP: each look is for a purpose and recorded.</summary>
internal static partial class PatientEndpoints
{
    private const int LongestPurpose = 256;

    public static void MapPatients(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/prescriptions").WithTags("patients");
        group
            .MapPost("/{id:guid}/identity", RevealAsync)
            .RequireRole(Roles.His, Roles.Prescriber, Roles.Pharmacist)
            .WithName("RevealPatientIdentity");
        group.MapPost("/{id:guid}/identity/erasure", EraseAsync).RequireRole(Roles.Admin, Roles.Operator).WithName("ErasePatientIdentity");
        group
            .MapPost("/identity-search", SearchAsync)
            .RequireRole(Roles.His, Roles.Prescriber, Roles.Pharmacist, Roles.Regulator)
            .WithName("SearchByIdentityNumber");
        group.MapGet("/identity-access", LogAsync).RequireRole(Roles.Regulator, Roles.Operator, Roles.Admin).WithName("ListIdentityAccess");
    }

    private static async Task<Ok<RevealedIdentity>> RevealAsync(
        ClaimsPrincipal caller,
        Guid id,
        RevealRequest request,
        IdentityAccess access,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var purpose = Purpose(request.Purpose, "purpose");
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(
            await access.RevealAsync(caller, id, purpose, cancellationToken) ?? throw PrescriptionsFaults.NotFound.Exception("id")
        );
    }

    private static async Task<Ok<PatientPrescriptions>> SearchAsync(
        ClaimsPrincipal caller,
        SearchRequest request,
        IdentityAccess access,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var number = IdentityKeyRing.Canonical(request.IdentityNumber ?? "");
        if (!NumberForm().IsMatch(number))
        {
            throw PrescriptionsFaults.SearchNumber.Exception("identityNumber");
        }

        var purpose = Purpose(request.Purpose, "purpose");
        context.Response.Headers.CacheControl = "no-store";
        var found = await access.SearchAsync(caller, number, purpose, cancellationToken);
        return TypedResults.Ok(new PatientPrescriptions(found, null, found.Count));
    }

    private static async Task<Ok<Erasure>> EraseAsync(
        ClaimsPrincipal caller,
        Guid id,
        EraseRequest request,
        IdentityErasure erasure,
        CancellationToken cancellationToken
    ) =>
        TypedResults.Ok(
            await erasure.EraseAsync(caller, id, Purpose(request.Reason, "reason"), cancellationToken)
                ?? throw PrescriptionsFaults.NotFound.Exception("id")
        );

    private static async Task<Ok<AccessPage>> LogAsync(
        ClaimsPrincipal caller,
        string? institution,
        string? subject,
        Guid? prescription,
        DateTimeOffset? from,
        DateTimeOffset? to,
        string? next,
        int? limit,
        AccessLog log,
        CancellationToken cancellationToken
    ) =>
        TypedResults.Ok(
            await log.ReadAsync(caller, AccessFilter.Of(institution, subject, prescription, from, to, next, limit), cancellationToken)
        );

    private static string Purpose(string? text, string field) =>
        text?.Trim() is { Length: > 0 and <= LongestPurpose } purpose ? purpose : throw PrescriptionsFaults.PurposeMissing.Exception(field);

    [GeneratedRegex(@"\A[A-Z0-9-]{4,32}\z")]
    private static partial Regex NumberForm();
}
