using TcmBrain.Decoction.Jobs;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Decoction.Steps;

/// <summary>What was done within or beside the steps of a job.</summary>
internal static class ActionStore
{
    /// <summary>What counts of this attempt at the first boil; a pot of its own (另煎) is not undone by boiling again.</summary>
    public const string Counts = $"superseded_by is null and (attempt = $2 or handling = '{Joining.Apart}')";

    /// <summary>Handlings that a named person let go (DEC-05: accept) although they are missing.</summary>
    public const string Waived = $"""
        select case d.rule_id when '{Joining.ApartMissed}' then '{Joining.Apart}' else '{Joining.Melt}' end
        from decoction.deviation d
        where d.prescription_id = job.prescription_id and d.decision = 'accept'
          and d.rule_id in ('{Joining.ApartMissed}', '{Joining.MeltMissed}')
        """;

    public static async Task ReadAsync(Work work, Job job, CancellationToken cancellationToken)
    {
        var attempt = AttemptOf(job);
        await using var command = work.Command(
            $"select handling, started_at, done_at from decoction.step_action where prescription_id = $1 and {Counts}",
            job.PrescriptionId,
            attempt
        );
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                if (reader.MomentAt(1) is { } started)
                {
                    job.Begun[reader.GetString(0)] = started;
                }

                if (reader.MomentAt(2) is { } done)
                {
                    job.Actions[reader.GetString(0)] = done;
                }
            }
        }

        await using var waived = work.Command(
            $"select handling from (select prescription_id from decoction.job where prescription_id = $1) job, lateral ({Waived}) w(handling)",
            job.PrescriptionId
        );
        await using var rows = await waived.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            job.Waived.Add(rows.GetString(0));
        }
    }

    public static async Task StartAsync(
        Work work,
        Job job,
        string handling,
        DateTimeOffset at,
        Worker worker,
        CancellationToken cancellationToken
    )
    {
        await using var insert = work.Command(
            """
            insert into decoction.step_action (prescription_id, handling, attempt, started_at, started_by, started_name)
            values ($1, $2, $3, $4, $5, $6)
            """,
            job.PrescriptionId,
            handling,
            AttemptOf(job),
            at,
            worker.Id,
            worker.Name
        );
        await insert.ExecuteNonQueryAsync(cancellationToken);
        job.Begun[handling] = at;
    }

    public static async Task DoneAsync(
        Work work,
        Job job,
        string handling,
        DateTimeOffset at,
        Worker worker,
        CancellationToken cancellationToken
    )
    {
        await using var command = job.Begun.ContainsKey(handling)
            ? work.Command(
                $"""
                update decoction.step_action set done_at = $4, done_by = $5, done_name = $6
                where prescription_id = $1 and {Counts} and handling = $3
                """,
                job.PrescriptionId,
                AttemptOf(job),
                handling,
                at,
                worker.Id,
                worker.Name
            )
            : work.Command(
                """
                insert into decoction.step_action (prescription_id, handling, attempt, done_at, done_by, done_name)
                values ($1, $3, $2, $4, $5, $6)
                """,
                job.PrescriptionId,
                AttemptOf(job),
                handling,
                at,
                worker.Id,
                worker.Name
            );
        await command.ExecuteNonQueryAsync(cancellationToken);
        job.Actions[handling] = at;
    }

    /// <summary>It is to be done again; what was done stays on record.</summary>
    public static async Task SupersedeAsync(Work work, Job job, string handling, Guid deviationId, CancellationToken cancellationToken)
    {
        await using var update = work.Command(
            "update decoction.step_action set superseded_by = $3 where prescription_id = $1 and handling = $2 and superseded_by is null",
            job.PrescriptionId,
            handling,
            deviationId
        );
        await update.ExecuteNonQueryAsync(cancellationToken);
        job.Actions.Remove(handling);
        job.Begun.Remove(handling);
    }

    private static int AttemptOf(Job job) => job.Steps.FirstOrDefault(s => s.Step == Step.FirstBoil)?.Attempt ?? 1;
}
