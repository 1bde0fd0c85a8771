using NpgsqlTypes;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Pharmacy.Ledger;
using TcmBrain.Pharmacy.Reservation;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Pharmacy.Dispensing;

/// <param name="LotNumber">As scanned.</param>
internal sealed record WeighedReport(int LineNumber, string LotNumber, long Milligrams);

/// <summary>
/// Dispensing (调剂) and checking (复核). Each step may be repeated by the same person with the same content and then changes nothing;
/// by another person, or with other content, it is refused.
/// </summary>
internal sealed class DispensingDesk(EventExchange exchange, PieceRules rules, TimeProvider time)
{
    public const int MaxPortions = 500;

    /// <summary>Takes a reserved prescription up: from here on it cannot be withdrawn.</summary>
    /// <returns>False when it had been recorded before.</returns>
    public async Task<bool> StartAsync(Guid id, Person dispenser, DateTimeOffset? startedAt, CancellationToken cancellationToken)
    {
        var at = startedAt.OrNow("startedAt", time);
        await using var work = await exchange.BeginAsync(cancellationToken);
        var dossier = await Dossier.LockAsync(work, id, dispenser.CentreCode, cancellationToken);
        if (dossier.State is "dispensing" or "dispensed" or "checked")
        {
            Require(dossier.Dispenser == dispenser.Subject, PharmacyFaults.OtherDispenser);
            Require(startedAt is null || dossier.StartedAt == at, PharmacyFaults.RepeatedDifferently, "startedAt");
            return false;
        }

        RequireState(dossier, "reserved");
        RequireGood(dossier.Portions);
        await ChangeAsync(
            work,
            "update pharmacy.prescriptions set state = 'dispensing', told = told + 1, dispenser = $2, dispenser_name = $3, started_at = $4 where id = $1",
            cancellationToken,
            id,
            dispenser.Subject,
            dispenser.Name,
            at.UtcDateTime
        );
        work.Publish(
            new DispensingStarted
            {
                AggregateId = id,
                Version = dossier.Told + 1,
                OccurredAt = at,
                InstitutionCode = dossier.Owner.InstitutionCode,
                RegionCode = dossier.Owner.RegionCode,
                HisNumber = dossier.Owner.HisNumber,
                Revision = dossier.Owner.Revision,
                CentreCode = dossier.CentreCode,
                Dispenser = dispenser.Name,
            },
            dossier.TraceParent
        );
        await work.CommitAsync(cancellationToken);
        return true;
    }

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
        batch
            .Add("update pharmacy.allocations set weighed = null where prescription_id = $1 and line_number = any($2)")
            .With(id)
            .With(NpgsqlDbType.Integer, named);
        batch
            .Add(
                """
                update pharmacy.allocations a set weighed = u.milligrams
                from unnest($2, $3, $4) as u (line_number, lot_id, milligrams)
                where a.prescription_id = $1 and a.line_number = u.line_number and a.lot_id = u.lot_id
                """
            )
            .With(id)
            .With(NpgsqlDbType.Integer, weighed.Select(w => w.Portion.LineNumber))
            .With(NpgsqlDbType.Uuid, weighed.Select(w => w.Portion.LotId))
            .With(NpgsqlDbType.Bigint, weighed.Select(w => w.Milligrams));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await work.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>
    /// All lines are weighed: what was reserved is booked as dispensed by what the scale said, the difference goes back on the shelf or is
    /// taken from it.
    /// </summary>
    /// <returns>False when it had been recorded before.</returns>
    public async Task<bool> FinishAsync(Guid id, Person dispenser, DateTimeOffset? finishedAt, CancellationToken cancellationToken)
    {
        var at = finishedAt.OrNow("finishedAt", time);
        await using var work = await exchange.BeginAsync(cancellationToken);
        var dossier = await Dossier.LockAsync(work, id, dispenser.CentreCode, cancellationToken);
        if (dossier.State is "dispensed" or "checked")
        {
            Require(dossier.Dispenser == dispenser.Subject, PharmacyFaults.OtherDispenser);
            Require(finishedAt is null || dossier.FinishedAt == at, PharmacyFaults.RepeatedDifferently, "finishedAt");
            return false;
        }

        RequireState(dossier, "dispensing");
        Require(dossier.Dispenser == dispenser.Subject, PharmacyFaults.OtherDispenser);
        RequireAfter(at, dossier.StartedAt!.Value, "finishedAt");
        var missing = new FaultList();
        foreach (var line in dossier.Lines.Where(l => !dossier.Portions.Any(p => p.LineNumber == l.LineNumber && p.Weighed is not null)))
        {
            missing.Add(PharmacyFaults.NotWeighed, $"lines[{line.LineNumber}]", line.LineNumber);
        }

        missing.ThrowIfAny();
        var entries = await BookAsync(work, dossier, cancellationToken);
        await LedgerStore.PostAsync(work, new Movement(MovementKind.Dispensing, id, dispenser.Subject, at, entries), cancellationToken);
        await ChangeAsync(
            work,
            "update pharmacy.prescriptions set state = 'dispensed', told = told + 1, finished_at = $2 where id = $1",
            cancellationToken,
            id,
            at.UtcDateTime
        );
        work.Publish(
            new PrescriptionDispensed
            {
                AggregateId = id,
                Version = dossier.Told + 1,
                OccurredAt = at,
                InstitutionCode = dossier.Owner.InstitutionCode,
                RegionCode = dossier.Owner.RegionCode,
                HisNumber = dossier.Owner.HisNumber,
                Revision = dossier.Owner.Revision,
                CentreCode = dossier.CentreCode,
                Dispenser = dossier.DispenserName!,
                Portions = dossier.Weighed(),
            },
            dossier.TraceParent
        );
        await work.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>A second person has checked every item.</summary>
    /// <returns>False when it had been recorded before.</returns>
    public async Task<bool> CheckAsync(Guid id, Person checker, DateTimeOffset? checkedAt, CancellationToken cancellationToken)
    {
        var at = checkedAt.OrNow("checkedAt", time);
        await using var work = await exchange.BeginAsync(cancellationToken);
        var dossier = await Dossier.LockAsync(work, id, checker.CentreCode, cancellationToken);
        if (dossier.State == "checked")
        {
            Require(dossier.Checker == checker.Subject, PharmacyFaults.OtherChecker);
            Require(checkedAt is null || dossier.CheckedAt == at, PharmacyFaults.RepeatedDifferently, "checkedAt");
            return false;
        }

        RequireState(dossier, "dispensed");
        Require(dossier.Dispenser != checker.Subject, PharmacyFaults.CheckerIsDispenser);
        RequireAfter(at, dossier.FinishedAt!.Value, "checkedAt");
        await ChangeAsync(
            work,
            "update pharmacy.prescriptions set state = 'checked', told = told + 1, checker = $2, checker_name = $3, checked_at = $4 where id = $1",
            cancellationToken,
            id,
            checker.Subject,
            checker.Name,
            at.UtcDateTime
        );
        work.Publish(
            new PrescriptionChecked
            {
                AggregateId = id,
                Version = dossier.Told + 1,
                OccurredAt = at,
                InstitutionCode = dossier.Owner.InstitutionCode,
                RegionCode = dossier.Owner.RegionCode,
                HisNumber = dossier.Owner.HisNumber,
                Revision = dossier.Owner.Revision,
                CentreCode = dossier.CentreCode,
                Checker = checker.Name,
                Dispenser = dossier.DispenserName!,
                Portions = dossier.Weighed(),
                Doses = dossier.Doses,
                DosesPerDay = dossier.DosesPerDay,
                PacksPerDose = dossier.PacksPerDose,
                MillilitresPerPack = dossier.MillilitresPerPack,
                External = dossier.External,
                Decoct = dossier.Decoct,
                Urgent = dossier.Urgent,
                DeliveryRegionCode = dossier.DeliveryRegionCode,
                PickUp = dossier.PassedOn.PickUp,
                Taking = dossier.PassedOn.Taking,
                SyndromeName = dossier.SyndromeName,
            },
            dossier.TraceParent
        );
        await work.CommitAsync(cancellationToken);
        return true;
    }

    private List<(Portion Portion, long Milligrams)> CheckWeights(Dossier dossier, IReadOnlyList<WeighedReport> reports)
    {
        var faults = new FaultList();
        var weighed = new List<(Portion Portion, long Milligrams)>(reports.Count);
        for (var i = 0; i < reports.Count; i++)
        {
            var report = reports[i];
            var ofLine = dossier.Portions.Where(p => p.LineNumber == report.LineNumber).ToArray();
            var portion = ofLine.FirstOrDefault(p => p.LotNumber == report.LotNumber);
            if (ofLine.Length == 0)
            {
                faults.Add(PharmacyFaults.UnknownLine, $"portions[{i}].lineNumber", report.LineNumber);
            }
            else if (portion is null)
            {
                var right = string.Join("、", ofLine.Select(p => p.LotNumber));
                faults.Add(PharmacyFaults.WrongLot, $"portions[{i}].lotNumber", report.LineNumber, right, Short(report.LotNumber));
            }
            else if (weighed.Any(w => w.Portion == portion))
            {
                faults.Add(PharmacyFaults.PortionTwice, $"portions[{i}]", report.LineNumber, portion.LotNumber);
            }
            else if (report.Milligrams <= 0)
            {
                faults.Add(PharmacyFaults.WeightNotPositive, $"portions[{i}].milligrams");
            }
            else
            {
                AddIfBad(faults, portion, $"portions[{i}].lotNumber");
                weighed.Add((portion, report.Milligrams));
            }
        }

        foreach (var line in weighed.GroupBy(w => w.Portion.LineNumber).Where(_ => !faults.Any))
        {
            var prescribed = dossier.Prescribed(dossier.Lines.First(l => l.LineNumber == line.Key));
            // A weight far beyond any scale must not overflow the sum.
            var total = line.Aggregate((Int128)0, (sum, w) => sum + w.Milligrams);
            if (
                total > long.MaxValue
                || !rules.Of(dossier.Lines.First(l => l.LineNumber == line.Key).Piece).Allows(prescribed, (long)total)
            )
            {
                var first = reports.Index().First(r => r.Item.LineNumber == line.Key).Index;
                faults.Add(PharmacyFaults.OutOfTolerance, $"portions[{first}].milligrams", line.Key, total, prescribed);
            }
        }

        faults.ThrowIfAny();
        return weighed;
    }

    /// <summary>With the shelves locked, so that what is taken beyond the reservation is really there.</summary>
    private async Task<List<Entry>> BookAsync(Work work, Dossier dossier, CancellationToken cancellationToken)
    {
        await using var batch = work.Batch();
        ReservationDesk.Lock(batch, [], [], [dossier.Id]);
        batch
            .Add(
                """
                select l.id, l.status, b.available from pharmacy.lots l join pharmacy.lot_balances b on b.lot_id = l.id where l.id = any($1)
                """
            )
            .With(NpgsqlDbType.Uuid, dossier.Portions.Select(p => p.LotId).Distinct());
        Dictionary<Guid, (string Status, long Available)> lots;
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            await reader.NextResultAsync(cancellationToken);
            lots = (
                await reader.RowsAsync(r => (Id: r.GetGuid(0), Status: r.GetString(1), Available: r.GetInt64(2)), cancellationToken)
            ).ToDictionary(l => l.Id, l => (l.Status, l.Available));
        }

        RequireGood(dossier.Portions.Where(p => p.Weighed is not null).Select(p => p with { LotStatus = lots[p.LotId].Status }));
        var entries = new List<Entry>(dossier.Portions.Count * 2);
        var faults = new FaultList();
        foreach (var portion in dossier.Portions)
        {
            var taken = portion.Weighed ?? 0;
            Add(portion, Account.Reserved, Account.Dispensed, Math.Min(taken, portion.Allocated));
            // A lot may have gone bad while another was used for the line.
            var back = lots[portion.LotId].Status == Stock.LotStanding.Available ? Account.Available : Account.Quarantine;
            Add(portion, Account.Reserved, back, portion.Allocated - taken);
            Add(portion, Account.Available, Account.Dispensed, taken - portion.Allocated);
        }

        foreach (var more in entries.Where(e => e.From == Account.Available).GroupBy(e => e.LotId))
        {
            var (extra, left) = (more.Sum(e => e.Milligrams), lots[more.Key].Available);
            var number = dossier.Portions.First(p => p.LotId == more.Key).LotNumber;
            faults.Require(extra <= left, PharmacyFaults.NotEnoughOnShelf, $"lines[{more.First().LineNumber}]", number, extra, left);
        }

        faults.ThrowIfAny();
        return entries;

        void Add(Portion portion, Account from, Account to, long milligrams)
        {
            if (milligrams > 0)
            {
                entries.Add(new Entry(portion.LotId, portion.LineNumber, from, to, milligrams));
            }
        }
    }

