using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Decoction.Parcels;

/// <param name="Holder">institution code of who has it; null once it has ended</param>
/// <param name="Mine">whether the caller may see where it goes: it is with the caller's firm, and with nobody else of it</param>
/// <param name="Recalled">why the prescription was returned meanwhile; null: it was not</param>
/// <param name="Waiting">reports that came before what they follow</param>
public sealed record ParcelItem(
    Guid PrescriptionId,
    Guid ParcelId,
    string Sscc,
    string State,
    string CentreCode,
    string DeliveryRegionCode,
    bool Urgent,
    bool PickUp,
    string? PickUpInstitution,
    DateTimeOffset? PickUpUntil,
    string? Holder,
    string? HolderZh,
    string? HolderEn,
    string? Courier,
    bool Mine,
    DateTimeOffset? ExpectedBy,
    int Attempts,
    bool ColdChain,
    DateTimeOffset? ColdBreachAt,
    string? Recalled,
    string? Outcome,
    int Bags,
    int Waiting,
    DateTimeOffset ReadyAt,
    DateTimeOffset? ShippedAt,
    DateTimeOffset? DeliveredAt,
    DateTimeOffset Since
);

public sealed record ParcelPage(IReadOnlyList<ParcelItem> Items, string? Next);

/// <param name="Standing">applied, noted or waiting</param>
/// <param name="Detail">hand-over and receipt; no name but a masked one</param>
public sealed record ParcelEntry(
    string Action,
    DateTimeOffset HappenedAt,
    DateTimeOffset RecordedAt,
    string ByName,
    string ByInstitution,
    string? Reason,
    string Standing,
    JsonElement Detail
);

/// <param name="HisNumber">as on the label</param>
public sealed record ParcelCard(
    ParcelItem Parcel,
    string HisNumber,
    string InstitutionCode,
    IReadOnlyList<string> BagSerials,
    IReadOnlyList<ParcelEntry> Entries
);

/// <summary>Lists and cards of parcels, for the house that packed them, that has them, or whose counter they are meant for.</summary>
internal static class ParcelReads
{
    internal static readonly string[] Readers =
    [
        Roles.Courier,
        Roles.Decoction,
        Roles.Dispenser,
        Roles.Pharmacist,
        Roles.Quality,
        Roles.Regulator,
        Roles.Operator,
    ];

    /// <summary>A supervisor's right is that over the job; a house's, that it packed the parcel, has it, or awaits it.</summary>
    internal const string Seen = $"""
        ({Sight.Where} and @supervises
         or job.centre_code = @institution or p.holder_code = @institution or job.pick_up_institution = @institution)
        """;

    private const string Columns = """
        p.prescription_id, p.parcel_id, p.sscc, p.state, job.centre_code, job.delivery_region_code, job.urgent, job.pick_up_institution,
        job.pick_up_until, p.holder_code, h.name_zh, h.name_en, p.courier_name,
        p.state = 'shipped' and p.holder_code = @institution and coalesce(p.courier_id, @subject) = @subject,
        p.expected_by, p.attempts, p.cold_chain, p.cold_breach_at, p.recalled_reason, p.outcome,
        (select count(*)::int from decoction.bag b where b.prescription_id = p.prescription_id),
        (select count(*)::int from decoction.parcel_entry e where e.prescription_id = p.prescription_id and e.standing = 'waiting'),
        p.ready_at, p.shipped_at, p.delivered_at, p.since
        """;

    public static void MapParcelReads(this IEndpointRouteBuilder app)
    {
        var parcels = app.MapGroup("/api/decoction/parcels").RequireRole(Readers).WithTags("parcels");
        parcels.MapGet("", ListAsync).WithName("ListParcels");
        parcels.MapGet("/{prescriptionId:guid}", CardAsync).WithName("ReadParcel");
    }

    /// <summary>Those ready first in front.</summary>
    /// <param name="state">ready (also: packed), shipped, counter, back, delivered, returned, lost; open: none that has ended</param>
    /// <param name="mine">true: only what the caller carries and may see the address of</param>
    private static async Task<Ok<ParcelPage>> ListAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        string? state,
        bool? mine,
        string? sscc,
        string? next,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        var wanted = state == "packed" ? ParcelStates.Ready : state;
        if (wanted is not (null or "open") && !ParcelStates.All.Contains(wanted))
        {
            throw DecoctionFaults.UnknownState.Exception("state", wanted);
        }

