using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Pharmacy.WriteOffs;

/// <summary>Losses, returns to suppliers, goods that came back.</summary>
internal static class WriteOffEndpoints
{
    private static readonly string[] Readers = [Roles.Dispenser, Roles.Pharmacist, Roles.Admin, Roles.Quality, Roles.Regulator];

    private sealed record WriteOffAnswer(Guid WriteOffId, string State, bool Recorded);

    private sealed record WriteOffItem(
        Guid WriteOffId,
        string Number,
        string CentreCode,
        string Kind,
        string State,
        Guid LotId,
        string Piece,
        string LotNumber,
        string Supplier,
        long Milligrams,
        string Cause,
        string Reason,
        Guid? PrescriptionId,
        string AskedBy,
        bool AskedByYou,
        DateTimeOffset AskedAt,
        string? SignedBy,
        DateTimeOffset? SignedAt
    );

    public static void MapWriteOffs(this IEndpointRouteBuilder app)
    {
        var documents = app.MapGroup("/api/pharmacy/write-offs");
        documents.MapGet("", ListAsync).WithName("ListWriteOffs").RequireRole(Readers);
        documents.MapPut("/{writeOffId:guid}", AskAsync).WithName("AskWriteOff").RequireRole(Roles.Dispenser, Roles.Pharmacist);
        documents
            .MapPost("/{writeOffId:guid}/sign", SignAsync)
            .WithName("SignWriteOff")
            .RequireRole(Roles.Dispenser, Roles.Pharmacist, Roles.Admin);
        documents
            .MapPost("/{writeOffId:guid}/withdraw", WithdrawAsync)
            .WithName("WithdrawWriteOff")
            .RequireRole(Roles.Dispenser, Roles.Pharmacist, Roles.Admin);
    }

    /// <summary>Booked at once, or waits for a second signature. The id is the caller's: a repeat is the same document.</summary>
    private static async Task<Results<Created<WriteOffAnswer>, Ok<WriteOffAnswer>>> AskAsync(
        Guid writeOffId,
        WriteOffRequest request,
        WriteOffDesk desk,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        var (state, recorded) = await desk.AskAsync(writeOffId, request, Person.Of(caller), cancellationToken);
        var answer = new WriteOffAnswer(writeOffId, state, recorded);
        return recorded ? TypedResults.Created($"/api/pharmacy/write-offs/{writeOffId}", answer) : TypedResults.Ok(answer);
    }

    private static async Task<Ok<WriteOffAnswer>> SignAsync(
        Guid writeOffId,
        WriteOffDesk desk,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(new WriteOffAnswer(writeOffId, "booked", await desk.SignAsync(writeOffId, Person.Of(caller), cancellationToken)));

    private static async Task<Ok<WriteOffAnswer>> WithdrawAsync(
        Guid writeOffId,
        WriteOffDesk desk,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    ) =>
        TypedResults.Ok(
            new WriteOffAnswer(writeOffId, "withdrawn", await desk.WithdrawAsync(writeOffId, Person.Of(caller), cancellationToken))
        );

    /// <summary>The newest first.</summary>
    private static async Task<Ok<Paged<WriteOffItem>>> ListAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        string? kind,
        string? state,
        string? next,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        var size = Page.Size(limit);
        await using var command = database.CreateCommand(
            $"""
            select w.id, w.number, w.centre_code, w.kind, w.state, w.lot_id, l.piece, l.lot_number, l.supplier, w.milligrams, w.cause,
                   w.reason, w.prescription_id, w.asked_by_name, w.asked_by = @subject, w.asked_at, w.signed_by_name, w.signed_at
            from pharmacy.write_offs w
            join pharmacy.lots l on l.id = w.lot_id
            join pharmacy.institutions c on c.code = w.centre_code
            where (@kind::text is null or w.kind = @kind) and (@state::text is null or w.state = @state)
              and (@at::timestamptz is null or (w.asked_at, w.id) < (@at, @id)) and {Sight.OfCentre}
            order by w.asked_at desc, w.id desc limit @limit
            """
        );
        Sight.Of(caller).Guard(command).Page(Page.After<DocumentKey>(next), size);
        command.Parameters.AddWithValue("subject", caller.Subject());
        command.Parameters.Add(new NpgsqlParameter<string?>("kind", kind));
        command.Parameters.Add(new NpgsqlParameter<string?>("state", state));
        var items = await command.ListAsync(
            r => new WriteOffItem(
                r.GetGuid(0),
                r.GetString(1),
                r.GetString(2),
                r.GetString(3),
                r.GetString(4),
                r.GetGuid(5),
                r.GetString(6),
                r.GetString(7),
                r.GetString(8),
                r.GetInt64(9),
                r.GetString(10),
                r.GetString(11),
                r.IdOrNull(12),
                r.GetString(13),
                r.GetBoolean(14),
                r.Instant(15),
                r.Text(16),
                r.InstantOrNull(17)
            ),
            cancellationToken
        );
        return TypedResults.Ok(Page.Cut(items, size, w => new DocumentKey(w.AskedAt, w.WriteOffId)));
    }
}
