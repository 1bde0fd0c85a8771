using System.Collections.Concurrent;
using System.Collections.Frozen;
using Npgsql;
using TcmBrain.Decoction.Deviations;
using TcmBrain.Decoction.Jobs;
using TcmBrain.Decoction.Recipes;
using TcmBrain.Decoction.Steps;
using TcmBrain.Decoction.Telemetry;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Decoction;

/// <summary>
/// Watches every boil that goes on: its time, what has to be added late, and any reading that looks wrong. It keeps nothing of its own: all
/// it decides from is on record, so it goes on after a power cut where it was.
/// </summary>
internal sealed partial class RoomWatch(
    NpgsqlDataSource database,
    EventExchange exchange,
    RoomSignal signal,
    TimeProvider time,
    ILogger<RoomWatch> logger
) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>A reading this old was kept back; what it belongs to may have ended.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<int, VesselReading> latest = new();
    private readonly ConcurrentDictionary<Guid, byte> suspects = new();
    private readonly ConcurrentDictionary<int, (DateTimeOffset From, DateTimeOffset Until)> late = new();
    private volatile FrozenDictionary<int, Boil> boils = FrozenDictionary<int, Boil>.Empty;

    /// <param name="Since">Its last reading; its beginning where there must be one and is none; null: it is not measured.</param>
    /// <param name="Gap">The gap that lasts, as it is on record.</param>
    private sealed record Boil(
        Guid PrescriptionId,
        Recipe Recipe,
        StepRecord Step,
        IReadOnlyDictionary<string, DateTimeOffset> Actions,
        DateTimeOffset? Since,
        LastingGap? Gap,
        bool Broken
    );

    /// <summary>The vessel's latest reading since this process began; null when there is none.</summary>
    public VesselReading? LatestOf(int vesselId) => latest.TryGetValue(vesselId, out var reading) ? reading : null;

    /// <summary>Told of what was stored, after it was.</summary>
    public void Stored(string centreCode, IReadOnlyList<VesselReading> readings)
    {
        if (readings.Count == 0)
        {
            return;
        }

        var (running, lateBefore) = (boils, time.GetUtcNow() - Late);
        foreach (var reading in readings)
        {
            latest.AddOrUpdate(reading.VesselId, reading, (_, known) => reading.TakenAt >= known.TakenAt ? reading : known);
            if (reading.TakenAt < lateBefore)
            {
                var taken = reading.TakenAt;
                late.AddOrUpdate(
                    reading.VesselId,
                    (taken, taken),
                    (_, span) => (taken < span.From ? taken : span.From, taken > span.Until ? taken : span.Until)
                );
            }
            else if (
                running.TryGetValue(reading.VesselId, out var boil)
                && CurveRules.IsSuspicious(boil.Recipe, reading.Centicelsius, reading.PressurePascal)
            )
            {
                suspects[boil.PrescriptionId] = 0;
            }
        }

        signal.Measured(centreCode);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunAsync(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                LogPutOff(e.Message);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(Look, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One look at everything.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await LearnAsync(cancellationToken);
        var now = time.GetUtcNow();
        foreach (var boil in boils.Values)
        {
            if (TimeRules.Running(boil.Recipe, boil.Step, boil.Actions, now).Any())
            {
                suspects[boil.PrescriptionId] = 0;
            }
        }

        await WatchGapsAsync(now, cancellationToken);
        foreach (var (vesselId, span) in late.ToArray())
        {
            if (late.TryRemove(new KeyValuePair<int, (DateTimeOffset, DateTimeOffset)>(vesselId, span)))
            {
                foreach (var prescriptionId in await HeldAsync(vesselId, span.From, span.Until, cancellationToken))
                {
                    suspects[prescriptionId] = 0;
                }
            }
        }

        foreach (var prescriptionId in suspects.Keys)
        {
            suspects.TryRemove(prescriptionId, out _);
            await CheckAsync(prescriptionId, cancellationToken);
        }
    }

    /// <summary>Looks at the whole of a job as it is on record, and raises what is wrong and not raised yet.</summary>
    private async Task CheckAsync(Guid prescriptionId, CancellationToken cancellationToken)
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        if (
            await JobStore.LockAsync(work, prescriptionId, centreCode: null, cancellationToken) is not { Recipe: { } recipe } job
            || job.State is JobStates.Scrapped or JobStates.Shipped or JobStates.Delivered
        )
        {
            return;
        }

        var now = time.GetUtcNow();
        var raised = false;
        foreach (var boil in job.Steps.Where(s => s.Step.IsBoil()).ToList())
        {
            var found = (IEnumerable<Deviation>)await CurveCheck.OfAsync(work, job, recipe, boil, now, whole: false, cancellationToken);
            if (boil.FinishedAt is null)
            {
                found = found.Concat(TimeRules.Running(recipe, boil, job.Actions, now));
            }

            foreach (var deviation in found)
            {
                raised |= await DeviationStore.RaiseAsync(work, job, deviation, now.Stored(), holds: true, cancellationToken);
            }
        }

        if (raised)
        {
            await JobStore.SaveAsync(work, job, cancellationToken);
            await work.CommitAsync(cancellationToken);
            signal.Changed(job.CentreCode);
        }
    }

    private async Task LearnAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select s.vessel_id, s.prescription_id, j.recipe, s.step, v.name, s.started_at, s.attempt, s.recorded_at,
                   array(select a.handling from decoction.step_action a
                         where a.prescription_id = s.prescription_id and a.attempt = s.attempt
                           and a.superseded_by is null and a.done_at is not null),
                   coalesce(
                       greatest(
                           (select max(r.taken_at) from decoction.reading r where r.vessel_id = s.vessel_id and r.taken_at >= s.started_at),
                           (select max(c.last_at) from decoction.reading_chunk c where c.vessel_id = s.vessel_id and c.last_at >= s.started_at)),
                       case when v.instrumented then s.started_at end),
                   g.from_at, g.raised_at is not null, v.broken_at is not null
            from decoction.step s join decoction.job j using (prescription_id) join decoction.vessel v on v.vessel_id = s.vessel_id
            left join decoction.curve_gap g
                on (g.prescription_id, g.step, g.attempt) = (s.prescription_id, s.step, s.attempt) and g.until_at is null
            where s.finished_at is null and s.superseded_by is null and s.step in ('first-boil', 'second-boil') and j.state = 'decocting'
            """
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new Dictionary<int, Boil>();
        while (await reader.ReadAsync(cancellationToken))
        {
            StepName.TryParse(reader.GetString(3), out var step);
            found[reader.GetInt32(0)] = new Boil(
                reader.GetGuid(1),
                StoredJson.Read<Recipe>(reader.GetString(2)),
                new StepRecord(step, reader.GetString(4), reader.GetFieldValue<DateTimeOffset>(5), null)
                {
                    Attempt = reader.GetInt32(6),
                    RecordedAt = reader.GetFieldValue<DateTimeOffset>(7),
                },
                (await reader.GetFieldValueAsync<string[]>(8, cancellationToken)).ToDictionary(h => h, _ => DateTimeOffset.MinValue),
                reader.MomentAt(9),
                reader.MomentAt(10) is { } from ? new LastingGap(from, reader.GetBoolean(11)) : null,
                reader.GetBoolean(12)
            );
        }

        boils = found.ToFrozenDictionary();
    }

    private async Task<List<Guid>> HeldAsync(int vesselId, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "select prescription_id from decoction.occupation where vessel_id = $1 and period && tstzrange($2, $3, '[]')"
        );
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = vesselId });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = from });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = until });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var held = new List<Guid>();
        while (await reader.ReadAsync(cancellationToken))
        {
            held.Add(reader.GetGuid(0));
        }

        return held;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The watch over the room looks again later: {Reason}")]
    private partial void LogPutOff(string reason);
}
