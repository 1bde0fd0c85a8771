using System.Text;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;

namespace TcmBrain.Traceability.Steps;

/// <summary>A decoction of which everything is known.</summary>
internal sealed record WholeDecoction(DecoctionCompleted Completed, IReadOnlyList<DecoctionStep> Steps, string? TraceParent);

/// <summary>
/// Holds the steps of a decoction back until it is whole. A trace event is never changed later, and events come in any order, so
/// neither the steps nor the end may be told alone.
/// </summary>
internal static class DecoctionSteps
{
    private static readonly string[] All = ["soaking", "first-boil", "second-boil", "packing"];

    /// <summary>Remembers what is new and hands out what became whole by it. Runs within the log's turn.</summary>
    public static async Task<IReadOnlyList<WholeDecoction>> GatherAsync(
        IReadOnlyList<TakenEvent> events,
        Work work,
        CancellationToken cancellationToken
    )
    {
        var steps = events.Select(e => e.Event).OfType<StepCompleted>().ToList();
        var completed = events.Where(e => e.Event is DecoctionCompleted).ToList();
        var touched = steps.Select(s => s.AggregateId).Concat(completed.Select(c => c.Event.AggregateId)).Distinct().ToArray();
        if (touched.Length == 0)
        {
            return [];
        }

        await RememberAsync(work, steps, completed, cancellationToken);
        var whole = await WholeAsync(work, touched, cancellationToken);
        if (whole.Count > 0)
        {
            await using var forget = work.Command(
                """
                with steps as (delete from traceability.decoction_step where prescription_id = any($1))
                delete from traceability.decoction_awaited where prescription_id = any($1)
                """,
                whole.Select(w => w.Completed.AggregateId).ToArray()
            );
            await forget.ExecuteNonQueryAsync(cancellationToken);
        }

        return whole;
    }

    private static async Task RememberAsync(
        Work work,
        List<StepCompleted> steps,
        List<TakenEvent> completed,
        CancellationToken cancellationToken
    )
    {
        await using (
            var insert = work.Command(
                """
                insert into traceability.decoction_step (prescription_id, step, started_at, finished_at)
                select * from unnest($1, $2, $3, $4) on conflict do nothing
                """,
                steps.Select(s => s.AggregateId).ToArray(),
                steps.Select(s => s.Step).ToArray(),
                steps.Select(s => s.StartedAt.ToUniversalTime()).ToArray(),
                steps.Select(s => s.FinishedAt.ToUniversalTime()).ToArray()
            )
        )
        {
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var awaited = work.Command(
            """
            insert into traceability.decoction_awaited (prescription_id, completed, traceparent)
            select p, c::jsonb, t from unnest($1, $2, $3::text[]) as u (p, c, t) on conflict do nothing
            """,
            completed.Select(c => c.Event.AggregateId).ToArray(),
            completed.Select(c => Encoding.UTF8.GetString(EventJson.Write(c.Event))).ToArray(),
            completed.Select(c => c.TraceParent).ToArray()
        );
        await awaited.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<List<WholeDecoction>> WholeAsync(Work work, Guid[] touched, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            select a.completed::text, a.traceparent,
                   array_agg(s.step order by s.step), array_agg(s.started_at order by s.step), array_agg(s.finished_at order by s.step)
            from traceability.decoction_awaited a join traceability.decoction_step s using (prescription_id)
            where a.prescription_id = any($1) and s.step = any($2)
            group by a.prescription_id, a.completed, a.traceparent
            having count(*) = cardinality($2::text[])
            order by a.prescription_id
            """,
            touched,
            All
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var whole = new List<WholeDecoction>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var completed = (DecoctionCompleted)EventJson.Read(Encoding.UTF8.GetBytes(reader.GetString(0)), typeof(DecoctionCompleted));
            var names = reader.GetFieldValue<string[]>(2);
            var started = reader.GetFieldValue<DateTimeOffset[]>(3);
            var finished = reader.GetFieldValue<DateTimeOffset[]>(4);
            whole.Add(
                new WholeDecoction(
                    completed,
                    [.. names.Select((name, i) => new DecoctionStep(name, started[i], finished[i]))],
                    reader.IsDBNull(1) ? null : reader.GetString(1)
                )
            );
        }

        return whole;
    }
}
