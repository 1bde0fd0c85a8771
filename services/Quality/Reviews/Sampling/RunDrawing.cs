using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.CatalogueCopy;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Quality.Reviews.Sampling;

/// <summary>
/// Makes draws (抽样). The seed is random and is made when the draw is, so that nobody knows it beforehand; a draw is never repeated with
/// another one. Drawing again takes only what the plan still lacks, so that a second press of the button changes nothing.
/// </summary>
internal sealed class RunDrawing(NpgsqlDataSource database, EventExchange exchange, CurrentCatalogue catalogue, TimeProvider time)
{
    /// <summary>Idempotent by the caller's id.</summary>
    /// <returns>The draw, and whether it was made now. When nothing was due: the period's last draw.</returns>
    /// <exception cref="FaultException">The plan is not the caller's or stopped, the id is taken, or there is nothing to draw from.</exception>
    public async Task<(SamplingRun Run, bool Made)> DrawAsync(
        Guid runId,
        Guid planId,
        Months period,
        Person person,
        CancellationToken cancellationToken
    )
    {
        if (await FindAsync(runId, planId, period, person, cancellationToken) is { } made)
        {
            return (made, false);
        }

        var cutoff = await CutoffAsync(cancellationToken);
        await using var work = await exchange.BeginAsync(cancellationToken);
        var plan = await LockPlanAsync(work, planId, person, cancellationToken);
        // Sent twice at once: the other one has had the plan before.
        if (await FindAsync(runId, planId, period, person, cancellationToken) is { } meanwhile)
        {
            return (meanwhile, false);
        }

        var last = await LastAsync(work, planId, period, cancellationToken);
        var question = new PopulationQuestion(
            plan,
            period.From,
            period.Until,
            // Whoever was quicker has looked at more.
            Math.Max(cutoff, last?.Cutoff ?? 0),
            (last?.Sequence ?? 0) + 1,
            PlanRule.PiecesOf(plan.Topic, catalogue.Value)
        );
        var institutions = await Population.ReadAsync(work.Connection, question, cancellationToken);
        if (institutions.Count == 0)
        {
            throw QualityFaults.NothingToDraw.Exception("month");
        }

        var seed = RandomNumberGenerator.GetBytes(DrawKey.SeedBytes);
        // Institutions are drawn apart from each other.
        var parts = institutions
            .AsParallel()
            .WithCancellation(cancellationToken)
            .ToDictionary(i => i.Key, i => (i.Value.RegionCode, Draw.Of(i.Value.Candidates, plan.Rule, seed)), StringComparer.Ordinal);
        if (last is not null && parts.Values.All(p => p.Item2.Drawn == 0))
        {
            return (last, false);
        }

        var run = new SamplingRun(
            runId,
            planId,
            plan.Version,
            period.From,
            period.Until,
            question.Sequence,
            Convert.ToHexStringLower(seed),
            question.Cutoff,
            Draw.Algorithm,
            parts.Values.Sum(p => p.Item2.Population),
            parts.Values.Sum(p => p.Item2.Required),
            parts.Values.Sum(p => p.Item2.Drawn),
            Convert.ToHexStringLower(PopulationDigest.Over(parts.Select(p => (p.Key, p.Value.Item2.Population, p.Value.Item2.Digest)))),
            person.Name,
            time.GetUtcNow()
        )
        {
            Pieces = question.Pieces,
        };
        await WriteAsync(work, run, person, cancellationToken);
        await DrawnParts.WriteAsync(work.Connection, runId, parts, cancellationToken);
        Guid[] drawn = [.. parts.Values.SelectMany(p => p.Item2.Strata).SelectMany(s => s.Drawn)];
        await OpenReviewsAsync(work, run, drawn, plan, person, cancellationToken);
        await work.CommitAsync(cancellationToken);
        return (run, true);
    }

