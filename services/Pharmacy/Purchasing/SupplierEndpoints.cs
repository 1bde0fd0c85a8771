using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Pharmacy.Purchasing;

/// <summary>Who may be bought from.</summary>
internal static class SupplierEndpoints
{
    /// <summary>A licence that ends within so many days is warned of.</summary>
    private const int SoonDays = 60;

    private sealed record SupplierKey(string Name, string Code);

    /// <param name="Licence">valid, soon (ends within 60 days), expired, missing, suspended.</param>
    /// <param name="Lots">Accepted from it by the caller's centre.</param>
    private sealed record SupplierItem(
        string Code,
        string NameZh,
        string NameEn,
        string RegionCode,
        DateOnly? LicenceExpiresOn,
        string Licence,
        long OpenOrders,
        long Lots
    );

    public static void MapSuppliers(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/pharmacy/suppliers", ListAsync)
            .WithName("ListSuppliers")
            .RequireRole(Roles.Dispenser, Roles.Pharmacist, Roles.Admin, Roles.Quality, Roles.Regulator, Roles.Operator);

    /// <summary>By name. The register is common to all; orders and lots are those of the caller's own centre.</summary>
    private static async Task<Ok<Paged<SupplierItem>>> ListAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        TimeProvider time,
        string? search,
        string? next,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        var size = Page.Size(limit);
        var after = Page.After<SupplierKey>(next);
        var today = RegionTime.DayOf(time.GetUtcNow());
        await using var command = database.Query(
            """
            select s.code, s.name_zh, s.name_en, s.region_code, s.licence_expires_on,
                   case when s.suspended then 'suspended' when s.licence_expires_on is null then 'missing'
                        when s.licence_expires_on < $1 then 'expired' when s.licence_expires_on < $2 then 'soon' else 'valid' end,
                   (select count(*) from pharmacy.purchase_orders o
                    where o.centre_code = $3 and o.supplier_code = s.code and o.state in ('sent', 'partly-received')),
                   (select count(*) from pharmacy.lots l where l.centre_code = $3 and l.supplier_code = s.code)
            from pharmacy.suppliers s
            where ($4::text is null or s.name_zh like '%' || $4 || '%' or s.name_en ilike '%' || $4 || '%' or s.code = $4)
              and ($5::text is null or (s.name_zh, s.code) > ($5, $6))
            order by s.name_zh, s.code limit $7
            """,
            today,
            today.AddDays(SoonDays),
            caller.InstitutionCode(),
            Escape(search),
            after?.Name,
            after?.Code,
            size + 1
        );
        var items = await command.ListAsync(
            r => new SupplierItem(
                r.GetString(0),
                r.GetString(1),
                r.GetString(2),
                r.GetString(3),
                r.IsDBNull(4) ? null : r.GetFieldValue<DateOnly>(4),
                r.GetString(5),
                r.GetInt64(6),
                r.GetInt64(7)
            ),
            cancellationToken
        );
        return TypedResults.Ok(Page.Cut(items, size, s => new SupplierKey(s.NameZh, s.Code)));
    }

    private static string? Escape(string? search) =>
        string.IsNullOrWhiteSpace(search) ? null : search.Trim().Replace(@"\", @"\\").Replace("%", @"\%").Replace("_", @"\_");
}
