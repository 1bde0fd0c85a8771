using System.Globalization;
using TcmBrain.Decoction.Recipes;
using TcmBrain.Decoction.Steps;

namespace TcmBrain.Decoction.Deviations;

/// <summary>What is wrong with times while a boil goes on, and with what had to be added in it. Pure.</summary>
public static class TimeRules
{
    public const string LateMissed = "add-late.missed";

    /// <summary>Of a boil that has not ended: it is over its time, or the time for what is added late has passed.</summary>
    /// <param name="actions">What was added in it: handling and when.</param>
    public static IEnumerable<Deviation> Running(
        Recipe recipe,
        StepRecord step,
        IReadOnlyDictionary<string, DateTimeOffset> actions,
        DateTimeOffset now
    )
    {
        // A room that reported the start an hour late may report the end as late.
        var elapsed = now - step.Lag - step.StartedAt;
        var limit = step.Step switch
        {
            Step.FirstBoil => recipe.FirstBoil,
            Step.SecondBoil => recipe.SecondBoil,
            _ => null,
        };
        if (limit is null)
        {
            yield break;
        }

        if (limit.Maximum is { } most && elapsed > TimeSpan.FromMinutes(most))
        {
            yield return new Deviation(
                step.Step,
                limit.Source.RuleId,
                $"{step.Step.NameZh()}已超过 {most} 分钟仍未结束({limit.Source.Clause})",
                $"{step.Step.Name()} goes on beyond {most} minutes ({limit.Source.Clause})"
            );
        }

        if (
            step.Step == Step.FirstBoil
            && Late(recipe) is { } late
            && !actions.ContainsKey(late.Handling)
            && elapsed > TimeSpan.FromMinutes(LatestMinute(recipe, late))
        )
        {
            yield return Missed(late);
        }
    }

    /// <summary>Of a first boil that has ended.</summary>
    public static IEnumerable<Deviation> Ended(Recipe recipe, StepRecord step, IReadOnlyDictionary<string, DateTimeOffset> actions)
    {
        if (step is not { Step: Step.FirstBoil, FinishedAt: { } end } || Late(recipe) is not { } late)
        {
            yield break;
        }

        if (!actions.TryGetValue(late.Handling, out var added))
        {
            yield return Missed(late);
        }
        else if (late.Limit is { } limit && !limit.Allows(end - added))
        {
            yield return new Deviation(
                Step.FirstBoil,
                "add-late.time",
                $"后下在头煎结束前 {Minutes(end - added)} 分钟,应为 {limit} 分钟({limit.Source.Clause})",
                $"added late {Minutes(end - added)} minutes before the end instead of {limit} ({limit.Source.Clause})"
            );
        }
    }

    /// <summary>急煎: from the check of the dispensing to the last bag within two hours.</summary>
    public static readonly TimeSpan Rush = TimeSpan.FromMinutes(120);

    public static Deviation? RushLate(bool urgent, DateTimeOffset checkedAt, DateTimeOffset packedAt) =>
        urgent && packedAt - checkedAt > Rush
            ? new Deviation(
                Step.Packing,
                "rush.late",
                $"急煎用时 {Minutes(packedAt - checkedAt)} 分钟,应在 120 分钟内(《医疗机构中药煎药室管理规范》)",
                $"the rush took {Minutes(packedAt - checkedAt)} minutes instead of 120 (Regulation on Decoction Rooms)"
            )
            : null;

    private static RecipeMoment? Late(Recipe recipe) => recipe.Moments.FirstOrDefault(m => m.Handling == Timeline.Late);

    /// <summary>The latest minute at which it still has its minimum, should the boil end at its own latest.</summary>
    private static int LatestMinute(Recipe recipe, RecipeMoment late) =>
        (recipe.FirstBoil.Maximum ?? recipe.FirstBoil.Target) - (late.Limit?.Minimum ?? 0);

    private static Deviation Missed(RecipeMoment late) =>
        new(
            Step.FirstBoil,
            LateMissed,
            $"后下({string.Join("、", late.Pieces)})未加入或未记录({late.Limit?.Source.Clause})",
            $"{string.Join(", ", late.Pieces)} not added late, or not recorded ({late.Limit?.Source.Clause})"
        );

    private static string Minutes(TimeSpan time) => time.TotalMinutes.ToString("0.#", CultureInfo.InvariantCulture);
}
