using System.Text.Json;
using Npgsql;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Supervision;

/// <summary>
/// Looks through a month and keeps what it finds: one alert a pattern, month and subject, told once. An alert that nobody has looked at follows
/// the newest numbers; from the first look on its numbers stay what was looked at.
/// </summary>
internal sealed class Supervisor(CaseReader reader, EventExchange exchange, Thresholds thresholds, TimeProvider time)
{
    // One look at a time over all replicas; the unique key would hold anyway.
    private const long Lock = 0x51AB_0001;

    /// <summary>An alert keeps this many of its records; its count is of all.</summary>
    public const int MostRecords = 500;

    public sealed record Outcome(DateOnly Month, int Cases, int Signals, int Raised);

    public async Task<Outcome> RunAsync(DateOnly month, CancellationToken cancellationToken)
    {
        var supervised = await reader.ReadAsync(month, cancellationToken);
        var signals = PatternBook.Find(supervised, thresholds);
        await using var work = await exchange.BeginAsync(cancellationToken);
        await using (var alone = work.Command("select pg_advisory_xact_lock($1)", Lock))
        {
            await alone.ExecuteNonQueryAsync(cancellationToken);
        }

        var raised = 0;
        foreach (var signal in signals)
        {
            raised += await KeepAsync(work, month, signal, cancellationToken) ? 1 : 0;
        }

        await using var run = work.Command(
            "insert into quality.supervision_run (month, edition, ran_at, cases, signals, raised) values ($1, $2, $3, $4, $5, $6)",
            month,
            thresholds.Edition,
            time.GetUtcNow(),
            supervised.Cases.Count,
            signals.Count,
            raised
        );
        await run.ExecuteNonQueryAsync(cancellationToken);
        await work.CommitAsync(cancellationToken);
        return new Outcome(month, supervised.Cases.Count, signals.Count, raised);
    }

    /// <returns>true when it was not known before</returns>
    private async Task<bool> KeepAsync(Work work, DateOnly month, Signal signal, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        Guid? id = null;
        var isNew = false;
        await using (
            var command = work.Command(
                """
                insert into quality.supervision_alert as a
                    (alert_id, pattern, edition, month, subject, subject_key, institution_code, region_code, prescriber_code, prescriber_name,
                     piece, strength, text_zh, text_en, figures, records, raised_at, updated_at)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15::jsonb, $16, $17, $17)
                on conflict (pattern, month, subject_key) do update set
                    edition = excluded.edition, prescriber_code = excluded.prescriber_code, prescriber_name = excluded.prescriber_name,
                    region_code = excluded.region_code, strength = excluded.strength, text_zh = excluded.text_zh, text_en = excluded.text_en,
                    figures = excluded.figures, records = excluded.records, updated_at = excluded.updated_at
                where a.state = 'new' and (a.text_zh, a.records) is distinct from (excluded.text_zh, excluded.records)
                returning alert_id, alert_id = $1
                """,
                Guid.CreateVersion7(),
                signal.Pattern,
                thresholds.Edition,
                month,
                signal.Subject,
                signal.SubjectKey,
                signal.Institution,
                signal.Region,
                signal.Prescriber,
                signal.PrescriberName,
                signal.Piece,
                signal.Strength,
                signal.TextZh,
                signal.TextEn,
                JsonSerializer.Serialize(signal.Figures, StoredJson.Options),
                signal.Records.Count,
                now
            )
        )
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (await row.ReadAsync(cancellationToken))
            {
                (id, isNew) = (row.GetGuid(0), row.GetBoolean(1));
            }
        }

        if (id is not { } alert)
        {
            return false;
        }

        await RecordsAsync(work, alert, signal.Records, cancellationToken);
        if (isNew)
        {
            work.Publish(
                new SupervisionAlertRaised
                {
                    AggregateId = alert,
                    Version = 1,
                    OccurredAt = now,
                    Pattern = signal.Pattern,
                    Month = month,
                    InstitutionCode = signal.Institution ?? "",
                    RegionCode = signal.Region,
                    Records = signal.Records.Count,
                }
            );
        }

        return isNew;
    }

    private static async Task RecordsAsync(Work work, Guid alert, IReadOnlyList<Guid> records, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            with gone as (delete from quality.supervision_record where alert_id = $1 and place > cardinality($2::uuid[]))
            insert into quality.supervision_record (alert_id, place, prescription_id)
            select $1, r.place, r.id from unnest($2::uuid[]) with ordinality as r (id, place)
            on conflict (alert_id, place) do update set prescription_id = excluded.prescription_id
            """,
            alert,
            records.Take(MostRecords).ToArray()
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
