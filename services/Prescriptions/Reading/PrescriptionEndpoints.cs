using System.Security.Claims;
using Google.Protobuf;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Prescriptions.Push;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Prescriptions.Reading;

/// <summary>A page of a list: <c>next</c> goes into <c>after</c> of the following request; null on the last page.</summary>
/// <param name="Total">Null where counting would cost more than the page.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next, long? Total = null);

/// <summary>HTTP: reading. Writing prescriptions is gRPC's, deciding is the review's.</summary>
internal static class PrescriptionEndpoints
{
    private const int MostPerPage = 200;

    public static void MapPrescriptions(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/prescriptions");
        var readers = group
            .MapGroup("")
            .RequireRole(Roles.His, Roles.Prescriber, Roles.Pharmacist, Roles.Admin, Roles.Regulator, Roles.Operator);
        readers.MapGet("/", ListAsync).WithName("ListPrescriptions");
        readers.MapGet("/{id:guid}", GetAsync).WithName("GetPrescription");
    }

    /// <param name="state">One or several, joined with commas.</param>
    /// <param name="from">Received from this instant on.</param>
    /// <param name="to">Received before it.</param>
    /// <param name="search">Exactly this prescription number of the hospital.</param>
    private static async Task<Ok<Page<PrescriptionListItem>>> ListAsync(
        ClaimsPrincipal caller,
        ListReader reader,
        string? state,
        DateTimeOffset? from,
        DateTimeOffset? to,
        bool? urgent,
        string? search,
        Guid? after,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        var states = new List<State>();
        foreach (var name in (state ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            states.Add(StateName.Parse(name) ?? throw GeneralFaults.Refused.Exception("state"));
        }

        var faults = new FaultList();
        faults.Text(search ?? "", "search", 64, required: false);
        faults.ThrowIfAny();
        var most = MostOf(limit);
        var filter = new ListFilter(states, from, to, urgent, search?.Trim() ?? "", after);
        var items = await reader.ItemsAsync(caller, filter, most + 1, cancellationToken);
        return TypedResults.Ok(
            items.Count > most ? new Page<PrescriptionListItem>(items[..most], items[most - 1].Id.ToString()) : new(items, null)
        );
    }

    public static int MostOf(int? limit) => Math.Clamp(limit ?? 50, 1, MostPerPage);

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
}
