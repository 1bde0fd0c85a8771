using System.Diagnostics;
using System.Text.Json;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Reviews.Register;

/// <summary>
/// The register of prescriptions (处方登记). A row is made by whichever of its events comes first; each fills its own part in one statement,
/// a newer over an older. When it is both received and approved it gets its number and belongs to the population of its month.
/// </summary>
internal static class Row
{
    public const string Columns = "prescription_id, institution_code, region_code, his_number, revision, traceparent";

    public const string Newer = "revision = greatest(prescription.revision, excluded.revision)";

    public static Task<int> WriteAsync(
        Work work,
        PrescriptionEvent e,
        string sql,
        CancellationToken cancellationToken,
        params ReadOnlySpan<object?> parts
    )
    {
        var command = work.Command(
            sql,
            [e.AggregateId, e.InstitutionCode, e.RegionCode, e.HisNumber, e.Revision, Activity.Current?.Id, e.Version, .. parts]
        );
        return RunAsync(command, cancellationToken);
    }

    private static async Task<int> RunAsync(Npgsql.NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using (command)
        {
            return await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}

internal sealed class NoteReceipt : IHandle<PrescriptionReceived>
{
    internal const string Sql = $"""
        insert into quality.prescription ({Row.Columns}, received_version, received_at, month, department_name, disease_code, disease_name,
            syndrome_code, syndrome_name, doses, days, line_count, fee_fen, urgent, visit_kind, prescriber_code, prescriber_name,
            patient_years, long_explained, patient_pseudonym)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)
        on conflict (prescription_id) do update set {Row.Newer},
            received_version = excluded.received_version, received_at = excluded.received_at,
            month = coalesce(prescription.month, excluded.month), department_name = excluded.department_name,
            disease_code = excluded.disease_code, disease_name = excluded.disease_name, syndrome_code = excluded.syndrome_code,
            syndrome_name = excluded.syndrome_name, doses = excluded.doses, days = excluded.days, line_count = excluded.line_count,
            fee_fen = excluded.fee_fen, urgent = excluded.urgent, visit_kind = excluded.visit_kind,
            prescriber_code = excluded.prescriber_code, prescriber_name = excluded.prescriber_name,
            patient_years = excluded.patient_years, long_explained = excluded.long_explained,
            patient_pseudonym = excluded.patient_pseudonym,
            noted = case when prescription.noted is null and prescription.approved_version is not null
                         then quality.next_register_number() else prescription.noted end
        where coalesce(prescription.received_version, 0) < excluded.received_version
        """;

    public Task HandleAsync(PrescriptionReceived e, Work work, CancellationToken cancellationToken)
    {
        var day = RegionTime.DayOf(e.OccurredAt);
        return Row.WriteAsync(
            work,
            e,
            Sql,
            cancellationToken,
            e.OccurredAt.ToUniversalTime(),
            new DateOnly(day.Year, day.Month, 1),
            e.DepartmentName,
            e.DiseaseCode,
            e.DiseaseName,
            e.SyndromeCode,
            e.SyndromeName,
            e.Doses,
            e.Days,
            e.LineCount,
            e.FeeFen,
            e.Urgent,
            e.VisitKind,
            e.PrescriberCode,
            e.PrescriberName,
            Int(e.PatientYears),
            e.LongCourseExplained,
            e.PatientPseudonym
        );
    }

    /// <summary>A null of a known type.</summary>
    private static object Int(int? value) => value is { } number ? number : DBNull.Value;
}

/// <summary>What the audit found is shown to the reviewer.</summary>
internal sealed class NoteFindings : IHandle<PrescriptionAudited>
{
    private const string Sql = $"""
        insert into quality.prescription ({Row.Columns}, audited_version, outcome, release, findings, formula_name)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11)
        on conflict (prescription_id) do update set {Row.Newer}, audited_version = excluded.audited_version, outcome = excluded.outcome,
            release = excluded.release, findings = excluded.findings, formula_name = excluded.formula_name
        where coalesce(prescription.audited_version, 0) < excluded.audited_version
        """;

    public Task HandleAsync(PrescriptionAudited e, Work work, CancellationToken cancellationToken) =>
        Row.WriteAsync(
            work,
            e,
            Sql,
            cancellationToken,
            e.Outcome,
            e.Release,
            JsonSerializer.Serialize(e.Findings, StoredJson.Options),
            e.FormulaName
        );
}

/// <summary>The lines as approved are what the reviewer judges.</summary>
internal sealed class NoteApproval : IHandle<PrescriptionApproved>
{
    private const string Sql = $"""
        insert into quality.prescription ({Row.Columns}, approved_version, approved_by, lines, usage)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10)
        on conflict (prescription_id) do update set {Row.Newer}, approved_version = excluded.approved_version,
            approved_by = excluded.approved_by, lines = excluded.lines, usage = excluded.usage,
            noted = case when prescription.noted is null and prescription.received_version is not null
                         then quality.next_register_number() else prescription.noted end
        where coalesce(prescription.approved_version, 0) < excluded.approved_version
        """;

    public Task HandleAsync(PrescriptionApproved e, Work work, CancellationToken cancellationToken) =>
        Row.WriteAsync(
            work,
            e,
            Sql,
            cancellationToken,
            e.ApprovedBy,
            JsonSerializer.Serialize(e.Lines, StoredJson.Options),
            e.Taking?.Usage
        );
}

/// <summary>Who dispensed and who checked: the worksheet asks for both signatures (1-3).</summary>
internal sealed class NoteCheck : IHandle<PrescriptionChecked>
{
    private const string Sql = $"""
        insert into quality.prescription ({Row.Columns}, checked_version, centre_code, dispenser, checker)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        on conflict (prescription_id) do update set {Row.Newer}, checked_version = excluded.checked_version,
            centre_code = excluded.centre_code, dispenser = excluded.dispenser, checker = excluded.checker
        where coalesce(prescription.checked_version, 0) < excluded.checked_version
        """;

    public Task HandleAsync(PrescriptionChecked e, Work work, CancellationToken cancellationToken) =>
        Row.WriteAsync(work, e, Sql, cancellationToken, e.CentreCode, e.Dispenser, e.Checker);
}

/// <summary>A cancelled prescription (作废) leaves the register; draws made before keep their population.</summary>
internal sealed class NoteCancelling : IHandle<PrescriptionCancelled>
{
    public Task HandleAsync(PrescriptionCancelled e, Work work, CancellationToken cancellationToken) =>
        Leaving.WriteAsync(work, e, cancellationToken);
}

/// <summary>A revision in whose place a newer one stands leaves the register: the newer one is reviewed.</summary>
internal sealed class NoteSuperseding : IHandle<PrescriptionSuperseded>
{
    public Task HandleAsync(PrescriptionSuperseded e, Work work, CancellationToken cancellationToken) =>
        Leaving.WriteAsync(work, e, cancellationToken);
}

internal static class Leaving
{
    private const string Sql = $"""
        insert into quality.prescription ({Row.Columns}, withdrawn) select $1, $2, $3, $4, $5, $6, quality.next_register_number() where $7 > 0
        on conflict (prescription_id) do update set withdrawn = coalesce(prescription.withdrawn, excluded.withdrawn)
        """;

    public static Task WriteAsync(Work work, PrescriptionEvent e, CancellationToken cancellationToken) =>
        Row.WriteAsync(work, e, Sql, cancellationToken);
}
