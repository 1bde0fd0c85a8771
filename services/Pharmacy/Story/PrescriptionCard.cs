using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Pharmacy.Storage;

namespace TcmBrain.Pharmacy.Story;

/// <summary>What is set aside of a lot for a line, where the lot is from, and what was weighed of it.</summary>
internal sealed record AllocationPart(
    Guid LotId,
    string LotNumber,
    string Supplier,
    string Origin,
    DateOnly ProducedOn,
    DateOnly ExpiresOn,
    string LotStatus,
    long ReservedMilligrams,
    long? WeighedMilligrams
);

internal sealed record LinePart(
    int LineNumber,
    string Piece,
    string Handling,
    long MilligramsPerDose,
    long MilligramsTotal,
    IReadOnlyList<AllocationPart> Allocations
);

/// <summary>A prescription as the pharmacy knows it, without the patient. Of one withdrawn before it came, only whose it is.</summary>
internal sealed record PrescriptionCard(
    Guid PrescriptionId,
    string InstitutionCode,
    string RegionCode,
    string HisNumber,
    int Revision,
    string State,
    DateTimeOffset? ApprovedAt,
    bool? Urgent,
    bool? Decoct,
    bool? External,
    int? Doses,
    string? DeliveryRegionCode,
    IReadOnlyList<string> MissingPieces,
    string? CentreCode,
    string? CentreNameZh,
    string? CentreNameEn,
    string? ReasonZh,
    string? ReasonEn,
    DateTimeOffset? ReservedAt,
    string? Dispenser,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    string? Checker,
    DateTimeOffset? CheckedAt,
    string? WithdrawnBy,
    string? WithdrawnReason,
    DateTimeOffset? WithdrawnAt,
    DateTimeOffset? DueAt,
    DateTimeOffset? PromisedAt,
    DateTimeOffset? DeliveredAt,
    int Reroutes,
    FeeBreakdown? Fee,
    IReadOnlyList<LinePart> Lines
)
{
    /// <summary>For <c>from pharmacy.prescriptions p left join pharmacy.institutions c on c.code = p.centre_code</c>.</summary>
    private const string Columns = """
        p.id, p.institution_code, p.region_code, p.his_number, p.revision, p.state, p.approved_at, p.urgent, p.decoct, p.external, p.doses,
        p.delivery_region_code, p.missing, p.centre_code, c.name_zh, c.name_en, p.reason_zh, p.reason_en, p.reserved_at, p.dispenser_name,
        p.started_at, p.finished_at, p.checker_name, p.checked_at, p.withdrawn_by, p.withdrawn_reason, p.withdrawn_at, p.lines,
        p.due_at, p.promised_at, p.delivered_at, p.reroutes, p.fee
        """;

    /// <summary>The cards of the prescriptions <c>p</c> that a condition chooses, in its order.</summary>
    /// <param name="where">SQL from <c>where</c> on; its named parameters are set by <paramref name="bind"/></param>
    public static async Task<List<PrescriptionCard>> ReadAsync(
        NpgsqlDataSource database,
        string where,
        Action<NpgsqlCommand> bind,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.CreateCommand(
            $"select {Columns} from pharmacy.prescriptions p left join pharmacy.institutions c on c.code = p.centre_code {where}"
        );
        bind(command);
        var cards = await command.ListAsync(Read, cancellationToken);
        if (cards.Count == 0)
        {
            return cards;
        }

        await using var parts = database.CreateCommand(
            """
            select a.prescription_id, a.line_number, l.id, l.lot_number, l.supplier, l.origin, l.produced_on, l.expires_on, l.status,
                   a.milligrams, a.weighed
            from pharmacy.allocations a join pharmacy.lots l on l.id = a.lot_id
            where a.prescription_id = any($1) order by a.prescription_id, a.line_number, l.expires_on, l.id
            """
        );
        parts.Parameters.Add(
            new NpgsqlParameter
            {
                Value = cards.Select(x => x.PrescriptionId).ToArray(),
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid,
            }
        );
        var allocations = (await parts.ListAsync(r => (Key: (r.GetGuid(0), r.GetInt32(1)), Part: ReadPart(r)), cancellationToken)).ToLookup(
            x => x.Key,
            x => x.Part
        );
        return
        [
            .. cards.Select(card =>
                card with
                {
                    Lines =
                    [
                        .. card.Lines.Select(line => line with { Allocations = [.. allocations[(card.PrescriptionId, line.LineNumber)]] }),
                    ],
                }
            ),
        ];
    }

    private static PrescriptionCard Read(NpgsqlDataReader r)
    {
        int? doses = r.IsDBNull(10) ? null : r.GetInt32(10);
        var lines = r.Text(27) is { } json ? JsonSerializer.Deserialize<PrescriptionLine[]>(json, EventJson.Options)! : [];
        return new PrescriptionCard(
            r.GetGuid(0),
            r.GetString(1),
            r.GetString(2),
            r.GetString(3),
            r.GetInt32(4),
            r.GetString(5),
            r.InstantOrNull(6),
            Flag(7),
            Flag(8),
            Flag(9),
            doses,
            r.Text(11),
            r.GetFieldValue<string[]>(12),
            r.Text(13),
            r.Text(14),
            r.Text(15),
            r.Text(16),
            r.Text(17),
            r.InstantOrNull(18),
            r.Text(19),
            r.InstantOrNull(20),
            r.InstantOrNull(21),
            r.Text(22),
            r.InstantOrNull(23),
            r.Text(24),
            r.Text(25),
            r.InstantOrNull(26),
            r.InstantOrNull(28),
            r.InstantOrNull(29),
            r.InstantOrNull(30),
            r.GetInt32(31),
            r.Text(32) is { } fee ? JsonSerializer.Deserialize<FeeBreakdown>(fee, EventJson.Options) : null,
            [
                .. lines.Select(l => new LinePart(
                    l.LineNumber,
                    l.Piece,
                    l.Handling,
                    l.PerDose.Milligrams,
                    (l.PerDose * (doses ?? 0)).Milligrams,
                    []
                )),
            ]
        );

        bool? Flag(int column) => r.IsDBNull(column) ? null : r.GetBoolean(column);
    }

    private static AllocationPart ReadPart(NpgsqlDataReader r) =>
        new(
            r.GetGuid(2),
            r.GetString(3),
            r.GetString(4),
            r.GetString(5),
            r.GetFieldValue<DateOnly>(6),
            r.GetFieldValue<DateOnly>(7),
            r.GetString(8),
            r.GetInt64(9),
            r.IsDBNull(10) ? null : r.GetInt64(10)
        );
}
