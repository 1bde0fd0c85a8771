using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;

namespace TcmBrain.Quality.Process;

/// <summary>One measured value, with the event that told of it.</summary>
public sealed record Measurement(string Measure, string CentreCode, string Subject, DateTimeOffset At, double Value);

/// <summary>What an event says of the process. Pure; what an older event does not tell is not made up.</summary>
public static class Measuring
{
    /// <summary>The subject of a rush decoction's turn-round: another process than the ordinary one.</summary>
    public const string Urgent = "urgent";

    /// <summary>One value a scale: the mean, over the portions weighed on it, of (weighed − asked)/asked in ‰.</summary>
    public static IEnumerable<Measurement> Of(PrescriptionChecked e) =>
        e
            .Portions.Where(p => p.Asked is { Milligrams: > 0 })
            .GroupBy(p => p.Scale)
            .Select(scale => new Measurement(
                Measures.WeighingError,
                e.CentreCode,
                scale.Key,
                e.OccurredAt,
                scale.Average(p => (p.Weighed.Milligrams - p.Asked!.Value.Milligrams) * 1000.0 / p.Asked.Value.Milligrams)
            ));

    /// <summary>Of a boil: mean temperature in °C, and minutes off what the recipe aims at.</summary>
    public static IEnumerable<Measurement> Of(StepCompleted e)
    {
        if (e.Step is not ("first-boil" or "second-boil"))
        {
            yield break;
        }

        if (e.MeanCenticelsius is { } mean)
        {
            yield return new(Measures.BoilTemperature, e.CentreCode, e.Vessel, e.FinishedAt, mean / 100.0);
        }

        if (e.TargetMinutes is { } target)
        {
            yield return new(Measures.BoilTime, e.CentreCode, e.Vessel, e.FinishedAt, (e.FinishedAt - e.StartedAt).TotalMinutes - target);
        }
    }

    /// <summary>Mean difference of the measured bags from the volume asked, in %.</summary>
    public static IEnumerable<Measurement> Of(PackingChecked e)
    {
        if (e.AskedMillilitres > 0 && e.MeasuredMillilitres.Length > 0)
        {
            yield return new(
                Measures.FillVolume,
                e.CentreCode,
                e.Vessel,
                e.OccurredAt,
                (e.MeasuredMillilitres.Average() - e.AskedMillilitres) * 100 / e.AskedMillilitres
            );
        }
    }

    /// <summary>Minutes from the second check to the last bag.</summary>
    public static IEnumerable<Measurement> Of(DecoctionCompleted e)
    {
        if (e.CheckedAt is { } from && e.OccurredAt >= from)
        {
            yield return new(Measures.TurnRound, e.CentreCode, e.Urgent ? Urgent : "", e.OccurredAt, (e.OccurredAt - from).TotalMinutes);
        }
    }
}

/// <summary>Enters what was measured. The charts look at it afterwards: <see cref="ChartWatch"/>.</summary>
internal sealed class PointsOnEvents
    : IHandle<PrescriptionChecked>,
        IHandle<StepCompleted>,
        IHandle<PackingChecked>,
        IHandle<DecoctionCompleted>
{
    public Task HandleAsync(PrescriptionChecked e, Work work, CancellationToken cancellationToken) =>
        EnterAsync(work, e, Measuring.Of(e), cancellationToken);

    public Task HandleAsync(StepCompleted e, Work work, CancellationToken cancellationToken) =>
        EnterAsync(work, e, Measuring.Of(e), cancellationToken);

    public Task HandleAsync(PackingChecked e, Work work, CancellationToken cancellationToken) =>
        EnterAsync(work, e, Measuring.Of(e), cancellationToken);

    public Task HandleAsync(DecoctionCompleted e, Work work, CancellationToken cancellationToken) =>
        EnterAsync(work, e, Measuring.Of(e), cancellationToken);

    private static async Task EnterAsync(
        Work work,
        PrescriptionEvent e,
        IEnumerable<Measurement> measurements,
        CancellationToken cancellationToken
    )
    {
        foreach (var m in measurements)
        {
            await using var command = work.Command(
                """
                with chart as (
                    insert into quality.control_chart (chart_id, measure, centre_code, subject) values ($1, $2, $3, $4)
                    on conflict (measure, centre_code, subject) do nothing returning chart_id
                )
                insert into quality.control_point (chart_id, source_id, source_version, at, value, reference)
                select chart_id, $5, $6, $7, $8, $9 from (
                    select chart_id from chart
                    union all
                    select chart_id from quality.control_chart where measure = $2 and centre_code = $3 and subject = $4
                ) as c limit 1
                on conflict do nothing
                """,
                Guid.CreateVersion7(),
                m.Measure,
                m.CentreCode,
                m.Subject,
                e.AggregateId,
                e.Version,
                m.At.ToUniversalTime(),
                m.Value,
                e.HisNumber
            );
            if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
            {
                await AgainAsync(work, m, e, cancellationToken);
            }
        }
    }

    /// <summary>Known already, or another transaction made the chart a moment ago, which the statement above could not see yet.</summary>
    private static async Task AgainAsync(Work work, Measurement m, PrescriptionEvent e, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            insert into quality.control_point (chart_id, source_id, source_version, at, value, reference)
            select chart_id, $4, $5, $6, $7, $8 from quality.control_chart where measure = $1 and centre_code = $2 and subject = $3
            on conflict do nothing
            """,
            m.Measure,
            m.CentreCode,
            m.Subject,
            e.AggregateId,
            e.Version,
            m.At.ToUniversalTime(),
            m.Value,
            e.HisNumber
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
