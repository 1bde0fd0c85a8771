using TcmBrain.Contracts;

namespace TcmBrain.Quality.Nonconformities;

/// <summary>How long each stage may take, by severity: a row of Data/capa_terms.csv. Days.</summary>
/// <param name="CheckAfterDays">How long the actions have to have been at work before anybody can say that they help.</param>
/// <param name="EscalateDays">After the first level was told, until the second is.</param>
/// <param name="Mark">M: expert default that has to be confirmed.</param>
public sealed record CapaTerms(
    string Severity,
    int ContainDays,
    int AnalyseDays,
    int PlanDays,
    int CheckAfterDays,
    int CheckDays,
    int EscalateDays,
    bool CauseRequired,
    bool ActionRequired,
    string Source,
    string Mark
)
{
    public static IReadOnlyDictionary<string, CapaTerms> Load() =>
        EmbeddedTable.Read<CapaTerms>("capa_terms.csv").ToDictionary(t => t.Severity);
}

/// <summary>A corrective or preventive action as far as the stage depends on it.</summary>
public readonly record struct CapaAction(DateOnly DueOn, DateTimeOffset AddedAt, DateTimeOffset? DoneAt);

/// <summary>What was done about a nonconformity so far.</summary>
/// <param name="IneffectiveAt">The last check that found it not dealt with: what was found and done before no longer counts.</param>
public sealed record CapaFacts(
    DateTimeOffset OpenedAt,
    DateTimeOffset? ContainedAt,
    DateTimeOffset? CauseAt,
    DateTimeOffset? IneffectiveAt,
    IReadOnlyList<CapaAction> Actions,
    DateTimeOffset? ClosedAt = null
);

/// <summary>Where a nonconformity stands, until when that may last, and from when its effect may be checked.</summary>
public sealed record CapaStage(string Stage, DateTimeOffset DueAt, DateTimeOffset? CheckFrom);

/// <summary>The stages of dealing with a nonconformity (处置阶段), from what was done. Pure.</summary>
public static class CapaRule
{
    public const string Open = "open";
    public const string Analysis = "analysis";
    public const string Action = "action";
    public const string Check = "check";
    public const string Closed = "closed";

    public static readonly IReadOnlyList<string> Stages = [Open, Analysis, Action, Check, Closed];
    public static readonly IReadOnlyList<string> Severities = ["minor", "major", "critical"];

    public static CapaStage StageOf(CapaFacts facts, CapaTerms terms)
    {
        if (facts.ClosedAt is { } closed)
        {
            return new(Closed, closed, null);
        }

        if (facts.ContainedAt is not { } contained)
        {
            return new(Open, facts.OpenedAt.AddDays(terms.ContainDays), null);
        }

        var again = facts.IneffectiveAt;
        var since = again is { } found && found > contained ? found : contained;
        var cause = facts.CauseAt is { } at && (again is null || at > again) ? facts.CauseAt : null;
        if (cause is null && (terms.CauseRequired || again is not null))
        {
            return new(Analysis, since.AddDays(terms.AnalyseDays), null);
        }

        var counting = facts.Actions.Where(a => again is null || a.AddedAt > again || a.DoneAt is null).ToList();
        if (counting.Count == 0 && (terms.ActionRequired || again is not null))
        {
            return new(Action, (cause ?? since).AddDays(terms.PlanDays), null);
        }

        if (counting.Any(a => a.DoneAt is null))
        {
            var first = counting.Where(a => a.DoneAt is null).Min(a => a.DueOn);
            return new(Action, RegionTime.StartOf(first.AddDays(1)), null);
        }

        var done = counting.Select(a => a.DoneAt!.Value).Append(cause ?? since).Max();
        var from = done.AddDays(terms.CheckAfterDays);
        return new(Check, from.AddDays(terms.CheckDays), from);
    }

    /// <summary>To whom an overdue stage goes next, and when after that; null: the last level knows already.</summary>
    public static (int Level, DateTimeOffset? Next) Escalate(int escalated, DateTimeOffset now, CapaTerms terms) =>
        escalated == 0 ? (1, now.AddDays(terms.EscalateDays)) : (2, null);
}
