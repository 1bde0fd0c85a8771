using System.Data;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Pharmacy.Stock;

/// <summary>A lot's card (批次卡): where it came from, where every gram of it stands, and how it got there.</summary>
internal static class LotEndpoints
{
    private sealed record AccountsPart(
        long ReceivedMilligrams,
        long QuarantineMilligrams,
        long AvailableMilligrams,
        long ReservedMilligrams,
        long DispensedMilligrams,
        long LostMilligrams,
        long ReturnedMilligrams,
        long FoundMilligrams,
        long InTransitMilligrams,
        long TransferredMilligrams
    );

    private sealed record VerdictPart(string Verdict, string By, string Reason, DateTimeOffset At);

    private sealed record EntryPart(
        string Kind,
        Guid? PrescriptionId,
        int? LineNumber,
        string From,
        string To,
        long Milligrams,
        string Actor,
        string? SecondActor,
        Guid? DocumentId,
        string Reason,
        DateTimeOffset At
    );

    private sealed record LotCard(
        Guid LotId,
        string CentreCode,
        string Piece,
        string LotNumber,
        string Supplier,
        string Origin,
        string Certificate,
        DateOnly ProducedOn,
        DateOnly ExpiresOn,
        string Status,
        string AcceptedBy,
        DateTimeOffset AcceptedAt,
        string? SupplierCode,
        string Spec,
        string Grade,
        string TestReport,
        string? Position,
        Guid? DeliveryId,
        Guid? PartOfLotId,
        AccountsPart Accounts,
        IReadOnlyList<VerdictPart> Verdicts,
        IReadOnlyList<EntryPart> History
    );

    public static void MapLots(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/pharmacy/lots/{lotId:guid}", ReadAsync)
            .WithName("ReadLot")
            .RequireRole(Roles.Dispenser, Roles.Pharmacist, Roles.Admin, Roles.Quality, Roles.Regulator, Roles.Operator, Roles.Service);

    /// <summary>The whole history, oldest first. Not found and not the caller's to see answer alike.</summary>
    private static async Task<Ok<LotCard>> ReadAsync(
        Guid lotId,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await using var command = new NpgsqlCommand(
            $"""
            select l.centre_code, l.piece, l.lot_number, l.supplier, l.origin, l.certificate, l.produced_on, l.expires_on, l.status,
                   l.accepted_by_name, l.accepted_at, b.received, b.quarantine, b.available, b.reserved, b.dispensed, b.lost, b.returned,
                   b.found, b.in_transit, b.transferred, l.supplier_code, l.spec, l.grade, l.test_report, l.position,
                   (select d.id from pharmacy.deliveries d where d.id = l.arrival_id), l.root_lot_id
            from pharmacy.lots l
            join pharmacy.lot_balances b on b.lot_id = l.id
            join pharmacy.institutions c on c.code = l.centre_code
            where l.id = @id and {Sight.OfCentre};
            select verdict, spoken_by, reason, spoken_at from pharmacy.lot_verdicts 
            where lot_id in (@id, (select root_lot_id from pharmacy.lots where id = @id)) order by spoken_at, version;
            select m.kind, m.prescription_id, e.line_number, e.from_account::text, e.to_account::text, e.milligrams, m.actor, m.occurred_at,
                   m.second_actor, m.document_id, m.reason
            from pharmacy.entries e join pharmacy.movements m on m.id = e.movement_id
            where e.lot_id = @id order by m.recorded_at, m.id, e.line_number, e.from_account
            """,
            connection,
            snapshot
        );
        command.Parameters.AddWithValue("id", lotId);
        Sight.Of(caller).Guard(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            throw PharmacyFaults.LotNotFound.Exception("lotId");
        }

        var card = new LotCard(
            lotId,
            reader.GetString(0),
            reader.GetString(1),
            reader.GetString(2),
            reader.GetString(3),
            reader.GetString(4),
            reader.GetString(5),
            reader.GetFieldValue<DateOnly>(6),
            reader.GetFieldValue<DateOnly>(7),
            reader.GetString(8),
            reader.GetString(9),
            reader.Instant(10),
            reader.Text(21),
            reader.GetString(22),
            reader.GetString(23),
            reader.GetString(24),
            reader.Text(25),
            reader.IdOrNull(26),
            reader.IdOrNull(27),
            new AccountsPart(
                reader.GetInt64(11),
                reader.GetInt64(12),
                reader.GetInt64(13),
                reader.GetInt64(14),
                reader.GetInt64(15),
                reader.GetInt64(16),
                reader.GetInt64(17),
                reader.GetInt64(18),
                reader.GetInt64(19),
                reader.GetInt64(20)
            ),
            [],
            []
        );
        await reader.NextResultAsync(cancellationToken);
        var verdicts = await reader.RowsAsync(
            r => new VerdictPart(r.GetString(0), r.GetString(1), r.GetString(2), r.Instant(3)),
            cancellationToken
        );
        await reader.NextResultAsync(cancellationToken);
        var history = await reader.RowsAsync(
            r => new EntryPart(
                r.GetString(0),
                r.IsDBNull(1) ? null : r.GetGuid(1),
                r.GetInt32(2) is var line and > 0 ? line : null,
                r.GetString(3),
                r.GetString(4),
                r.GetInt64(5),
                r.GetString(6),
                r.Text(8),
                r.IdOrNull(9),
                r.GetString(10),
                r.Instant(7)
            ),
            cancellationToken
        );
        return TypedResults.Ok(card with { Verdicts = verdicts, History = history });
    }
}
