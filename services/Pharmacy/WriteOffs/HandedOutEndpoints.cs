using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using TcmBrain.Pharmacy.Stock;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Pharmacy.WriteOffs;

/// <summary>What a centre handed out for a prescription, for whoever takes goods back (退药): by the number that stands on the label.</summary>
internal static class HandedOutEndpoints
{
    private const int Most = 500;

    /// <param name="BackMilligrams">came back and was destroyed already</param>
    /// <param name="WaitingMilligrams">came back and waits for the second signature</param>
    private sealed record HandedOutLine(
        int LineNumber,
        string Piece,
        Guid LotId,
        string LotNumber,
        long HandedOutMilligrams,
        long BackMilligrams,
        long WaitingMilligrams
    );

    /// <summary>One checked prescription; the same number may be of two hospitals, or of two revisions.</summary>
    private sealed record HandedOut(
        Guid PrescriptionId,
        string HisNumber,
        int Revision,
        string InstitutionCode,
        string? InstitutionNameZh,
        string? InstitutionNameEn,
        bool Decoct,
        DateTimeOffset CheckedAt,
        IReadOnlyList<HandedOutLine> Lines
    );

    private sealed record HandedOutList(IReadOnlyList<HandedOut> Items);

    private sealed record Row(HandedOut Prescription, HandedOutLine Line);

    public static void MapHandedOut(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/pharmacy/handed-out", ListAsync).WithName("ListHandedOut").RequireRole(Roles.Dispenser, Roles.Pharmacist);

    /// <summary>Of the caller's own centre, the latest first; empty where nothing was handed out under this number.</summary>
    private static async Task<Ok<HandedOutList>> ListAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        string? number,
        CancellationToken cancellationToken
    )
    {
        var faults = new FaultList();
        faults.CheckText(number, "number", 64);
        faults.ThrowIfAny();
        await using var command = database.CreateCommand(
            """
            select p.id, p.his_number, p.revision, p.institution_code, i.name_zh, i.name_en, p.decoct, p.checked_at,
                   a.line_number, l.piece, l.id, l.lot_number, a.weighed,
                   coalesce((select sum(e.milligrams) from pharmacy.entries e join pharmacy.movements m on m.id = e.movement_id
                             where e.lot_id = l.id and m.prescription_id = p.id and e.line_number = a.line_number
                               and m.kind = 'goods-back'), 0)::bigint,
                   coalesce((select sum(w.milligrams) from pharmacy.write_offs w
                             where w.lot_id = l.id and w.prescription_id = p.id and w.line_number = a.line_number
                               and w.state = 'awaiting-signature'), 0)::bigint
            from pharmacy.prescriptions p
            join pharmacy.allocations a on a.prescription_id = p.id and a.weighed > 0
            join pharmacy.lots l on l.id = a.lot_id
            left join pharmacy.institutions i on i.code = p.institution_code
            where p.his_number = @number and p.state = 'checked' and p.centre_code = @centre
            order by p.checked_at desc, p.id, a.line_number, l.lot_number limit @most
            """
        );
        command.Parameters.AddWithValue("number", number!.Trim());
        command.Parameters.AddWithValue("centre", caller.InstitutionCode());
        command.Parameters.AddWithValue("most", Most);
        var rows = await command.ListAsync(
            r => new Row(
                new HandedOut(
                    r.GetGuid(0),
                    r.GetString(1),
                    r.GetInt32(2),
                    r.GetString(3),
                    r.Text(4),
                    r.Text(5),
                    r.GetBoolean(6),
                    r.Instant(7),
                    []
                ),
                new HandedOutLine(
                    r.GetInt32(8),
                    r.GetString(9),
                    r.GetGuid(10),
                    r.GetString(11),
                    r.GetInt64(12),
                    r.GetInt64(13),
                    r.GetInt64(14)
                )
            ),
            cancellationToken
        );
        return TypedResults.Ok(
            new HandedOutList([
                .. rows.GroupBy(r => r.Prescription.PrescriptionId)
                    .Select(g => g.First().Prescription with { Lines = [.. g.Select(r => r.Line)] }),
            ])
        );
    }
}
