using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using TcmBrain.Pharmacy.Story;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Pharmacy.Dispensing;

/// <summary>A centre's own list of work: urgent first, then by age.</summary>
internal static class WorkListEndpoints
{
    private static readonly string[] States = ["reserved", "dispensing", "dispensed"];

    private sealed record WorkKey(bool Urgent, DateTimeOffset ApprovedAt, Guid Id);

    private sealed record WorkPage(IReadOnlyList<PrescriptionCard> Items, string? Next);

    public static void MapWorkList(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/pharmacy/work", ListAsync).WithName("ListWork").RequireRole(Roles.Dispenser, Roles.Pharmacist, Roles.Admin);

    /// <param name="state">reserved (to take up), dispensing, or dispensed (to check); reserved when left out.</param>
    private static async Task<Ok<WorkPage>> ListAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        string? state,
        string? next,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        state ??= "reserved";
        if (!States.Contains(state))
        {
            throw PharmacyFaults.UnknownState.Exception("state", state.Length <= 40 ? state : state[..40]);
        }

        var size = Page.Size(limit);
        var after = Page.After<WorkKey>(next);
        // Not urgent sorts after urgent, so the key counts it as greater.
        var items = await PrescriptionCard.ReadAsync(
            database,
            """
            where p.centre_code = @centre and p.state = @state
              and (@after_id::uuid is null or (not p.urgent, p.approved_at, p.id) > (not @after_urgent, @after_time, @after_id))
            order by p.urgent desc, p.approved_at, p.id limit @limit
            """,
            command =>
            {
                command.Parameters.AddWithValue("centre", caller.InstitutionCode());
                command.Parameters.AddWithValue("state", state);
                command.Parameters.AddWithValue("limit", size);
                command.Parameters.Add(new NpgsqlParameter<Guid?>("after_id", after?.Id));
                command.Parameters.AddWithValue("after_urgent", after?.Urgent ?? true);
                command.Parameters.AddWithValue("after_time", after?.ApprovedAt.UtcDateTime ?? DateTime.UnixEpoch);
            },
            cancellationToken
        );
        var last = items.Count == size ? items[^1] : null;
        return TypedResults.Ok(
            new WorkPage(
                items,
                last is null ? null : Page.Token(new WorkKey(last.Urgent!.Value, last.ApprovedAt!.Value, last.PrescriptionId))
            )
        );
    }
}
