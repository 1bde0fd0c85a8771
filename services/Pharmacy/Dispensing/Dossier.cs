using System.Text.Json;
using Npgsql;
using TcmBrain.Contracts;
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

/// <param name="Dose">0: all doses together</param>
/// <param name="Whole">the line came in one report, checked as a whole</param>
internal sealed record Weighing(int LineNumber, int Dose, Guid LotId, long Milligrams, string? Scale, bool Whole);

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
    int Attempt,
    IReadOnlyList<Portion> Portions
)
{
    /// <summary>What was weighed, dose by dose; dose 0: the line whole.</summary>
    public IReadOnlyList<Weighing> Weighings { get; init; } = [];

    /// <summary>What is packed apart, by its handling, and the label on it.</summary>
    public IReadOnlyDictionary<string, string> Packs { get; init; } = new Dictionary<string, string>();

    /// <summary>The second person of each controlled line.</summary>
    public IReadOnlyDictionary<int, (string Subject, string Name)> Witnesses { get; init; } =
        new Dictionary<int, (string Subject, string Name)>();

    /// <summary>Who confirmed each line.</summary>
    public IReadOnlyDictionary<int, string> Checks { get; init; } = new Dictionary<int, string>();

    public IReadOnlyList<WeighingStep> StepsOf(PrescriptionLine line) =>
        WeighingPlan.Of(line, Doses, Portions.Where(p => p.LineNumber == line.LineNumber));

    /// <summary>Whole, or every dose of it.</summary>
    public bool IsWeighed(PrescriptionLine line)
    {
        var weighed = Weighings.Where(w => w.LineNumber == line.LineNumber).ToArray();
        return weighed.Any(w => w.Dose == 0)
            || weighed.Length > 0 && Enumerable.Range(1, Doses).All(dose => weighed.Any(w => w.Dose == dose)) && HasAllSteps(line, weighed);
    }

    /// <summary>The handlings that are packed apart, in the order of the lines.</summary>
    public IReadOnlyList<string> Apart() => [.. Lines.Select(l => WeighingPlan.ApartAs(l.Handling)).Where(h => h.Length > 0).Distinct()];

    public string LabelOf(string apart) => WeighingPlan.LabelOf(Id, Attempt, Apart().ToList().IndexOf(apart));

    // Weighed singly by the station, every step of the plan is there; sent as a whole, the doses may come from fewer lots.
    private bool HasAllSteps(PrescriptionLine line, Weighing[] weighed) =>
        weighed.Any(w => w.Whole) || StepsOf(line).All(s => weighed.Any(w => w.Dose == s.Dose && w.LotId == s.LotId));

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
                       syndrome_name, dispenser, dispenser_name, started_at, finished_at, checker, checked_at, passed_on, reroutes
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
        batch
            .Add(
                """
                select w.line_number, w.dose, w.lot_id, w.milligrams, w.scale, w.whole
                from pharmacy.weighings w join pharmacy.prescriptions p on p.id = w.prescription_id and p.reroutes = w.attempt
                where p.id = $1 order by w.line_number, w.dose, w.lot_id
                """
            )
            .With(id);
        batch
            .Add(
                """
                select handling, label from pharmacy.packs x join pharmacy.prescriptions p on p.id = x.prescription_id and p.reroutes = x.attempt
                where p.id = $1
                """
            )
            .With(id);
        batch
            .Add(
                """
                select line_number, witness, witness_name
                from pharmacy.witnesses x join pharmacy.prescriptions p on p.id = x.prescription_id and p.reroutes = x.attempt where p.id = $1
                """
            )
            .With(id);
        batch
            .Add(
                """
                select line_number, x.checker
                from pharmacy.item_checks x join pharmacy.prescriptions p on p.id = x.prescription_id and p.reroutes = x.attempt where p.id = $1
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
        await reader.NextResultAsync(cancellationToken);
        var weighings = await reader.RowsAsync(
            r => new Weighing(r.GetInt32(0), r.GetInt32(1), r.GetGuid(2), r.GetInt64(3), r.Text(4), r.GetBoolean(5)),
            cancellationToken
        );
        await reader.NextResultAsync(cancellationToken);
        var packs = await reader.RowsAsync(r => (r.GetString(0), r.GetString(1)), cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var witnesses = await reader.RowsAsync(r => (r.GetInt32(0), (r.GetString(1), r.GetString(2))), cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var checks = await reader.RowsAsync(r => (r.GetInt32(0), r.GetString(1)), cancellationToken);
        return dossier with
        {
            Portions = portions,
            Weighings = weighings,
            Packs = packs.ToDictionary(),
            Witnesses = witnesses.ToDictionary(),
            Checks = checks.ToDictionary(),
        };
    }

    /// <summary>What was really weighed, as the events tell it.</summary>
    public WeighedPortion[] Weighed() =>
        [
            .. Portions
                .Where(p => p.Weighed is not null)
                .Select(p =>
                {
                    var line = Lines.First(l => l.LineNumber == p.LineNumber);
                    var scales = Weighings
                        .Where(w => w.LineNumber == p.LineNumber && w.LotId == p.LotId)
                        .Select(w => w.Scale)
                        .Distinct()
                        .ToArray();
                    return new WeighedPortion(p.LineNumber, line.Piece, p.LotId, p.LotNumber, new(p.Weighed!.Value), line.Handling)
                    {
                        Asked = new Weight(p.Allocated),
                        Scale = scales is [{ } scale] ? scale : "",
                    };
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
            r.GetInt32(25),
            []
        );
}