        var page = Page.Of(next, limit, DecoctionFaults.BadPage);
        await using var command = database.CreateCommand(
            $"""
            select {Columns}
            from decoction.parcel p join decoction.job job using (prescription_id)
            left join decoction.institution h on h.code = p.holder_code
            where {Seen}
              and (@state is null or p.state = @state or @state = 'open' and p.ended_at is null)
              and (@sscc is null or p.sscc = @sscc)
              and (not @mine or p.state = 'shipped' and p.holder_code = @institution and coalesce(p.courier_id, @subject) = @subject)
              and (p.ready_at, p.prescription_id) > (@after_time, @after_id)
            order by p.ready_at, p.prescription_id limit @limit
            """
        );
        Bind(command, caller);
        page.Bind(command);
        command.Parameters.Add(new NpgsqlParameter<string?>("state", wanted));
        command.Parameters.Add(new NpgsqlParameter<string?>("sscc", string.IsNullOrWhiteSpace(sscc) ? null : sscc.Trim()));
        command.Parameters.AddWithValue("mine", mine ?? false);
        var items = new List<ParcelItem>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            items.Add(ItemOf(row));
        }

        return TypedResults.Ok(new ParcelPage(items, page.Next(items.Count, () => (items[^1].ReadyAt, items[^1].PrescriptionId))));
    }

    /// <summary>One parcel with all that was reported of it. Not there and not the caller's answer alike: DEC-0301.</summary>
    private static async Task<Ok<ParcelCard>> CardAsync(
        Guid prescriptionId,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        await using var command = new NpgsqlCommand(
            $"""
            select {Columns}, job.his_number, job.institution_code,
                   array(select b.serial from decoction.bag b where b.prescription_id = p.prescription_id order by b.number)
            from decoction.parcel p join decoction.job job using (prescription_id)
            left join decoction.institution h on h.code = p.holder_code
            where p.prescription_id = @id and {Seen};
            select action, happened_at, recorded_at, by_name, by_institution, reason, standing, detail
            from decoction.parcel_entry where prescription_id = @id order by entry_id
            """,
            connection,
            snapshot
        );
        Bind(command, caller);
        command.Parameters.AddWithValue("id", prescriptionId);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
        {
            throw DecoctionFaults.ParcelNotFound.Exception("prescriptionId");
        }

        var card = new ParcelCard(ItemOf(row), row.GetString(26), row.GetString(27), row.GetFieldValue<string[]>(28), []);
        await row.NextResultAsync(cancellationToken);
        var entries = new List<ParcelEntry>();
        while (await row.ReadAsync(cancellationToken))
        {
            entries.Add(
                new ParcelEntry(
                    row.GetString(0),
                    row.GetFieldValue<DateTimeOffset>(1),
                    row.GetFieldValue<DateTimeOffset>(2),
                    row.GetString(3),
                    row.GetString(4),
                    row.TextAt(5),
                    row.GetString(6),
                    StoredJson.Read<JsonElement>(row.GetString(7))
                )
            );
        }

        return TypedResults.Ok(card with { Entries = entries });
    }

    internal static void Bind(NpgsqlCommand command, ClaimsPrincipal caller)
    {
        Sight.Of(caller).Guard(command);
        command.Parameters.AddWithValue("subject", caller.Subject());
        command.Parameters.AddWithValue("supervises", caller.HasAnyRole(Roles.Quality, Roles.Regulator, Roles.Operator, Roles.Service));
    }

    private static ParcelItem ItemOf(NpgsqlDataReader row) =>
        new(
            row.GetGuid(0),
            row.GetGuid(1),
            row.GetString(2),
            row.GetString(3),
            row.GetString(4),
            row.GetString(5),
            row.GetBoolean(6),
            !row.IsDBNull(7),
            row.TextAt(7),
            row.MomentAt(8),
            row.TextAt(9),
            row.TextAt(10),
            row.TextAt(11),
            row.TextAt(12),
            !row.IsDBNull(13) && row.GetBoolean(13),
            row.MomentAt(14),
            row.GetInt32(15),
            row.GetBoolean(16),
            row.MomentAt(17),
            row.TextAt(18),
            row.TextAt(19),
            row.GetInt32(20),
            row.GetInt32(21),
            row.GetFieldValue<DateTimeOffset>(22),
            row.MomentAt(23),
            row.MomentAt(24),
            row.GetFieldValue<DateTimeOffset>(25)
        );
}
