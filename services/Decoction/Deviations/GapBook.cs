using TcmBrain.Decoction.Jobs;
using TcmBrain.Decoction.Steps;
using TcmBrain.Decoction.Telemetry;
using TcmBrain.Exchange;

namespace TcmBrain.Decoction.Deviations;

/// <summary>Keeps the gaps in the readings of boils that go on: noted, raised once, closed when readings come again.</summary>
internal static class GapBook
{
    public static async Task NoteAsync(
        Work work,
        Job job,
        StepRecord boil,
        int vesselId,
        DateTimeOffset from,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await using var insert = work.Command(
            """
            insert into decoction.curve_gap (prescription_id, step, attempt, vessel_id, from_at, noted_at)
            values ($1, $2, $3, $4, $5, $6) on conflict do nothing
            """,
            job.PrescriptionId,
            boil.Step.Name(),
            boil.Attempt,
            vesselId,
            from,
            now
        );
        await insert.ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task RaiseAsync(
        Work work,
        Job job,
        StepRecord boil,
        DateTimeOffset from,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await DeviationStore.RaiseAsync(work, job, GapRules.Lasting(boil.Step, from), now, holds: true, cancellationToken);
        await using var update = work.Command(
            """
            update decoction.curve_gap set raised_at = $4
            where prescription_id = $1 and step = $2 and attempt = $3 and until_at is null and raised_at is null
            """,
            job.PrescriptionId,
            boil.Step.Name(),
            boil.Attempt,
            now
        );
        await update.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Ends it at the first reading after it. A deviation that waits learns of the end; where the device had only kept its readings back there
    /// is no gap, and nothing holds any more.
    /// </summary>
    public static async Task CloseAsync(
        Work work,
        Job job,
        StepRecord boil,
        int vesselId,
        DateTimeOffset from,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var points = await CurveStore.ReadAsync(
            work.Connection,
            work.Transaction,
            vesselId,
            from,
            now + Moment.Tolerance,
            cancellationToken
        );
        if (points.Where(p => p.TakenAt > from).Select(p => (DateTimeOffset?)p.TakenAt).Min() is not { } until)
        {
            return;
        }

        await using var update = work.Command(
            """
            with closed as (
                update decoction.curve_gap set until_at = $4
                where prescription_id = $1 and step = $2 and attempt = $3 and until_at is null returning raised_at)
            update decoction.deviation d set ended_at = $4, holds = holds and not $6
            from closed where closed.raised_at is not null and d.prescription_id = $1 and d.step = $2 and d.attempt = $3 and d.rule_id = $5
              and d.decision is null and d.ended_at is null
            """,
            job.PrescriptionId,
            boil.Step.Name(),
            boil.Attempt,
            until,
            GapRules.Rule,
            GapRules.Filled(from, until)
        );
        await update.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A boil that has ended, or counts no more, is not waited for: its gap ended with it.</summary>
    public static async Task CloseEndedAsync(Work work, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var update = work.Command(
            """
            update decoction.curve_gap g set until_at = greatest(g.from_at, coalesce(s.finished_at, $1))
            from decoction.step s join decoction.job j using (prescription_id)
            where g.until_at is null and (s.prescription_id, s.step, s.attempt) = (g.prescription_id, g.step, g.attempt)
              and (s.finished_at is not null or s.superseded_by is not null or j.state <> 'decocting')
            """,
            now
        );
        await update.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Whether this boil's silence was raised while it lasted.</summary>
    public static async Task<bool> RaisedAsync(Work work, Job job, StepRecord boil, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            "select exists (select from decoction.deviation where prescription_id = $1 and step = $2 and attempt = $3 and rule_id = $4)",
            job.PrescriptionId,
            boil.Step.Name(),
            boil.Attempt,
            GapRules.Rule
        );
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
