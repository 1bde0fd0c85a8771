using System.Text.Json;
using Npgsql;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Pharmacy.Reservation;
using TcmBrain.Pharmacy.Storage;

namespace TcmBrain.Pharmacy.Dispensing;

/// <summary>What is set aside for a line from a lot, what was weighed of it, and how the lot stands.</summary>
internal sealed record Portion(
    int LineNumber,
    Guid LotId,
    string LotNumber,
    string LotStatus,
    DateOnly ExpiresOn,
    long Allocated,
    long? Weighed
);

/// <summary>A prescription at its centre, its row locked for the length of the work.</summary>
internal sealed record Dossier(
    Guid Id,
    Owner Owner,
    string CentreCode,
    string State,
    int Told,
    string? TraceParent,
    PrescriptionLine[] Lines,
    int Doses,
    int DosesPerDay,
    int PacksPerDose,
    int MillilitresPerPack,
    bool External,
    bool Decoct,
    bool Urgent,
    string DeliveryRegionCode,
    PassedOn PassedOn,
    string SyndromeName,
    string? Dispenser,
    string? DispenserName,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    string? Checker,
    DateTimeOffset? CheckedAt,
    IReadOnlyList<Portion> Portions
)
{
    public long Prescribed(PrescriptionLine line) => (line.PerDose * Doses).Milligrams;

    /// <exception cref="ServiceDefaults.Faults.FaultException">Not there, or not at this centre: the same answer.</exception>
    public static async Task<Dossier> LockAsync(Work work, Guid id, string centre, CancellationToken cancellationToken)
    {
        await using var batch = work.Batch();
        batch
            .Add(
                """
                select institution_code, region_code, his_number, revision, centre_code, state, told, trace_parent, lines, doses,
                       doses_per_day, packs_per_dose, millilitres_per_pack, external, decoct, urgent, delivery_region_code,
                       syndrome_name, dispenser, dispenser_name, started_at, finished_at, checker, checked_at, passed_on
                from pharmacy.prescriptions where id = $1 and centre_code = $2 for update
                """
            )
            .With(id)
            .With(centre);
        batch
            .Add(
                """
                select a.line_number, a.lot_id, l.lot_number, l.status, l.expires_on, a.milligrams, a.weighed
                from pharmacy.allocations a join pharmacy.lots l on l.id = a.lot_id
                where a.prescription_id = $1 order by a.line_number, l.expires_on, a.lot_id
                """
            )
            .With(id);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            throw PharmacyFaults.PrescriptionNotFound.Exception("prescriptionId");
        }

        var dossier = Read(id, reader);
        await reader.NextResultAsync(cancellationToken);
        var portions = await reader.RowsAsync(
            r => new Portion(
                r.GetInt32(0),
                r.GetGuid(1),
                r.GetString(2),
                r.GetString(3),
                r.GetFieldValue<DateOnly>(4),
                r.GetInt64(5),
                r.IsDBNull(6) ? null : r.GetInt64(6)
            ),
            cancellationToken
        );
        return dossier with { Portions = portions };
    }

    /// <summary>What was really weighed, as the events tell it.</summary>
    public WeighedPortion[] Weighed() =>
        [
            .. Portions
                .Where(p => p.Weighed is not null)
                .Select(p =>
                {
                    var line = Lines.First(l => l.LineNumber == p.LineNumber);
                    return new WeighedPortion(p.LineNumber, line.Piece, p.LotId, p.LotNumber, new(p.Weighed!.Value), line.Handling);
                }),
        ];

    private static Dossier Read(Guid id, NpgsqlDataReader r) =>
        new(
            id,
            new Owner(r.GetString(0), r.GetString(1), r.GetString(2), r.GetInt32(3)),
            r.GetString(4),
            r.GetString(5),
            r.GetInt32(6),
            r.Text(7),
            JsonSerializer.Deserialize<PrescriptionLine[]>(r.GetString(8), EventJson.Options)!,
            r.GetInt32(9),
            r.GetInt32(10),
            r.GetInt32(11),
            r.GetInt32(12),
            r.GetBoolean(13),
            r.GetBoolean(14),
            r.GetBoolean(15),
            r.GetString(16),
            r.Text(24) is { } passedOn ? JsonSerializer.Deserialize<PassedOn>(passedOn, EventJson.Options)! : new PassedOn(null, null),
            r.GetString(17),
            r.Text(18),
            r.Text(19),
            r.InstantOrNull(20),
            r.InstantOrNull(21),
            r.Text(22),
            r.InstantOrNull(23),
            []
        );
}
