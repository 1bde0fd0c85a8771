using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Pharmacy.Purchasing;

/// <summary>Purchase orders (采购单) over HTTP. A draft is anybody's of the stockroom; what binds is the pharmacist's or the administrator's.</summary>
internal static class OrderEndpoints
{
    private static readonly string[] Readers = [Roles.Dispenser, Roles.Pharmacist, Roles.Admin, Roles.Regulator, Roles.Operator];

    private sealed record Drafted(Guid OrderId, int Version);

    private sealed record Moved(Guid OrderId, string State, bool Recorded);

    private sealed record EndRequest(string? Reason);

    private sealed record OrderItem(
        Guid OrderId,
        string Number,
        string CentreCode,
        string SupplierCode,
        string SupplierNameZh,
        string SupplierNameEn,
        string State,
        DateOnly? ExpectedOn,
        long Lines,
        long OrderedMilligrams,
        long AcceptedMilligrams,
        DateTimeOffset DraftedAt
    );

    private sealed record OrderLine(
        int LineNumber,
        string Piece,
        string Spec,
        string Grade,
        string Origin,
        long QuantityMilligrams,
        long AcceptedMilligrams,
        long PriceFenPerKilogram
    );

    private sealed record DeliveryPart(Guid DeliveryId, string NoteNumber, DateTimeOffset ArrivedAt);

    private sealed record OrderView(
        Guid OrderId,
        string Number,
        int Version,
        string CentreCode,
        string SupplierCode,
        string SupplierNameZh,
        string SupplierNameEn,
        string State,
        DateOnly? ExpectedOn,
        string Note,
        string Reason,
        string DraftedBy,
        DateTimeOffset DraftedAt,
        string? SentBy,
        DateTimeOffset? SentAt,
        string? EndedBy,
        DateTimeOffset? EndedAt,
        IReadOnlyList<OrderLine> Lines,
        IReadOnlyList<DeliveryPart> Deliveries
    );

    public static void MapOrders(this IEndpointRouteBuilder app)
    {
        var orders = app.MapGroup("/api/pharmacy/orders");
        orders.MapGet("", ListAsync).WithName("ListPurchaseOrders").RequireRole(Readers);
        orders.MapGet("/{orderId:guid}", ReadAsync).WithName("ReadPurchaseOrder").RequireRole(Readers);
        orders
            .MapPut("/{orderId:guid}", DraftAsync)
            .WithName("DraftPurchaseOrder")
            .RequireRole(Roles.Dispenser, Roles.Pharmacist, Roles.Admin);
        orders.MapPost("/{orderId:guid}/send", SendAsync).WithName("SendPurchaseOrder").RequireRole(Roles.Pharmacist, Roles.Admin);
        orders.MapPost("/{orderId:guid}/end", EndAsync).WithName("EndPurchaseOrder").RequireRole(Roles.Pharmacist, Roles.Admin);
    }

    /// <summary>201 for a new draft, 200 for one that was changed. The id is the caller's.</summary>
    private static async Task<Results<Created<Drafted>, Ok<Drafted>>> DraftAsync(
        Guid orderId,
        OrderRequest request,
        OrderDesk desk,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        var (version, added) = await desk.DraftAsync(orderId, request, Person.Of(caller), cancellationToken);
        var answer = new Drafted(orderId, version);
        return added ? TypedResults.Created($"/api/pharmacy/orders/{orderId}", answer) : TypedResults.Ok(answer);
    }

