using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;

namespace TcmBrain.Quality.Facts;

/// <summary>A prescription's facts are begun by whichever of its events comes first; each event fills its own part, a newer over an older.</summary>
internal static class FactRow
{
    public static async Task EnsureAsync(Work work, PrescriptionEvent e, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            insert into quality.fact (prescription_id, institution_code, region_code, his_number) values ($1, $2, $3, $4)
            on conflict (prescription_id) do nothing
            """,
            e.AggregateId,
            e.InstitutionCode,
            e.RegionCode,
            e.HisNumber
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

internal sealed class FactOfReceipt : IHandle<PrescriptionReceived>
{
    public async Task HandleAsync(PrescriptionReceived e, Work work, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            insert into quality.fact (prescription_id, institution_code, region_code, his_number, received_version, received_at, day,
                                      prescriber_code, prescriber_name, department_name, visit_kind, days, doses, line_count,
                                      long_explained, urgent, fee_fen, patient_token)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
            on conflict (prescription_id) do update set
                received_version = excluded.received_version, received_at = excluded.received_at, day = excluded.day,
                prescriber_code = excluded.prescriber_code, prescriber_name = excluded.prescriber_name,
                department_name = excluded.department_name, visit_kind = excluded.visit_kind, days = excluded.days,
                doses = excluded.doses, line_count = excluded.line_count, long_explained = excluded.long_explained,
                urgent = excluded.urgent, fee_fen = excluded.fee_fen, patient_token = excluded.patient_token
            where coalesce(fact.received_version, 0) < excluded.received_version
            """,
            e.AggregateId,
            e.InstitutionCode,
            e.RegionCode,
            e.HisNumber,
            e.Version,
            e.OccurredAt.ToUniversalTime(),
            RegionTime.DayOf(e.OccurredAt),
            e.PrescriberCode,
            e.PrescriberName,
            e.DepartmentName,
            e.VisitKind,
            e.Days,
            e.Doses,
            e.LineCount,
            e.LongCourseExplained,
            e.Urgent,
            e.FeeFen,
            e.PatientPseudonym
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

internal sealed class FactOfAudit : IHandle<PrescriptionAudited>
{
    /// <summary>As close as this it counts as a classic formula carried on (经典名方传承).</summary>
    public const int NearPermille = 800;

    public async Task HandleAsync(PrescriptionAudited e, Work work, CancellationToken cancellationToken)
    {
        await FactRow.EnsureAsync(work, e, cancellationToken);
        await using var command = work.Command(
            """
            update quality.fact set audited_version = $2, outcome = $3, over_dose = $4, near_formula = $5
            where prescription_id = $1 and coalesce(audited_version, 0) < $2
            """,
            e.AggregateId,
            e.Version,
            e.Outcome,
            e.Findings.Any(f => IsOverDose(f.RuleId)),
            e.FormulaSimilarityPermille is { } likeness ? likeness >= NearPermille : null
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Rules that say a dose is above its limit: dose.over, dose.over_k, dose.toxic_over, age.dose_over …</summary>
    public static bool IsOverDose(string ruleId) =>
        (ruleId.StartsWith("dose.", StringComparison.Ordinal) || ruleId.StartsWith("age.", StringComparison.Ordinal))
        && ruleId.Contains("over", StringComparison.Ordinal);
}

internal sealed class FactOfApproval : IHandle<PrescriptionApproved>
{
    public async Task HandleAsync(PrescriptionApproved e, Work work, CancellationToken cancellationToken)
    {
        await FactRow.EnsureAsync(work, e, cancellationToken);
        await using var command = work.Command(
            $"""
            update quality.fact set approved_version = $2, approved_at = $3, pieces = $4, wanted_lines = $5, wanted_mg = $6,
                (portions, portions_within) = ({Weighing.Compare("$5", "$6", "weighed_lines", "weighed_mg")})
            where prescription_id = $1 and coalesce(approved_version, 0) < $2
            """,
            e.AggregateId,
            e.Version,
            e.OccurredAt.ToUniversalTime(),
            e.Lines.Select(l => l.Piece).Distinct().ToArray(),
            e.Lines.Select(l => l.LineNumber).ToArray(),
            e.Lines.Select(l => l.PerDose.Milligrams * e.Doses).ToArray()
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>What was promised, and what the pieces cost by the centre's catalogue; of the last centre chosen.</summary>
internal sealed class FactOfRouting : IHandle<PrescriptionRouted>
{
    public async Task HandleAsync(PrescriptionRouted e, Work work, CancellationToken cancellationToken)
    {
        await FactRow.EnsureAsync(work, e, cancellationToken);
        await using var command = work.Command(
            """
            update quality.fact set routed_version = $2, promised_at = $3, pieces_fen = $4
            where prescription_id = $1 and coalesce(routed_version, 0) < $2
            """,
            e.AggregateId,
            e.Version,
            e.PromisedAt?.ToUniversalTime(),
            e.Fee?.PiecesFen
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

internal sealed class FactOfCheck : IHandle<PrescriptionChecked>
{
    public async Task HandleAsync(PrescriptionChecked e, Work work, CancellationToken cancellationToken)
    {
        await FactRow.EnsureAsync(work, e, cancellationToken);
        var lines = e.Portions.GroupBy(p => p.LineNumber).OrderBy(g => g.Key).ToList();
        await using var command = work.Command(
            $"""
            update quality.fact set checked_version = $2, checked_at = $3, centre_code = $4, decocts = $5, weighed_lines = $6, weighed_mg = $7,
                (portions, portions_within) = ({Weighing.Compare("wanted_lines", "wanted_mg", "$6", "$7")})
            where prescription_id = $1 and coalesce(checked_version, 0) < $2
            """,
            e.AggregateId,
            e.Version,
            e.OccurredAt.ToUniversalTime(),
            e.CentreCode,
            e.Decoct,
            lines.Select(g => g.Key).ToArray(),
            lines.Select(g => g.Sum(p => p.Weighed.Milligrams)).ToArray()
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>How exactly it was weighed: 《医院中药饮片管理规范》 (国中医药发〔2007〕11号) allows 5 % either way.</summary>
internal static class Weighing
{
    /// <summary>Lines and those within 5 % of what was wanted, over all doses; null and null until both sides are known.</summary>
    public static string Compare(string wantedLines, string wantedMilligrams, string weighedLines, string weighedMilligrams) =>
        $"""
            select nullif(count(*), 0)::int, case when count(*) > 0 then count(*) filter (where abs(g.mg - w.mg) * 20 <= w.mg)::int end
            from unnest({wantedLines}::int[], {wantedMilligrams}::bigint[]) as w (line, mg)
            join unnest({weighedLines}::int[], {weighedMilligrams}::bigint[]) as g (line, mg) using (line)
            """;
}
