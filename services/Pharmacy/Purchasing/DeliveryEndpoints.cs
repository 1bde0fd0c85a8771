using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Pharmacy.Purchasing;

/// <summary>Delivery notes (送货单) and the acceptance (验收) of what is on them.</summary>
internal static class DeliveryEndpoints
{
    private static readonly string[] Readers =
    [
        Roles.Dispenser,
        Roles.Pharmacist,
        Roles.Admin,
        Roles.Quality,
        Roles.Regulator,
        Roles.Operator,
    ];

    private sealed record Noted(Guid DeliveryId, bool Recorded);

    /// <param name="SourceItem">The maker's code as scanned, a GS1 Digital Link or EPC URN; as the delivery note has it when left out.</param>
    /// <param name="WeighedMilligrams">What a scale says of the whole lot; left out when the note is taken at its word.</param>
    private sealed record AcceptanceRequest(
        Findings Findings,
        DateTimeOffset? DecidedAt,
        string? SourceItem = null,
        long? WeighedMilligrams = null
    );

    private sealed record Decided(Guid DeliveryId, int LineNumber, string State, Guid? LotId, bool Recorded);

    private sealed record DeliveryItem(
        Guid DeliveryId,
        string NoteNumber,
        string CentreCode,
        string SupplierCode,
        string SupplierNameZh,
        string SupplierNameEn,
        Guid? OrderId,
        string? OrderNumber,
        DateTimeOffset ArrivedAt,
        string RecordedBy,
        long Lines,
        long Waiting,
        long Refused
    );

    private sealed record DeliveryLine(
        int LineNumber,
        int? OrderLine,
        string Piece,
        string Spec,
        string Grade,
        string Origin,
        string LotNumber,
        long QuantityMilligrams,
        DateOnly ProducedOn,
        DateOnly ExpiresOn,
        string Certificate,
        string TestReport,
        string SourceItem,
        string State,
        Findings? Findings,
        string RefusedReason,
        Guid? LotId,
        string? DecidedBy,
        DateTimeOffset? DecidedAt
    );

    private sealed record DeliveryView(DeliveryItem Note, IReadOnlyList<DeliveryLine> Lines);

    public static void MapDeliveries(this IEndpointRouteBuilder app)
    {
        var deliveries = app.MapGroup("/api/pharmacy/deliveries");
        deliveries.MapGet("", ListAsync).WithName("ListDeliveries").RequireRole(Readers);
        deliveries.MapGet("/{deliveryId:guid}", ReadAsync).WithName("ReadDelivery").RequireRole(Readers);
        deliveries.MapPut("/{deliveryId:guid}", RecordAsync).WithName("RecordDelivery").RequireRole(Roles.Dispenser, Roles.Admin);
        deliveries
            .MapPost("/{deliveryId:guid}/lines/{lineNumber:int}/acceptance", AcceptAsync)
            .WithName("AcceptDeliveredLot")
            .RequireRole(Roles.Dispenser, Roles.Pharmacist, Roles.Admin);
    }

    /// <summary>201 when it is new, 200 when the same was recorded before. The id is the caller's.</summary>
    private static async Task<Results<Created<Noted>, Ok<Noted>>> RecordAsync(
        Guid deliveryId,
        DeliveryRequest request,
        DeliveryDesk desk,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        var answer = new Noted(deliveryId, await desk.RecordAsync(deliveryId, request, Person.Of(caller), cancellationToken));
        return answer.Recorded ? TypedResults.Created($"/api/pharmacy/deliveries/{deliveryId}", answer) : TypedResults.Ok(answer);
    }

    private static async Task<Ok<Decided>> AcceptAsync(
        Guid deliveryId,
        int lineNumber,
        AcceptanceRequest request,
        AcceptanceDesk desk,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        var (state, lot, recorded) = await desk.DecideAsync(
            deliveryId,
            lineNumber,
            request.Findings,
            request.SourceItem,
            request.DecidedAt,
            request.WeighedMilligrams,
            Person.Of(caller),
            cancellationToken
        );
        return TypedResults.Ok(new Decided(deliveryId, lineNumber, state, lot, recorded));
    }

