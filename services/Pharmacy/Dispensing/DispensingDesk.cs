using NpgsqlTypes;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Pharmacy.Ledger;
using TcmBrain.Pharmacy.Reservation;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Faults;
using static TcmBrain.Pharmacy.Dispensing.Bench;

namespace TcmBrain.Pharmacy.Dispensing;

/// <summary>
/// Taking up and finishing (调剂). Each step may be repeated by the same person with the same content and then changes nothing;
/// by another person, or with other content, it is refused.
/// </summary>
internal sealed class DispensingDesk(EventExchange exchange, PieceRules rules, TimeProvider time)
{
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
        RequireGood(dossier.Portions, time.GetUtcNow());
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
        RequireComplete(dossier);
        var entries = await Booking.DispenseAsync(work, dossier, time.GetUtcNow(), cancellationToken);
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

    /// <summary>Every line weighed, every bag apart labelled, and two persons at every controlled piece.</summary>
    private void RequireComplete(Dossier dossier)
    {
        var faults = new FaultList();
        foreach (var line in dossier.Lines)
        {
            var field = $"lines[{line.LineNumber}]";
            faults.Require(dossier.IsWeighed(line), PharmacyFaults.NotWeighed, field, line.LineNumber);
            faults.Require(
                !rules.Of(line.Piece).TwoPersons || dossier.Witnesses.ContainsKey(line.LineNumber),
                PharmacyFaults.NoWitness,
                field,
                line.LineNumber
            );
        }

        foreach (var apart in dossier.Apart().Where(a => !dossier.Packs.ContainsKey(a)))
        {
            faults.Add(PharmacyFaults.NotPackedApart, "packs", apart);
        }

        faults.ThrowIfAny();
    }
}
