using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Pharmacy.Ledger;

internal static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/pharmacy/audit", AuditAsync).WithName("AuditLedger").RequireRole(Roles.Operator, Roles.Service);

    private static async Task<Ok<LedgerReport>> AuditAsync(NpgsqlDataSource database, CancellationToken cancellationToken) =>
        TypedResults.Ok(await LedgerAudit.ReportAsync(database, cancellationToken));
}