    /// <summary>In a transaction of its own, so that nobody's note of a prescription waits for the draw.</summary>
    private async Task<long> CutoffAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select quality.register_cutoff()");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task<SamplingRun?> FindAsync(Guid runId, Guid planId, Months period, Person person, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            select {SamplingStore.RunColumns}, p.owner_code from quality.review_run r
            join quality.review_plan p on p.plan_id = r.plan_id and p.version = r.plan_version where r.run_id = $1
            """
        );
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = runId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var run = SamplingStore.Run(reader);
        return
            run.PlanId == planId
            && run.PeriodFrom == period.From
            && run.PeriodUntil == period.Until
            && reader.GetString(16) == person.InstitutionCode
            ? run
            : throw QualityFaults.RunTaken.Exception("runId");
    }

    /// <summary>One draw of a plan at a time.</summary>
    private static async Task<SamplingPlan> LockPlanAsync(Work work, Guid planId, Person person, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            $"select {SamplingStore.PlanColumns} from quality.review_plan p where p.plan_id = $1 and p.current and p.owner_code = $2 for update",
            planId,
            person.InstitutionCode
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var plan = await reader.ReadAsync(cancellationToken)
            ? SamplingStore.Plan(reader)
            : throw QualityFaults.PlanNotFound.Exception("planId");
        return plan.Active ? plan : throw QualityFaults.PlanStopped.Exception("planId");
    }

    private static async Task<SamplingRun?> LastAsync(Work work, Guid planId, Months period, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            $"""
            select {SamplingStore.RunColumns} from quality.review_run r
            where r.plan_id = $1 and r.period_from = $2 and r.period_until = $3 order by r.sequence desc limit 1
            """,
            planId,
            period.From,
            period.Until
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? SamplingStore.Run(reader) : null;
    }

    private static async Task WriteAsync(Work work, SamplingRun run, Person person, CancellationToken cancellationToken)
    {
        await using var insert = work.Command(
            """
            insert into quality.review_run (run_id, plan_id, plan_version, period_from, period_until, sequence, seed, cutoff, algorithm, pieces,
                population, required, drawn, digest, drawn_by, drawn_name, drawn_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
            """,
            run.RunId,
            run.PlanId,
            run.PlanVersion,
            run.PeriodFrom,
            run.PeriodUntil,
            run.Sequence,
            run.SeedBytes,
            run.Cutoff,
            run.Algorithm
        );
        insert.Parameters.Add(
            new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text, Value = (object?)run.Pieces ?? DBNull.Value }
        );
        foreach (
            var value in new object[]
            {
                run.Population,
                run.Required,
                run.Drawn,
                Convert.FromHexString(run.Digest),
                person.Subject,
                person.Name,
                run.DrawnAt,
            }
        )
        {
            insert.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await insert.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A prescription that another plan has drawn before is reviewed once and counts for both.</summary>
    private static async Task OpenReviewsAsync(
        Work work,
        SamplingRun run,
        Guid[] drawn,
        SamplingPlan plan,
        Person person,
        CancellationToken cancellationToken
    )
    {
        await using var open = work.Command(
            """
            with opened as (
                insert into quality.review (prescription_id, institution_code, region_code, month, department_name, prescriber_code,
                    prescriber_name, received_at, drawn_at, review_days, answer_days, due_at)
                select p.prescription_id, p.institution_code, p.region_code, p.month, coalesce(p.department_name, ''),
                    coalesce(p.prescriber_code, ''), coalesce(p.prescriber_name, ''), p.received_at, $2, $3, $4, $2 + make_interval(days => $3)
                from unnest($1::uuid[]) as drawn (prescription_id) join quality.prescription p using (prescription_id)
                on conflict (prescription_id) do nothing returning prescription_id)
            insert into quality.review_history (prescription_id, number, act, actor, actor_name, actor_code, text, happened_at)
            select prescription_id, 1, 'drawn', $5, $6, $7, $8, $2 from opened
            """,
            // Not by the table just written, of which no statistics are known yet: these are looked up one by one.
            drawn,
            run.DrawnAt,
            plan.ReviewDays,
            plan.AnswerDays,
            person.Subject,
            person.Name,
            person.InstitutionCode,
            plan.NameZh
        );
        await open.ExecuteNonQueryAsync(cancellationToken);
    }
}