    private static async Task<Ok<Moved>> SendAsync(
        Guid orderId,
        OrderDesk desk,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(new Moved(orderId, "sent", await desk.SendAsync(orderId, Person.Of(caller), cancellationToken)));

    /// <summary>Cancels one of which nothing came, closes one of which the rest is no longer expected.</summary>
    private static async Task<Ok<Moved>> EndAsync(
        Guid orderId,
        EndRequest request,
        OrderDesk desk,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        var (state, recorded) = await desk.EndAsync(orderId, request.Reason, Person.Of(caller), cancellationToken);
        return TypedResults.Ok(new Moved(orderId, state, recorded));
    }

    /// <summary>The newest first; of the caller's centre, or of its region by right of supervision.</summary>
    private static async Task<Ok<Paged<OrderItem>>> ListAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        string? state,
        string? supplier,
        string? next,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        var size = Page.Size(limit);
        var after = Page.After<DocumentKey>(next);
        await using var command = database.CreateCommand(
            $"""
            select o.id, o.number, o.centre_code, o.supplier_code, s.name_zh, s.name_en, o.state, o.expected_on, count(l.line_number),
                   coalesce(sum(l.milligrams), 0)::bigint, coalesce(sum(l.accepted), 0)::bigint, o.drafted_at
            from pharmacy.purchase_orders o
            join pharmacy.institutions c on c.code = o.centre_code
            join pharmacy.institutions s on s.code = o.supplier_code
            left join pharmacy.purchase_order_lines l on l.order_id = o.id
            where (@state::text is null or o.state = @state) and (@supplier::text is null or o.supplier_code = @supplier)
              and (@at::timestamptz is null or (o.drafted_at, o.id) < (@at, @id)) and {Sight.OfCentre}
            group by o.id, s.code
            order by o.drafted_at desc, o.id desc limit @limit
            """
        );
        Sight.Of(caller).Guard(command).Page(after, size);
        command.Parameters.Add(new NpgsqlParameter<string?>("state", state));
        command.Parameters.Add(new NpgsqlParameter<string?>("supplier", supplier));
        var items = await command.ListAsync(
            r => new OrderItem(
                r.GetGuid(0),
                r.GetString(1),
                r.GetString(2),
                r.GetString(3),
                r.GetString(4),
                r.GetString(5),
                r.GetString(6),
                r.DayOrNull(7),
                r.GetInt64(8),
                r.GetInt64(9),
                r.GetInt64(10),
                r.Instant(11)
            ),
            cancellationToken
        );
        return TypedResults.Ok(Page.Cut(items, size, o => new DocumentKey(o.DraftedAt, o.OrderId)));
    }

    private static async Task<Ok<OrderView>> ReadAsync(
        Guid orderId,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.CreateCommand(
            $"""
            select o.number, o.version, o.centre_code, o.supplier_code, s.name_zh, s.name_en, o.state, o.expected_on, o.note, o.reason,
                   o.drafted_by_name, o.drafted_at, o.sent_by_name, o.sent_at, o.ended_by_name, o.ended_at
            from pharmacy.purchase_orders o
            join pharmacy.institutions c on c.code = o.centre_code
            join pharmacy.institutions s on s.code = o.supplier_code
            where o.id = @id and {Sight.OfCentre};
            select line_number, piece, spec, grade, origin, milligrams, accepted, price_fen
            from pharmacy.purchase_order_lines where order_id = @id order by line_number;
            select id, note_number, arrived_at from pharmacy.deliveries where order_id = @id order by arrived_at, id
            """
        );
        command.Parameters.AddWithValue("id", orderId);
        Sight.Of(caller).Guard(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            throw PharmacyFaults.OrderNotFound.Exception("orderId");
        }

        var order = new OrderView(
            orderId,
            reader.GetString(0),
            reader.GetInt32(1),
            reader.GetString(2),
            reader.GetString(3),
            reader.GetString(4),
            reader.GetString(5),
            reader.GetString(6),
            reader.DayOrNull(7),
            reader.GetString(8),
            reader.GetString(9),
            reader.GetString(10),
            reader.Instant(11),
            reader.Text(12),
            reader.InstantOrNull(13),
            reader.Text(14),
            reader.InstantOrNull(15),
            [],
            []
        );
        await reader.NextResultAsync(cancellationToken);
        var lines = await reader.RowsAsync(
            r => new OrderLine(
                r.GetInt32(0),
                r.GetString(1),
                r.GetString(2),
                r.GetString(3),
                r.GetString(4),
                r.GetInt64(5),
                r.GetInt64(6),
                r.GetInt64(7)
            ),
            cancellationToken
        );
        await reader.NextResultAsync(cancellationToken);
        var deliveries = await reader.RowsAsync(r => new DeliveryPart(r.GetGuid(0), r.GetString(1), r.Instant(2)), cancellationToken);
        return TypedResults.Ok(order with { Lines = lines, Deliveries = deliveries });
    }
}
