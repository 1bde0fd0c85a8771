using System.Security.Claims;
using Google.Protobuf;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Prescriptions.Lifecycle;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Prescriptions.Reading;

/// <summary>A page of a list: <c>next</c> goes into <c>after</c> of the following request; null on the last page.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <param name="Decision">approve or reject.</param>
public sealed record DecisionRequest(string Decision, string? Reason);

/// <param name="Purpose">Why the identity is needed; recorded.</param>
public sealed record RevealRequest(string Purpose);

public sealed record RevealedIdentity(string Name, string IdentityNumber, string Phone, string Address);

/// <summary>HTTP: reading and deciding. Writing prescriptions is gRPC's.</summary>
internal static class PrescriptionEndpoints
{
    private const int MostPerPage = 200;

    public static void MapPrescriptions(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/prescriptions");
        var readers = group
            .MapGroup("")
            .RequireRole(Roles.His, Roles.Prescriber, Roles.Pharmacist, Roles.Admin, Roles.Regulator, Roles.Operator);
        readers.MapGet("/", ListAsync);
        readers.MapGet("/{id:guid}", GetAsync);
        readers.MapGet("/review-queue", WaitingAsync).RequireRole(Roles.Pharmacist, Roles.Operator);
        group.MapPost("/{id:guid}/decision", DecideAsync).RequireRole(Roles.Pharmacist);
        group.MapPost("/{id:guid}/identity", RevealAsync).RequireRole(Roles.His, Roles.Prescriber, Roles.Pharmacist);
    }

    private static async Task<Page<PrescriptionSummary>> ListAsync(
        ClaimsPrincipal caller,
        Reader reader,
        string? state,
        Guid? after,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        var wanted = StateName.Parse(state);
        if (state is not null && wanted is null)
        {
            throw GeneralFaults.Refused.Exception("state");
        }

        var most = Math.Clamp(limit ?? 50, 1, MostPerPage);
        var items = await reader.ListAsync(caller, wanted, after, most + 1, cancellationToken);
        return items.Count > most ? new([.. items.Take(most)], items[most - 1].Id.ToString()) : new(items, null);
    }

    private static async Task<Page<PrescriptionSummary>> WaitingAsync(
        ClaimsPrincipal caller,
        Reader reader,
        int? limit,
        CancellationToken cancellationToken
    ) => new(await reader.WaitingAsync(caller, Math.Clamp(limit ?? 50, 1, MostPerPage), cancellationToken), null);

    /// <summary>The contract's PrescriptionView in protobuf's own JSON form, so that both transports tell the same.</summary>
    private static async Task<ContentHttpResult> GetAsync(
        ClaimsPrincipal caller,
        Guid id,
        Reader reader,
        CancellationToken cancellationToken
    )
    {
        var found = await reader.ByIdAsync(caller, id, cancellationToken) ?? throw PrescriptionsFaults.NotFound.Exception("id");
        return TypedResults.Content(JsonFormatter.Default.Format(found.View), "application/json");
    }

    private static async Task<Ok<object>> DecideAsync(
        ClaimsPrincipal caller,
        Guid id,
        DecisionRequest request,
        Decisions decisions,
        CancellationToken cancellationToken
    )
    {
        if (request.Decision is not ("approve" or "reject"))
        {
            throw GeneralFaults.Refused.Exception("decision");
        }

        var institution = caller.InstitutionCode();
        var state = await decisions.DecideAsync(
            id,
            standing => standing.InstitutionCode == institution,
            request.Decision == "approve",
            caller.DisplayName(),
            request.Reason ?? "",
            cancellationToken
        );
        return TypedResults.Ok<object>(new { id, state = StateName.Of(state) });
    }

    private static async Task<RevealedIdentity> RevealAsync(
        ClaimsPrincipal caller,
        Guid id,
        RevealRequest request,
        Reader reader,
        CancellationToken cancellationToken
    )
    {
        if (string.IsNullOrWhiteSpace(request.Purpose) || request.Purpose.Length > 256)
        {
            throw PrescriptionsFaults.Missing.Exception("purpose");
        }

        var prescription =
            await reader.RevealAsync(caller, id, request.Purpose, cancellationToken) ?? throw PrescriptionsFaults.NotFound.Exception("id");
        var patient = prescription.Patient;
        return new RevealedIdentity(patient.Name, patient.IdentityNumber, patient.Phone, prescription.Delivery?.Address ?? "");
    }
}
