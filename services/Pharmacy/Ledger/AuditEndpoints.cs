using Npgsql;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Pharmacy.Ledger;

internal static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/pharmacy/audit", AuditAsync).RequireRole(Roles.Operator, Roles.Service);

    private static async Task<IResult> AuditAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var checks = await LedgerAudit.RunAsync(database, cancellationToken);
        return TypedResults.Ok(new { ok = checks.All(c => c.Ok), checks });
    }
}