    /// <summary>The newest first. <paramref name="waiting"/>: those with a line that nobody has looked at.</summary>
    private static async Task<Ok<Paged<DeliveryItem>>> ListAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        bool? waiting,
        string? next,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        var size = Page.Size(limit);
        await using var command = database.CreateCommand(
            $"""
            {Items}
            where (@at::timestamptz is null or (d.arrived_at, d.id) < (@at, @id)) and {Sight.OfCentre}
              and (@waiting::boolean is null or @waiting = exists (
                  select 1 from pharmacy.delivery_lines w where w.delivery_id = d.id and w.state = 'waiting'))
            group by d.id, s.code, o.number
            order by d.arrived_at desc, d.id desc limit @limit
            """
        );
        Sight.Of(caller).Guard(command).Page(Page.After<DocumentKey>(next), size);
        command.Parameters.Add(
            new NpgsqlParameter("waiting", NpgsqlTypes.NpgsqlDbType.Boolean) { Value = (object?)waiting ?? DBNull.Value }
        );
        var items = await command.ListAsync(ReadItem, cancellationToken);
        return TypedResults.Ok(Page.Cut(items, size, d => new DocumentKey(d.ArrivedAt, d.DeliveryId)));
    }

    private const string Items = """
        select d.id, d.note_number, d.centre_code, d.supplier_code, s.name_zh, s.name_en, d.order_id, o.number, d.arrived_at,
               d.recorded_by_name, count(*), count(*) filter (where l.state = 'waiting'), count(*) filter (where l.state = 'refused')
        from pharmacy.deliveries d
        join pharmacy.institutions c on c.code = d.centre_code
        join pharmacy.institutions s on s.code = d.supplier_code
        join pharmacy.delivery_lines l on l.delivery_id = d.id
        left join pharmacy.purchase_orders o on o.id = d.order_id
        """;

    private static DeliveryItem ReadItem(NpgsqlDataReader r) =>
        new(
            r.GetGuid(0),
            r.GetString(1),
            r.GetString(2),
            r.GetString(3),
            r.GetString(4),
            r.GetString(5),
            r.IsDBNull(6) ? null : r.GetGuid(6),
            r.Text(7),
            r.Instant(8),
            r.GetString(9),
            r.GetInt64(10),
            r.GetInt64(11),
            r.GetInt64(12)
        );

    private static async Task<Ok<DeliveryView>> ReadAsync(
        Guid deliveryId,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.CreateCommand(
            $"""
            {Items}
            where d.id = @id and {Sight.OfCentre}
            group by d.id, s.code, o.number;
            select line_number, order_line, piece, spec, grade, origin, lot_number, milligrams, produced_on, expires_on, certificate,
                   test_report, source_item, state, findings, refused_reason, lot_id, decided_by_name, decided_at
            from pharmacy.delivery_lines where delivery_id = @id order by line_number
            """
        );
        command.Parameters.AddWithValue("id", deliveryId);
        Sight.Of(caller).Guard(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            throw PharmacyFaults.DeliveryNotFound.Exception("deliveryId");
        }

        var note = ReadItem(reader);
        await reader.NextResultAsync(cancellationToken);
        var lines = await reader.RowsAsync(
            r => new DeliveryLine(
                r.GetInt32(0),
                r.IsDBNull(1) ? null : r.GetInt32(1),
                r.GetString(2),
                r.GetString(3),
                r.GetString(4),
                r.GetString(5),
                r.GetString(6),
                r.GetInt64(7),
                r.GetFieldValue<DateOnly>(8),
                r.GetFieldValue<DateOnly>(9),
                r.GetString(10),
                r.GetString(11),
                r.GetString(12),
                r.GetString(13),
                r.IsDBNull(14) ? null : JsonSerializer.Deserialize<Findings>(r.GetString(14), JsonSerializerOptions.Web),
                r.GetString(15),
                r.IsDBNull(16) ? null : r.GetGuid(16),
                r.Text(17),
                r.InstantOrNull(18)
            ),
            cancellationToken
        );
        return TypedResults.Ok(new DeliveryView(note, lines));
    }
}
