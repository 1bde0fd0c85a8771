using TcmBrain.Decoction.Deviations;
using TcmBrain.Decoction.Recipes;

namespace TcmBrain.Decoction.Steps;

/// <summary>What is added within a boil (后下), and what is made beside it and joined before packing (另煎, 烊化).</summary>
internal sealed partial class StepSession
{
    /// <param name="startedAt">另煎: when it went on the fire; alone it reports the beginning, and may then be left out at the end.</param>
    /// <param name="doneAt">Null: only begun.</param>
    /// <returns>Whether anything was new, with the deviations that came to light.</returns>
    public async Task<(bool Recorded, IReadOnlyList<Deviation> Deviations)> AddAsync(
        string? handling,
        DateTimeOffset? startedAt,
        DateTimeOffset? doneAt,
        CancellationToken cancellationToken
    )
    {
        var moment =
            recipe.Moments.FirstOrDefault(m => m.Handling == handling)
            ?? throw DecoctionFaults.UnknownAction.Exception("handling", handling ?? "");
        var recorded = false;
        if (startedAt is not null && moment.Handling == Joining.Apart)
        {
            recorded = await BeginAsync(moment.Handling, startedAt.Reported("startedAt", now), cancellationToken);
            if (doneAt is null)
            {
                return (recorded, []);
            }
        }

        var at = doneAt.Reported("doneAt", now);
        if (job.Actions.TryGetValue(moment.Handling, out var known))
        {
            return known == at ? (recorded, []) : throw DecoctionFaults.AlreadyStarted.Exception("doneAt", moment.Handling, known.Text());
        }

        RequirePlace(moment, at);
        await ActionStore.DoneAsync(work, job, moment.Handling, at, worker, cancellationToken);
        changed = true;
        await RemedyAsync(moment.Handling, at, cancellationToken);
        if (
            job.Begun.TryGetValue(moment.Handling, out var begun)
            && Joining.TooShort(moment, at - begun) is { } tooShort
            && await DeviationStore.RaiseAsync(
                work,
                job,
                tooShort,
                at,
                holds: true,
                cancellationToken,
                await TryAsync(tooShort.RuleId, cancellationToken)
            )
        )
        {
            return (true, [tooShort]);
        }

        return (true, []);
    }

    private async Task<bool> BeginAsync(string handling, DateTimeOffset at, CancellationToken cancellationToken)
    {
        if (job.Begun.TryGetValue(handling, out var begun))
        {
            return begun == at ? false : throw DecoctionFaults.AlreadyStarted.Exception("startedAt", handling, begun.Text());
        }

        if (at < job.CheckedAt - Moment.Tolerance)
        {
            throw DecoctionFaults.BeforeCheck.Exception("startedAt", job.CheckedAt.Text());
        }

        RequireNotPacked(handling);
        await ActionStore.StartAsync(work, job, handling, at, worker, cancellationToken);
        changed = true;
        return true;
    }

    /// <exception cref="ServiceDefaults.Faults.FaultException">It cannot have been done at that time.</exception>
    private void RequirePlace(RecipeMoment moment, DateTimeOffset at)
    {
        var boil = job.Steps.FirstOrDefault(s => s.Step == Step.FirstBoil);
        if (moment.Handling == Timeline.Late && (boil is null || at < boil.StartedAt || at > (boil.FinishedAt ?? DateTimeOffset.MaxValue)))
        {
            throw DecoctionFaults.ActionOutsideBoil.Exception("doneAt", moment.Handling);
        }

        if (moment.Anchor is MomentAnchor.Apart or MomentAnchor.AfterStraining && moment.MustConfirm)
        {
            RequireNotPacked(moment.Handling);
        }

        if (moment.Anchor == MomentAnchor.Apart && moment.MustConfirm)
        {
            if (!job.Begun.TryGetValue(moment.Handling, out var begun))
            {
                throw DecoctionFaults.Missing.Exception("startedAt");
            }

            if (at <= begun)
            {
                throw DecoctionFaults.FinishBeforeStart.Exception("doneAt", at.Text(), begun.Text());
            }
        }

        if (moment.Anchor == MomentAnchor.AfterStraining && moment.MustConfirm)
        {
            var strained = job.Steps.FirstOrDefault(s => s.Step == Step.SecondBoil)?.FinishedAt;
            if (strained is null || at < strained)
            {
                throw DecoctionFaults.NotStrained.Exception("doneAt", moment.Handling);
            }
        }
    }

    private void RequireNotPacked(string handling)
    {
        if (job.Steps.Any(s => s.Step == Step.Packing))
        {
            throw DecoctionFaults.PackedAlready.Exception("handling", handling);
        }
    }

    /// <summary>
    /// Nothing is packed that lacks what the recipe joins to it. What lacks is raised and kept, though the start is refused: a named person
    /// may let it go, or it is done after all.
    /// </summary>
    private async Task RequireJoinedAsync(DateTimeOffset at, CancellationToken cancellationToken)
    {
        var missing = Joining.Missing(recipe, job.Settled);
        if (missing.Count == 0)
        {
            return;
        }

        foreach (var moment in missing)
        {
            var missed = Joining.Missed(moment);
            changed |= await DeviationStore.RaiseAsync(
                work,
                job,
                missed,
                at,
                holds: true,
                cancellationToken,
                await TryAsync(missed.RuleId, cancellationToken)
            );
        }

        await CommitAsync(cancellationToken);
        throw DecoctionFaults.NotJoined.Exception(
            "step",
            string.Join("; ", missing.Select(m => $"{m.Handling} {string.Join("、", m.Pieces)}"))
        );
    }

    /// <summary>Done after all: nothing waits for a decision on it any more. That it was missing stays on record.</summary>
    private async Task RemedyAsync(string handling, DateTimeOffset at, CancellationToken cancellationToken)
    {
        if (!Joining.Needed(recipe).Any(m => m.Handling == handling))
        {
            return;
        }

        await using var update = work.Command(
            """
            update decoction.deviation set holds = false, ended_at = $3
            where prescription_id = $1 and rule_id = $2 and decision is null and holds
            """,
            job.PrescriptionId,
            Joining.MissedRule(handling),
            at
        );
        job.OpenHolds -= await update.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Which try at it a deviation is about: one more for each that a named person ordered to be done again.</summary>
    private async Task<int> TryAsync(string ruleId, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            "select count(*)::int + 1 from decoction.deviation where prescription_id = $1 and rule_id = $2 and decision = 'rework'",
            job.PrescriptionId,
            ruleId
        );
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
