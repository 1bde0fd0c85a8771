using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Options;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Reviews;

/// <summary>A prescription's row is made by whichever of its events comes first; each event fills its own part, a newer over an older.</summary>
internal static class PrescriptionPart
{
    public static async Task EnsureRowAsync(Work work, PrescriptionEvent e, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            insert into quality.prescription (prescription_id, institution_code, region_code, his_number, revision, traceparent)
            values ($1, $2, $3, $4, $5, $6)
            on conflict (prescription_id) do update set revision = excluded.revision where prescription.revision < excluded.revision
            """,
            e.AggregateId,
            e.InstitutionCode,
            e.RegionCode,
            e.HisNumber,
            e.Revision,
            Activity.Current?.Id
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>Decides about the sample when a prescription is first heard of; a later revision of it changes nothing in that.</summary>
internal sealed class SampleOnReceipt(IOptions<SamplingSettings> settings) : IHandle<PrescriptionReceived>
{
    public async Task HandleAsync(PrescriptionReceived e, Work work, CancellationToken cancellationToken)
    {
        await PrescriptionPart.EnsureRowAsync(work, e, cancellationToken);
        var day = RegionTime.DayOf(e.OccurredAt);
        var month = new DateOnly(day.Year, day.Month, 1);
        var before = await CountAsync(work, e, month, cancellationToken);
        var because = SamplingRule.Decide(e.AggregateId, before, settings.Value);
        await using var command = work.Command(
            """
            update quality.prescription set
                received_version = $2, received_at = $3, department_name = $4, disease_code = $5, syndrome_name = $6, doses = $7,
                month = coalesce(month, $8), sampled = coalesce(sampled, $9),
                sampled_because = case when sampled is null then $10 else sampled_because end
            where prescription_id = $1 and coalesce(received_version, 0) < $2
            """,
            e.AggregateId,
            e.Version,
            e.OccurredAt.ToUniversalTime(),
            e.DepartmentName,
            e.DiseaseCode,
            e.SyndromeName,
            e.Doses,
            month,
            because is not null,
            because
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Others that are being taken in at this moment are not counted. That can only make the sample larger, and spares a lock on the
    /// institution.
    /// </summary>
    private async Task<int> CountAsync(Work work, PrescriptionReceived e, DateOnly month, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            select count(*)::int from (
                select from quality.prescription
                where institution_code = $1 and month = $2 and prescription_id <> $3 limit $4) first
            """,
            e.InstitutionCode,
            month,
            e.AggregateId,
            settings.Value.FirstOfMonth
        );
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}

/// <summary>What the audit found is shown to the reviewer.</summary>
internal sealed class NoteFindings : IHandle<PrescriptionAudited>
{
    public async Task HandleAsync(PrescriptionAudited e, Work work, CancellationToken cancellationToken)
    {
        await PrescriptionPart.EnsureRowAsync(work, e, cancellationToken);
        await using var command = work.Command(
            """
            update quality.prescription set audited_version = $2, outcome = $3, release = $4, findings = $5::jsonb
            where prescription_id = $1 and coalesce(audited_version, 0) < $2
            """,
            e.AggregateId,
            e.Version,
            e.Outcome,
            e.Release,
            JsonSerializer.Serialize(e.Findings, StoredJson.Options)
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>The lines as approved are what the reviewer judges.</summary>
internal sealed class NoteLines : IHandle<PrescriptionApproved>
{
    public async Task HandleAsync(PrescriptionApproved e, Work work, CancellationToken cancellationToken)
    {
        await PrescriptionPart.EnsureRowAsync(work, e, cancellationToken);
        await using var command = work.Command(
            """
            update quality.prescription set approved_version = $2, approved_by = $3, lines = $4::jsonb
            where prescription_id = $1 and coalesce(approved_version, 0) < $2
            """,
            e.AggregateId,
            e.Version,
            e.ApprovedBy,
            JsonSerializer.Serialize(e.Lines, StoredJson.Options)
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>Who dispensed and who checked: the worksheet asks for both signatures (1-3).</summary>
internal sealed class NoteCheck : IHandle<PrescriptionChecked>
{
    public async Task HandleAsync(PrescriptionChecked e, Work work, CancellationToken cancellationToken)
    {
        await PrescriptionPart.EnsureRowAsync(work, e, cancellationToken);
        await using var command = work.Command(
            """
            update quality.prescription set checked_version = $2, centre_code = $3, dispenser = $4, checker = $5
            where prescription_id = $1 and coalesce(checked_version, 0) < $2
            """,
            e.AggregateId,
            e.Version,
            e.CentreCode,
            e.Dispenser,
            e.Checker
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