    private void RequireGood(IEnumerable<Portion> portions)
    {
        var faults = new FaultList();
        foreach (var portion in portions)
        {
            AddIfBad(faults, portion, $"lines[{portion.LineNumber}].lotNumber");
        }

        faults.ThrowIfAny();
    }

    private void AddIfBad(FaultList faults, Portion portion, string field)
    {
        if (portion.LotStatus != Stock.LotStanding.Available)
        {
            var (zh, en) = portion.LotStatus == Stock.LotStanding.Frozen ? ("冻结", "frozen") : ("判为不合格", portion.LotStatus);
            faults.Add(PharmacyFaults.LotNotGood, field, portion.LotNumber, zh, en);
        }
        else if (portion.ExpiresOn < RegionTime.DayOf(time.GetUtcNow()))
        {
            faults.Add(PharmacyFaults.LotExpired, field, portion.LotNumber, portion.ExpiresOn.Text());
        }
    }

    private static void RequireState(Dossier dossier, string state) =>
        Require(dossier.State == state, PharmacyFaults.WrongState, "", dossier.State);

    private static void RequireAfter(DateTimeOffset at, DateTimeOffset previous, string field) =>
        Require(at >= previous, PharmacyFaults.TooEarly, field, previous.Text());

    private static void Require(bool holds, FaultDefinition fault, string field = "", params object[] arguments)
    {
        if (!holds)
        {
            throw fault.Exception(field, arguments);
        }
    }

    private static string Short(string text) => text.Length <= 40 ? text : text[..40];

    private static async Task ChangeAsync(Work work, string sql, CancellationToken cancellationToken, params object?[] parameters)
    {
        await using var command = work.Command(sql, parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
