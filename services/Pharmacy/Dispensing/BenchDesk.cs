using TcmBrain.Exchange;
using static TcmBrain.Pharmacy.Dispensing.Bench;

namespace TcmBrain.Pharmacy.Dispensing;

/// <param name="Handling">先煎, 后下, 包煎, 另煎, 烊化, 冲服, as the prescription has it</param>
/// <param name="Label">as scanned from the bag</param>
internal sealed record PackReport(string? Handling, string? Label);

internal sealed record WitnessReport(int LineNumber);

/// <summary>What is done at the bench beside weighing: bags of their own (另包), and the second person at controlled pieces (双人).</summary>
internal sealed class BenchDesk(EventExchange exchange, PieceRules rules, TimeProvider time)
{
    /// <summary>The bag of a handling is packed and its label stuck on, which is proved by scanning it. Idempotent.</summary>
    public async Task PackAsync(Guid id, Person dispenser, PackReport report, CancellationToken cancellationToken)
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        var dossier = await Dossier.LockAsync(work, id, dispenser.CentreCode, cancellationToken);
        RequireDispensing(dossier, dispenser);
        var lines = dossier.Lines.Where(l => WeighingPlan.ApartAs(l.Handling) == report.Handling).ToArray();
        Require(
            lines.Length > 0 && report.Handling is { Length: > 0 } && lines.All(dossier.IsWeighed),
            PharmacyFaults.NothingToPack,
            "handling",
            Short(report.Handling ?? "")
        );
        var label = dossier.LabelOf(report.Handling!);
        Require(report.Label?.Trim() == label, PharmacyFaults.WrongLabel, "label", label);
        await ChangeAsync(
            work,
            """
            insert into pharmacy.packs (prescription_id, attempt, handling, label, packed_by, packed_at) values ($1, $2, $3, $4, $5, $6)
            on conflict do nothing
            """,
            cancellationToken,
            id,
            dossier.Attempt,
            report.Handling,
            label,
            dispenser.Subject,
            time.GetUtcNow().UtcDateTime
        );
        await work.CommitAsync(cancellationToken);
    }

    /// <summary>Somebody else of the centre has seen what was weighed of a toxic or narcotic piece. Idempotent; the first one stands.</summary>
    public async Task WitnessAsync(Guid id, Person witness, WitnessReport report, CancellationToken cancellationToken)
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        var dossier = await Dossier.LockAsync(work, id, witness.CentreCode, cancellationToken);
        RequireState(dossier, "dispensing");
        Require(dossier.Dispenser != witness.Subject, PharmacyFaults.WitnessIsDispenser);
        var line =
            dossier.Lines.FirstOrDefault(l => l.LineNumber == report.LineNumber)
            ?? throw PharmacyFaults.UnknownLine.Exception("lineNumber", report.LineNumber);
        Require(rules.Of(line.Piece).TwoPersons && dossier.IsWeighed(line), PharmacyFaults.NotControlled, "lineNumber", report.LineNumber);
        await ChangeAsync(
            work,
            """
            insert into pharmacy.witnesses (prescription_id, attempt, line_number, witness, witness_name, witnessed_at)
            values ($1, $2, $3, $4, $5, $6) on conflict do nothing
            """,
            cancellationToken,
            id,
            dossier.Attempt,
            report.LineNumber,
            witness.Subject,
            witness.Name,
            time.GetUtcNow().UtcDateTime
        );
        await work.CommitAsync(cancellationToken);
    }
}
