using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Pharmacy.Transfers;

/// <summary>Both centres see a transfer; only the one may send it, only the other receive it.</summary>
internal static class TransferEndpoints
{
    private static readonly string[] Readers = [Roles.Dispenser, Roles.Pharmacist, Roles.Admin, Roles.Quality, Roles.Regulator];

    private sealed record TransferAnswer(Guid TransferId, string State, bool Recorded);

    private sealed record ArrivalsRequest(ArrivalRequest[] Lines, DateTimeOffset? ReceivedAt);

    private sealed record CentreItem(string Code, string NameZh, string NameEn, string RegionCode, bool Own);

    private sealed record TransferLine(
        Guid LotId,
        string Piece,
        string LotNumber,
        long SentMilligrams,
        long? ReceivedMilligrams,
        string LostReason,
        Guid? ArrivedLotId
    );

    /// <param name="Incoming">True when the caller's centre is the one that receives.</param>
    private sealed record TransferItem(
        Guid TransferId,
        string Number,
        string FromCentre,
        string FromNameZh,
        string FromNameEn,
        string ToCentre,
        string ToNameZh,
        string ToNameEn,
        bool Incoming,
        string State,
        string Reason,
        string SentBy,
        DateTimeOffset SentAt,
        string? ReceivedBy,
        DateTimeOffset? ReceivedAt,
        IReadOnlyList<TransferLine> Lines
    );

    public static void MapTransfers(this IEndpointRouteBuilder app)
    {
        var transfers = app.MapGroup("/api/pharmacy/transfers");
        transfers.MapGet("", ListAsync).WithName("ListTransfers").RequireRole(Readers);
        transfers.MapGet("/destinations", DestinationsAsync).WithName("ListTransferDestinations").RequireRole(Readers);
        transfers.MapPut("/{transferId:guid}", SendAsync).WithName("SendTransfer").RequireRole(Roles.Dispenser, Roles.Pharmacist);
        transfers
            .MapPost("/{transferId:guid}/arrival", ArriveAsync)
            .WithName("ReceiveTransfer")
            .RequireRole(Roles.Dispenser, Roles.Pharmacist);
    }

    /// <summary>201 when it was sent now, 200 when before. The id is the caller's.</summary>
    private static async Task<Results<Created<TransferAnswer>, Ok<TransferAnswer>>> SendAsync(
        Guid transferId,
        TransferRequest request,
        TransferDesk desk,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        var recorded = await desk.SendAsync(transferId, request, Person.Of(caller), cancellationToken);
        var answer = new TransferAnswer(transferId, "sent", recorded);
        return recorded ? TypedResults.Created($"/api/pharmacy/transfers/{transferId}", answer) : TypedResults.Ok(answer);
    }

    private static async Task<Ok<TransferAnswer>> ArriveAsync(
        Guid transferId,
        ArrivalsRequest request,
        TransferArrival desk,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    ) =>
        TypedResults.Ok(
            new TransferAnswer(
                transferId,
                "received",
                await desk.ReceiveAsync(transferId, request.Lines, request.ReceivedAt, Person.Of(caller), cancellationToken)
            )
        );

    /// <summary>Centres in operation; names are no secret.</summary>
    private static async Task<Ok<Paged<CentreItem>>> DestinationsAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.Query(
            "select code, name_zh, name_en, region_code, code = $1 from pharmacy.centres order by name_zh, code limit 500",
            caller.InstitutionCode()
        );
        var items = await command.ListAsync(
            r => new CentreItem(r.GetString(0), r.GetString(1), r.GetString(2), r.GetString(3), r.GetBoolean(4)),
            cancellationToken
        );
        return TypedResults.Ok(new Paged<CentreItem>(items, null));
    }

    /// <summary>The newest first, with their lines.</summary>
    private static async Task<Ok<Paged<TransferItem>>> ListAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        string? state,
        string? next,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        var size = Page.Size(limit);
        await using var command = database.CreateCommand(
            $"""
            with shown as (
                select t.*, f.name_zh as from_zh, f.name_en as from_en, r.name_zh as to_zh, r.name_en as to_en
                from pharmacy.transfers t
                join pharmacy.institutions f on f.code = t.from_centre
                join pharmacy.institutions r on r.code = t.to_centre
                where (@state::text is null or t.state = @state)
                  and (@at::timestamptz is null or (t.sent_at, t.id) < (@at, @id))
                  and exists (select 1 from pharmacy.institutions c where c.code in (t.from_centre, t.to_centre) and {Sight.OfCentre})
                order by t.sent_at desc, t.id desc limit @limit)
            select s.id, s.number, s.from_centre, s.from_zh, s.from_en, s.to_centre, s.to_zh, s.to_en, s.to_centre = @institution, s.state,
                   s.reason, s.sent_by_name, s.sent_at, s.received_by_name, s.received_at,
                   l.lot_id, o.piece, o.lot_number, l.sent, l.received, l.lost_reason, l.arrived_lot_id
            from shown s
            join pharmacy.transfer_lines l on l.transfer_id = s.id
            join pharmacy.lots o on o.id = l.lot_id
            order by s.sent_at desc, s.id desc, o.piece, l.lot_id
            """
        );
        Sight.Of(caller).Guard(command).Page(Page.After<DocumentKey>(next), size);
        command.Parameters.Add(new NpgsqlParameter<string?>("state", state));
        var rows = await command.ListAsync(
            r =>
                (
                    Item: new TransferItem(
                        r.GetGuid(0),
                        r.GetString(1),
                        r.GetString(2),
                        r.GetString(3),
                        r.GetString(4),
                        r.GetString(5),
                        r.GetString(6),
                        r.GetString(7),
                        r.GetBoolean(8),
                        r.GetString(9),
                        r.GetString(10),
                        r.GetString(11),
                        r.Instant(12),
                        r.Text(13),
                        r.InstantOrNull(14),
                        []
                    ),
                    Line: new TransferLine(
                        r.GetGuid(15),
                        r.GetString(16),
                        r.GetString(17),
                        r.GetInt64(18),
                        r.NumberOrNull(19),
                        r.GetString(20),
                        r.IdOrNull(21)
                    )
                ),
            cancellationToken
        );
        var items = rows.GroupBy(r => r.Item.TransferId).Select(g => g.First().Item with { Lines = [.. g.Select(r => r.Line)] }).ToList();
        return TypedResults.Ok(Page.Cut(items, size, t => new DocumentKey(t.SentAt, t.TransferId)));
    }
}
