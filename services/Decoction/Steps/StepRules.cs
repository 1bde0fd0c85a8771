using System.Globalization;
using TcmBrain.Decoction.Recipes;

namespace TcmBrain.Decoction.Steps;

/// <summary>A boil that was not as the recipe demands: recorded and told, not refused, for it has happened.</summary>
public sealed record Deviation(Step Step, string RuleId, string TextZh, string TextEn);

/// <summary>
/// Whether a reported start or end fits what is on record. Pure; every refusal is a coded fault. True: it is new and to be recorded;
/// false: it was reported before, with the same times, and nothing changes.
/// </summary>
public static class StepRules
{
    /// <param name="moved">The vessel broke: the pieces go on in another.</param>
    public static bool MayStart(IReadOnlyList<StepRecord> record, Step step, string vessel, DateTimeOffset startedAt, bool moved = false)
    {
        if (record.FirstOrDefault(r => r.Step == step) is { } same)
        {
            return same.StartedAt == startedAt && same.Vessel == vessel
                ? false
                : throw DecoctionFaults.AlreadyStarted.Exception("startedAt", step.Name(), same.StartedAt.Text());
        }

        if (step == Step.Soaking)
        {
            return true;
        }

        var previous = record.FirstOrDefault(r => r.Step == step - 1);
        if (previous?.FinishedAt is not { } previousEnd)
        {
            throw DecoctionFaults.OutOfOrder.Exception("step", step.Name(), (step - 1).Name());
        }

        if (previous.Vessel != vessel && !moved)
        {
            throw DecoctionFaults.OtherVessel.Exception("vessel", previous.Vessel);
        }

        return startedAt >= previousEnd
            ? true
            : throw DecoctionFaults.BeforePreviousEnd.Exception("startedAt", step.Name(), previousEnd.Text());
    }

    public static bool MayFinish(Recipe recipe, IReadOnlyList<StepRecord> record, Step step, DateTimeOffset finishedAt)
    {
        if (record.FirstOrDefault(r => r.Step == step) is not { } open)
        {
            throw DecoctionFaults.NotStarted.Exception("step", step.Name());
        }

        if (open.FinishedAt is { } end)
        {
            return end == finishedAt ? false : throw DecoctionFaults.AlreadyFinished.Exception("finishedAt", step.Name(), end.Text());
        }

        if (finishedAt <= open.StartedAt)
        {
            throw DecoctionFaults.FinishBeforeStart.Exception("finishedAt", finishedAt.Text(), open.StartedAt.Text());
        }

        // The pieces are still in the water: it can go on soaking, so this is refused and not merely noted.
        if (step == Step.Soaking && !recipe.Soak.Allows(finishedAt - open.StartedAt))
        {
            throw DecoctionFaults.SoakTooShort.Exception(
                "finishedAt",
                Minutes(finishedAt - open.StartedAt),
                recipe.Soak.Minimum,
                recipe.Soak.Source.Clause
            );
        }

        return true;
    }

    /// <summary>What is wrong with a finished step's time.</summary>
    public static IEnumerable<Deviation> Deviations(Recipe recipe, IReadOnlyList<StepRecord> record, StepRecord finished)
    {
        var limit = finished.Step switch
        {
            Step.FirstBoil => recipe.FirstBoil,
            Step.SecondBoil => recipe.SecondBoil,
            _ => null,
        };
        if (limit is null || finished.Duration is not { } duration)
        {
            yield break;
        }

        if (!limit.Allows(duration))
        {
            yield return new Deviation(
                finished.Step,
                limit.Source.RuleId,
                $"{finished.Step.NameZh()} {Minutes(duration)} 分钟,应为 {limit} 分钟({limit.Source.Clause})",
                $"{finished.Step.Name()} took {Minutes(duration)} minutes instead of {limit} ({limit.Source.Clause})"
            );
        }

        if (
            finished.Step == Step.SecondBoil
            && record.FirstOrDefault(r => r.Step == Step.FirstBoil)?.Duration is { } first
            && duration >= first
        )
        {
            yield return new Deviation(
                finished.Step,
                "second-boil.shorter",
                $"二煎 {Minutes(duration)} 分钟,不短于头煎 {Minutes(first)} 分钟({recipe.SecondBoil.Source.Clause})",
                $"second-boil took {Minutes(duration)} minutes, not less than the first boil's {Minutes(first)} ({recipe.SecondBoil.Source.Clause})"
            );
        }
    }

    private static string Minutes(TimeSpan duration) => duration.TotalMinutes.ToString("0.#", CultureInfo.InvariantCulture);
}
