using Npgsql;
using NpgsqlTypes;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Pharmacy.Scales;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Faults;
using static TcmBrain.Pharmacy.Dispensing.Bench;

namespace TcmBrain.Pharmacy.Dispensing;

/// <param name="LotNumber">As scanned.</param>
/// <param name="Milligrams">of all doses together; left out when each dose is told</param>
/// <param name="Doses">of each dose in its order, 0 where it takes nothing from this lot</param>
internal sealed record WeighedReport(int LineNumber, string LotNumber, long? Milligrams, long[]? Doses = null);

/// <param name="LotCode">as scanned: a lot number, GS1 element string or Digital Link</param>
/// <param name="Milligrams">entered by hand; left out when it is taken from a scale</param>
/// <param name="Scale">whose steady reading is taken</param>
internal sealed record DoseReport(int LineNumber, int Dose, string? LotCode, long? Milligrams, string? Scale);

internal sealed record ScanReport(int LineNumber, string? LotCode);

/// <summary>Weighing (称量). A line is reported whole, or weighed dose by dose; toxic, narcotic and precious pieces always dose by dose.</summary>
internal sealed class WeighingDesk(EventExchange exchange, ScaleStore scales, PieceRules rules, TimeProvider time)
{
    public const int MaxPortions = 500;
    private static readonly TimeSpan ReadingLasts = TimeSpan.FromSeconds(10);

    private sealed record Weighed(Portion Portion, long Milligrams, long[]? Doses);

    /// <summary>
    /// Records what was weighed for the lines named, each line whole: what it had before is replaced. Lines not named stay as they are.
    /// </summary>
    /// <returns>False when it had been recorded before.</returns>
    public async Task<bool> WeighAsync(Guid id, Person dispenser, IReadOnlyList<WeighedReport> reports, CancellationToken cancellationToken)
    {
        if (reports.Count is 0 or > MaxPortions)
        {
            throw PharmacyFaults.NoPortions.Exception("portions", MaxPortions);
        }

        await using var work = await exchange.BeginAsync(cancellationToken);
        var dossier = await Dossier.LockAsync(work, id, dispenser.CentreCode, cancellationToken);
        if (dossier.State is not ("dispensing" or "dispensed" or "checked"))
        {
            throw PharmacyFaults.WrongState.Exception("", dossier.State);
        }

        Require(dossier.Dispenser == dispenser.Subject, PharmacyFaults.OtherDispenser);
        var weighed = CheckWeights(dossier, reports);
        var named = weighed.Select(w => w.Portion.LineNumber).ToHashSet();
        var before = dossier
            .Portions.Where(p => p.Weighed is not null && named.Contains(p.LineNumber))
            .Select(p => (p.LineNumber, p.LotId, p.Weighed!.Value));
        if (before.ToHashSet().SetEquals(weighed.Select(w => (w.Portion.LineNumber, w.Portion.LotId, w.Milligrams))))
        {
            return false;
        }

        Require(dossier.State == "dispensing", PharmacyFaults.RepeatedDifferently, "portions");
        await using var batch = work.Batch();
        Forget(batch, dossier, named);
        var rows = weighed
            .SelectMany(w =>
                w.Doses is null
                    ? [new Weighing(w.Portion.LineNumber, 0, w.Portion.LotId, w.Milligrams, null, true)]
                    : w
                        .Doses.Select((m, i) => new Weighing(w.Portion.LineNumber, i + 1, w.Portion.LotId, m, null, true))
                        .Where(r => r.Milligrams > 0)
            )
            .ToArray();
        Keep(batch, dossier, dispenser, rows);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await work.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>Whether what was scanned is a lot set aside for the line, and good. Records nothing.</summary>
    /// <returns>The lot's number.</returns>
    public async Task<string> ScanAsync(Guid id, Person dispenser, ScanReport report, CancellationToken cancellationToken)
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        var dossier = await Dossier.LockAsync(work, id, dispenser.CentreCode, cancellationToken);
        RequireDispensing(dossier, dispenser);
        var line =
            dossier.Lines.FirstOrDefault(l => l.LineNumber == report.LineNumber)
            ?? throw PharmacyFaults.UnknownLine.Exception("lineNumber", report.LineNumber);
        return PortionOf(dossier, line, report.LotCode).LotNumber;
    }

