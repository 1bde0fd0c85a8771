using NpgsqlTypes;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Pharmacy.Ledger;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Faults;
using static TcmBrain.Pharmacy.Dispensing.Bench;

namespace TcmBrain.Pharmacy.Dispensing;

/// <param name="Photo">where the picture of the item lies, such as an object's key; never the picture itself</param>
internal sealed record ItemReport(int LineNumber, string? Photo = null);

internal sealed record SendBackReport(int LineNumber, string? Reason);

/// <summary>Checking (复核): every item, by somebody else, who may send a line back to be weighed anew.</summary>
internal sealed class CheckingDesk(EventExchange exchange, PieceRules rules, TimeProvider time)
{
    private const int MaxText = 200;

    /// <summary>One item is as it should be. Idempotent; a later picture takes the place of the former.</summary>
    public async Task CheckItemAsync(Guid id, Person checker, ItemReport report, CancellationToken cancellationToken)
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        var dossier = await LockAsync(work, id, checker, cancellationToken);
        await KeepAsync(work, dossier, checker, [report], cancellationToken);
        await work.CommitAsync(cancellationToken);
    }

    /// <summary>A second person has checked every item, before or with this report.</summary>
    /// <returns>False when it had been recorded before.</returns>
    public async Task<bool> CheckAsync(
        Guid id,
        Person checker,
        DateTimeOffset? checkedAt,
        IReadOnlyList<ItemReport> items,
        CancellationToken cancellationToken
    )
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
        await KeepAsync(work, dossier, checker, items, cancellationToken);
        RequireAllChecked(dossier, checker, items);
        RequireGood(dossier.Portions.Where(p => p.Weighed is not null), time.GetUtcNow());
        await ControlledRegister.EnterAsync(work, dossier, rules, checker, at, cancellationToken);
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

    /// <summary>
    /// Something is wrong with a line: it is weighed anew by the one who weighed it, and everything is checked again. What was booked as dispensed is
    /// reserved again.
    /// </summary>
    public async Task SendBackAsync(Guid id, Person checker, SendBackReport report, CancellationToken cancellationToken)
    {
        Require(
            report.Reason is { } text && !string.IsNullOrWhiteSpace(text) && text.Length <= MaxText && !text.Any(char.IsControl),
            PharmacyFaults.ReasonMissing,
            "reason",
            MaxText
        );
        await using var work = await exchange.BeginAsync(cancellationToken);
        var dossier = await LockAsync(work, id, checker, cancellationToken);
        RequireLine(dossier, report.LineNumber, "lineNumber");
        var now = time.GetUtcNow();
        var entries = await Booking.SendBackAsync(work, dossier, cancellationToken);
        await LedgerStore.PostAsync(work, new Movement(MovementKind.SendBack, id, checker.Subject, now, entries), cancellationToken);
        var handling = WeighingPlan.ApartAs(dossier.Lines.First(l => l.LineNumber == report.LineNumber).Handling);
        await using var batch = work.Batch();
        batch
            .Add(
                """
                insert into pharmacy.send_backs
                    (id, prescription_id, centre_code, line_number, reason, checker, checker_name, sent_at, milligrams)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                """
            )
            .With(Guid.CreateVersion7())
            .With(id)
            .With(checker.CentreCode)
            .With(report.LineNumber)
            .With(report.Reason)
            .With(checker.Subject)
            .With(checker.Name)
            .With(now.UtcDateTime)
            .With(dossier.Portions.Where(p => p.LineNumber == report.LineNumber).Sum(p => p.Weighed ?? 0));
        foreach (var table in new[] { "weighings", "witnesses" })
        {
            batch
                .Add($"delete from pharmacy.{table} where prescription_id = $1 and attempt = $2 and line_number = $3")
                .With(id)
                .With(dossier.Attempt)
                .With(report.LineNumber);
        }

        batch
            .Add("delete from pharmacy.packs where prescription_id = $1 and attempt = $2 and handling = $3")
            .With(id)
            .With(dossier.Attempt)
            .With(handling);
        batch.Add("delete from pharmacy.item_checks where prescription_id = $1 and attempt = $2").With(id).With(dossier.Attempt);
        batch
            .Add("update pharmacy.allocations set weighed = null where prescription_id = $1 and line_number = $2")
            .With(id)
            .With(report.LineNumber);
        batch.Add("update pharmacy.prescriptions set state = 'dispensing', finished_at = null where id = $1").With(id);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await work.CommitAsync(cancellationToken);
    }

    private static async Task<Dossier> LockAsync(Work work, Guid id, Person checker, CancellationToken cancellationToken)
    {
        var dossier = await Dossier.LockAsync(work, id, checker.CentreCode, cancellationToken);
        RequireState(dossier, "dispensed");
        Require(dossier.Dispenser != checker.Subject, PharmacyFaults.CheckerIsDispenser);
        return dossier;
    }

    private static void RequireLine(Dossier dossier, int line, string field) =>
        Require(dossier.Lines.Any(l => l.LineNumber == line), PharmacyFaults.UnknownLine, field, line);

    private async Task KeepAsync(
        Work work,
        Dossier dossier,
        Person checker,
        IReadOnlyList<ItemReport> items,
        CancellationToken cancellationToken
    )
    {
        foreach (var (i, item) in items.Index())
        {
            RequireLine(dossier, item.LineNumber, $"items[{i}].lineNumber");
            Require(
                item.Photo is null || item.Photo.Length <= MaxText && !item.Photo.Any(char.IsControl),
                PharmacyFaults.TextMissing,
                $"items[{i}].photo",
                MaxText
            );
        }

        var last = items.GroupBy(i => i.LineNumber).Select(g => g.Last()).ToArray();
        if (last.Length == 0)
        {
            return;
        }

        await using var batch = work.Batch();
        batch
            .Add(
                """
                insert into pharmacy.item_checks as c (prescription_id, attempt, line_number, checker, photo, checked_at)
                select $1, $2, u.line, $5, u.photo, $6 from unnest($3, $4) as u (line, photo)
                on conflict (prescription_id, attempt, line_number) do update
                set checker = excluded.checker, photo = coalesce(excluded.photo, c.photo), checked_at = excluded.checked_at
                """
            )
            .With(dossier.Id)
            .With(dossier.Attempt)
            .With(NpgsqlDbType.Integer, last.Select(i => i.LineNumber))
            .With(NpgsqlDbType.Text, last.Select(i => i.Photo))
            .With(checker.Subject)
            .With(time.GetUtcNow().UtcDateTime);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void RequireAllChecked(Dossier dossier, Person checker, IReadOnlyList<ItemReport> items)
    {
        var faults = new FaultList();
        foreach (var line in dossier.Lines)
        {
            faults.Require(
                items.Any(i => i.LineNumber == line.LineNumber) || dossier.Checks.GetValueOrDefault(line.LineNumber) == checker.Subject,
                PharmacyFaults.ItemNotChecked,
                $"items[{line.LineNumber}]",
                line.LineNumber
            );
        }

        faults.ThrowIfAny();
    }
}
