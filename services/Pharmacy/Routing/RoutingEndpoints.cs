using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Pharmacy.Routing;

/// <summary>One choice of a centre with its reasons.</summary>
/// <param name="Cause">approved, short, lot-spoilt or centre-closed</param>
/// <param name="CentreCode">null: no centre had all of it</param>
/// <param name="State">how the prescription stands now</param>
internal sealed record RoutingView(
    long Id,
    Guid PrescriptionId,
    string InstitutionCode,
    string HisNumber,
    string Cause,
    DateTimeOffset DecidedAt,
    string? CentreCode,
    string? CentreNameZh,
    string? CentreNameEn,
    DateTimeOffset? PromisedAt,
    DateTimeOffset? DueAt,
    DateTimeOffset? DeliveredAt,
    string State,
    bool Urgent,
    bool Decoct,
    int Lines,
    string DeliveryRegionCode,
    IReadOnlyList<Candidate> Candidates
);

internal sealed record RoutingList(IReadOnlyList<RoutingView> Items, string? Next);

/// <summary>How the region's routing stands now.</summary>
/// <param name="Short">prescriptions that no centre has all of</param>
/// <param name="Open">at a centre and not yet delivered</param>
/// <param name="Overdue">of those, past the time promised</param>
/// <param name="Rerouted">in the last 30 days, sent elsewhere at least once</param>
/// <param name="Delivered">in the last 30 days, with a promise</param>
internal sealed record RoutingStanding(long Short, long Open, long Overdue, long Rerouted, long Delivered, long PromisesKept);

internal sealed record RoutingKey(long Id);

/// <summary>Why which centre: to everybody who may see the prescription.</summary>
internal static class RoutingEndpoints
{
    private const string Select = """
        select r.id, r.prescription_id, p.institution_code, p.his_number, r.cause, r.decided_at, r.centre_code, c.name_zh, c.name_en,
               r.promised_at, p.due_at, p.delivered_at, p.state, p.urgent, p.decoct, jsonb_array_length(p.lines), p.delivery_region_code,
               r.candidates
        from pharmacy.routings r
        join pharmacy.prescriptions p on p.id = r.prescription_id
        left join pharmacy.institutions c on c.code = r.centre_code
        """;

    public static void MapRouting(this IEndpointRouteBuilder app)
    {
        var routing = app.MapGroup("/api/pharmacy").RequireAuthorization();
        routing.MapGet("/routings", ListAsync).WithName("ListRoutings");
        routing.MapGet("/routings/standing", StandAsync).WithName("ReadRoutingStanding");
        routing.MapGet("/prescriptions/{prescriptionId:guid}/routings", OfPrescriptionAsync).WithName("ListRoutingsOfPrescription");
        routing.MapGet("/prescriptions/{prescriptionId:guid}/alternatives", AlternativesAsync).WithName("ReadAlternatives");
    }

    /// <summary>Newest first.</summary>
    private static async Task<Ok<RoutingList>> ListAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        string? centre,
        string? cause,
        string? next,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        var size = Page.Size(limit);
        await using var command = database.CreateCommand(
            $"""
            {Select}
            where (@after::bigint is null or r.id < @after) and (@centre::text is null or r.centre_code = @centre)
              and (@cause::text is null or r.cause = @cause) and {Sight.OfPrescription}
            order by r.id desc limit @limit
            """
        );
        Sight.Of(caller).Guard(command);
        command.Parameters.Add(new NpgsqlParameter<long?>("after", Page.After<RoutingKey>(next)?.Id));
        command.Parameters.Add(new NpgsqlParameter<string?>("centre", centre));
        command.Parameters.Add(new NpgsqlParameter<string?>("cause", cause));
        command.Parameters.AddWithValue("limit", size);
        var items = await command.ListAsync(Read, cancellationToken);
        return TypedResults.Ok(new RoutingList(items, items.Count == size ? Page.Token(new RoutingKey(items[^1].Id)) : null));
    }

    private static async Task<Ok<RoutingStanding>> StandAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.CreateCommand(
            $"""
            select count(*) filter (where p.state = 'short'),
                   count(*) filter (where p.centre_code is not null and p.delivered_at is null and p.state <> 'withdrawn'),
                   count(*) filter (where p.centre_code is not null and p.delivered_at is null and p.state <> 'withdrawn' and p.promised_at < @now),
                   count(*) filter (where p.reroutes > 0),
                   count(*) filter (where p.delivered_at is not null and p.promised_at is not null),
                   count(*) filter (where p.delivered_at <= p.promised_at)
            from pharmacy.prescriptions p
            where p.approved_at > @now - interval '30 days' and {Sight.OfPrescription}
            """
        );
        Sight.Of(caller).Guard(command);
        command.Parameters.AddWithValue("now", time.GetUtcNow().UtcDateTime);
        var rows = await command.ListAsync(
            r => new RoutingStanding(r.GetInt64(0), r.GetInt64(1), r.GetInt64(2), r.GetInt64(3), r.GetInt64(4), r.GetInt64(5)),
            cancellationToken
        );
        return TypedResults.Ok(rows[0]);
    }

    /// <summary>Oldest first.</summary>
    private static async Task<Ok<RoutingList>> OfPrescriptionAsync(
        Guid prescriptionId,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.CreateCommand(
            $"{Select} where r.prescription_id = @id and {Sight.OfPrescription} order by r.id limit 200"
        );
        Sight.Of(caller).Guard(command).Parameters.AddWithValue("id", prescriptionId);
        return TypedResults.Ok(new RoutingList(await command.ListAsync(Read, cancellationToken), null));
    }

    /// <summary>What each centre lacks for it at this moment. Only tells: the prescriber amends or waits.</summary>
    private static async Task<Ok<AlternativesView>> AlternativesAsync(
        Guid prescriptionId,
        ClaimsPrincipal caller,
        Alternatives alternatives,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await alternatives.ReadAsync(prescriptionId, Sight.Of(caller), cancellationToken));

    private static RoutingView Read(NpgsqlDataReader r) =>
        new(
            r.GetInt64(0),
            r.GetGuid(1),
            r.GetString(2),
            r.GetString(3),
            r.GetString(4),
            r.Instant(5),
            r.Text(6),
            r.Text(7),
            r.Text(8),
            r.InstantOrNull(9),
            r.InstantOrNull(10),
            r.InstantOrNull(11),
            r.GetString(12),
            !r.IsDBNull(13) && r.GetBoolean(13),
            !r.IsDBNull(14) && r.GetBoolean(14),
            r.IsDBNull(15) ? 0 : r.GetInt32(15),
            r.Text(16) ?? "",
            StoredJson.Read<Candidate[]>(r.GetString(17))
        );
}