    /// <summary>One dose from one lot. Weighing it again replaces it; the same again changes nothing.</summary>
    public async Task WeighDoseAsync(Guid id, Person dispenser, DoseReport report, CancellationToken cancellationToken)
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        var dossier = await Dossier.LockAsync(work, id, dispenser.CentreCode, cancellationToken);
        RequireDispensing(dossier, dispenser);
        var line =
            dossier.Lines.FirstOrDefault(l => l.LineNumber == report.LineNumber)
            ?? throw PharmacyFaults.UnknownLine.Exception("lineNumber", report.LineNumber);
        var portion = PortionOf(dossier, line, report.LotCode);
        var steps = dossier.StepsOf(line);
        var step =
            steps.FirstOrDefault(s => s.Dose == report.Dose && s.LotId == portion.LotId)
            ?? throw PharmacyFaults.NoSuchStep.Exception("dose", line.LineNumber, report.Dose, portion.LotNumber);
        var milligrams = await MilligramsAsync(dispenser.CentreCode, report, cancellationToken);
        var singly = dossier.Weighings.Where(w => w.LineNumber == line.LineNumber && !w.Whole).ToArray();
        RequireTolerated(line, step, steps, singly, milligrams);
        if (singly.Any(w => w.Dose == report.Dose && w.LotId == portion.LotId && w.Milligrams == milligrams))
        {
            return;
        }

        await using var batch = work.Batch();
        if (singly.Length == 0)
        {
            // It was reported whole before: now it is weighed anew.
            Forget(batch, dossier, [line.LineNumber]);
        }

        Keep(batch, dossier, dispenser, [new Weighing(line.LineNumber, report.Dose, portion.LotId, milligrams, report.Scale, false)]);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await work.CommitAsync(cancellationToken);
    }

    private Portion PortionOf(Dossier dossier, PrescriptionLine line, string? code)
    {
        var scanned = ScannedCode.Parse(code) ?? throw PharmacyFaults.NotScannable.Exception("lotCode");
        var ofLine = dossier.Portions.Where(p => p.LineNumber == line.LineNumber).ToArray();
        var portion =
            ofLine.FirstOrDefault(p => p.LotNumber == scanned.LotNumber)
            ?? throw PharmacyFaults.WrongLot.Exception(
                "lotCode",
                line.LineNumber,
                string.Join("、", ofLine.Select(p => p.LotNumber)),
                Short(scanned.LotNumber)
            );
        Require(
            scanned.ExpiresOn is null || scanned.ExpiresOn == portion.ExpiresOn,
            PharmacyFaults.LabelExpiryDiffers,
            "lotCode",
            scanned.ExpiresOn?.Text() ?? "",
            portion.ExpiresOn.Text()
        );
        var faults = new FaultList();
        AddIfBad(faults, portion, "lotCode", time.GetUtcNow());
        faults.ThrowIfAny();
        return portion;
    }

    private async Task<long> MilligramsAsync(string centre, DoseReport report, CancellationToken cancellationToken)
    {
        Require(report.Milligrams is null != string.IsNullOrEmpty(report.Scale), PharmacyFaults.WeightOrScale, "milligrams");
        var milligrams = report.Milligrams ?? await ReadScaleAsync(centre, report.Scale!, cancellationToken);
        Require(milligrams > 0, PharmacyFaults.WeightNotPositive, "milligrams");
        Require(milligrams <= ScaleGrpc.MaxMilligrams, PharmacyFaults.WeightAbsurd, "milligrams", milligrams);
        return milligrams;
    }

    private async Task<long> ReadScaleAsync(string centre, string scale, CancellationToken cancellationToken)
    {
        var reading = (await scales.ListAsync(centre, cancellationToken)).FirstOrDefault(s => s.Scale == scale);
        Require(
            reading is not null && reading.TakenAt > time.GetUtcNow() - ReadingLasts,
            PharmacyFaults.NoReading,
            "scale",
            Short(scale),
            (int)ReadingLasts.TotalSeconds
        );
        Require(reading!.Stable, PharmacyFaults.Unstable, "scale", scale);
        return reading.Milligrams;
    }

    /// <summary>The dose as a whole counts: what of it is not weighed yet is taken as it should be.</summary>
    private void RequireTolerated(
        PrescriptionLine line,
        WeighingStep step,
        IReadOnlyList<WeighingStep> steps,
        Weighing[] weighed,
        long milligrams
    )
    {
        var rule = rules.Of(line.Piece);
        var dose = steps
            .Where(s => s.Dose == step.Dose && s.LotId != step.LotId)
            .Sum(s => weighed.FirstOrDefault(w => w.Dose == s.Dose && w.LotId == s.LotId)?.Milligrams ?? s.Milligrams);
        Require(
            rule.Allows(line.PerDose.Milligrams, dose + milligrams),
            PharmacyFaults.DoseOutOfTolerance,
            "milligrams",
            line.LineNumber,
            step.Dose,
            milligrams,
            step.Milligrams,
            rule.TolerancePermille / 10m,
            rule.Source
        );
    }

    private List<Weighed> CheckWeights(Dossier dossier, IReadOnlyList<WeighedReport> reports)
    {
        var faults = new FaultList();
        var weighed = new List<Weighed>(reports.Count);
        for (var i = 0; i < reports.Count; i++)
        {
            if (CheckReport(dossier, reports[i], $"portions[{i}]", weighed, faults) is { } good)
            {
                weighed.Add(good);
            }
        }

        foreach (var line in weighed.GroupBy(w => w.Portion.LineNumber).Where(_ => !faults.Any))
        {
            var first = reports.Index().First(r => r.Item.LineNumber == line.Key).Index;
            CheckLine(dossier.Lines.First(l => l.LineNumber == line.Key), dossier, [.. line], $"portions[{first}]", faults);
        }

        faults.ThrowIfAny();
        return weighed;
    }

    private Weighed? CheckReport(Dossier dossier, WeighedReport report, string field, List<Weighed> known, FaultList faults)
    {
        var before = faults.Faults.Count;
        var ofLine = dossier.Portions.Where(p => p.LineNumber == report.LineNumber).ToArray();
        var portion = ofLine.FirstOrDefault(p => p.LotNumber == report.LotNumber);
        var milligrams = report.Milligrams ?? 0;
        if (ofLine.Length == 0)
        {
            faults.Add(PharmacyFaults.UnknownLine, field + ".lineNumber", report.LineNumber);
        }
        else if (portion is null)
        {
            var right = string.Join("、", ofLine.Select(p => p.LotNumber));
            faults.Add(PharmacyFaults.WrongLot, field + ".lotNumber", report.LineNumber, right, Short(report.LotNumber ?? ""));
        }
        else if (known.Any(w => w.Portion == portion))
        {
            faults.Add(PharmacyFaults.PortionTwice, field, report.LineNumber, portion.LotNumber);
        }
        else if (report.Doses is { } doses)
        {
            faults.Require(
                doses.Length == dossier.Doses,
                PharmacyFaults.EachDoseSingly,
                field + ".doses",
                report.LineNumber,
                dossier.Doses
            );
            faults.Require(doses.All(d => d >= 0), PharmacyFaults.WeightNotPositive, field + ".doses");
            faults.Require(
                doses.All(d => d <= ScaleGrpc.MaxMilligrams),
                PharmacyFaults.WeightAbsurd,
                field + ".doses",
                doses.DefaultIfEmpty().Max()
            );
            milligrams = faults.Faults.Count == before ? doses.Sum() : 0;
            faults.Require(
                faults.Faults.Count > before || milligrams > 0 && (report.Milligrams ?? milligrams) == milligrams,
                PharmacyFaults.WeightNotPositive,
                field + ".milligrams"
            );
        }
        else
        {
            faults.Require(milligrams > 0, PharmacyFaults.WeightNotPositive, field + ".milligrams");
        }

        if (portion is not null && faults.Faults.Count == before)
        {
            AddIfBad(faults, portion, field + ".lotNumber", time.GetUtcNow());
            return new Weighed(portion, milligrams, report.Doses);
        }

        return null;
    }

    private void CheckLine(PrescriptionLine line, Dossier dossier, Weighed[] parts, string field, FaultList faults)
    {
        var rule = rules.Of(line.Piece);
        if (parts.All(p => p.Doses is not null))
        {
            for (var dose = 0; dose < dossier.Doses; dose++)
            {
                var milligrams = parts.Sum(p => p.Doses![dose]);
                faults.Require(
                    rule.Allows(line.PerDose.Milligrams, milligrams),
                    PharmacyFaults.DoseOutOfTolerance,
                    $"{field}.doses[{dose}]",
                    line.LineNumber,
                    dose + 1,
                    milligrams,
                    line.PerDose.Milligrams,
                    rule.TolerancePermille / 10m,
                    rule.Source
                );
            }

            return;
        }

        faults.Require(!rule.EachDose, PharmacyFaults.EachDoseSingly, field + ".doses", line.LineNumber, dossier.Doses);
        var prescribed = dossier.Prescribed(line);
        // A weight far beyond any scale must not overflow the sum.
        var total = parts.Aggregate((Int128)0, (sum, w) => sum + w.Milligrams);
        if (total > long.MaxValue || !rule.Allows(prescribed, (long)total))
        {
            faults.Add(PharmacyFaults.OutOfTolerance, field + ".milligrams", line.LineNumber, total, prescribed);
        }
    }

    private static void Forget(NpgsqlBatch batch, Dossier dossier, IEnumerable<int> lines)
    {
        int[] named = [.. lines];
        batch
            .Add("delete from pharmacy.weighings where prescription_id = $1 and attempt = $2 and line_number = any($3)")
            .With(dossier.Id)
            .With(dossier.Attempt)
            .With(NpgsqlDbType.Integer, named);
        batch
            .Add("update pharmacy.allocations set weighed = null where prescription_id = $1 and line_number = any($2)")
            .With(dossier.Id)
            .With(NpgsqlDbType.Integer, named);
    }

    private void Keep(NpgsqlBatch batch, Dossier dossier, Person dispenser, Weighing[] rows)
    {
        batch
            .Add(
                """
                insert into pharmacy.weighings as w
                    (prescription_id, attempt, line_number, dose, lot_id, milligrams, scale, whole, weighed_by, weighed_by_name, weighed_at)
                select $1, $2, u.*, $9, $10, $11 from unnest($3, $4, $5, $6, $7, $8) as u (line, dose, lot, milligrams, scale, whole)
                on conflict (prescription_id, attempt, line_number, dose, lot_id) do update
                set milligrams = excluded.milligrams, scale = excluded.scale, weighed_at = excluded.weighed_at
                """
            )
            .With(dossier.Id)
            .With(dossier.Attempt)
            .With(NpgsqlDbType.Integer, rows.Select(r => r.LineNumber))
            .With(NpgsqlDbType.Integer, rows.Select(r => r.Dose))
            .With(NpgsqlDbType.Uuid, rows.Select(r => r.LotId))
            .With(NpgsqlDbType.Bigint, rows.Select(r => r.Milligrams))
            .With(NpgsqlDbType.Text, rows.Select(r => r.Scale))
            .With(NpgsqlDbType.Boolean, rows.Select(r => r.Whole))
            .With(dispenser.Subject)
            .With(dispenser.Name)
            .With(time.GetUtcNow().UtcDateTime);
        batch
            .Add(
                """
                update pharmacy.allocations a set weighed = u.milligrams
                from (select line_number, lot_id, sum(milligrams)::bigint as milligrams from pharmacy.weighings
                      where prescription_id = $1 and attempt = $2 and line_number = any($3) group by 1, 2) as u
                where a.prescription_id = $1 and a.line_number = u.line_number and a.lot_id = u.lot_id
                """
            )
            .With(dossier.Id)
            .With(dossier.Attempt)
            .With(NpgsqlDbType.Integer, rows.Select(r => r.LineNumber).Distinct());
    }
}
