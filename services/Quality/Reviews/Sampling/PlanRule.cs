using TcmBrain.Knowledge;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Quality.Reviews.Sampling;

/// <summary>A plan as somebody asks for it.</summary>
public sealed record PlanRequest(
    string? Kind,
    string? NameZh,
    string? NameEn,
    string? Setting,
    int? SharePermyriad,
    int? Minimum,
    bool? ByDepartment,
    bool? ByPrescriber,
    Topic? Topic,
    int? ReviewDays,
    int? AnswerDays,
    bool? Active,
    string? Reason
);

/// <summary>A routine plan may ask for more than the regulation and never for less; a topic narrows something. Pure.</summary>
public static class PlanRule
{
    private const int LongestName = 100;
    private const int LongestReason = 500;
    public const int ReviewDays = 14;
    public const int AnswerDays = 7;

    /// <exception cref="FaultException">Every fault is named.</exception>
    public static void Check(PlanRequest plan, SamplingRegulation regulation, Catalogue catalogue)
    {
        var faults = new FaultList();
        var routine = plan.Kind == SamplingPlan.Routine;
        faults.Require(routine || plan.Kind == SamplingPlan.Special, QualityFaults.NotAChoice, "kind", plan.Kind ?? "");
        Text(faults, plan.NameZh, "nameZh", LongestName);
        Text(faults, plan.NameEn, "nameEn", LongestName);
        Text(faults, plan.Reason, "reason", LongestReason);
        faults.Require(
            plan.Setting is "outpatient" or "inpatient" || (!routine && plan.Setting == "any"),
            QualityFaults.NotAChoice,
            "setting",
            plan.Setting ?? ""
        );
        faults.Require(plan.SharePermyriad is >= 1 and <= 10_000, QualityFaults.OutOfRange, "sharePermyriad", 1, 10_000);
        faults.Require(plan.Minimum is >= 1 and <= 100_000, QualityFaults.OutOfRange, "minimum", 1, 100_000);
        faults.Require(plan.ReviewDays is null or (>= 1 and <= 90), QualityFaults.OutOfRange, "reviewDays", 1, 90);
        faults.Require(plan.AnswerDays is null or (>= 1 and <= 90), QualityFaults.OutOfRange, "answerDays", 1, 90);
        if (routine && plan.Setting is "outpatient" or "inpatient")
        {
            var (share, minimum) = (regulation.SharePermyriad(plan.Setting), regulation.Minimum(plan.Setting));
            faults.Require(plan.SharePermyriad >= share, QualityFaults.BelowRegulation, "sharePermyriad", share);
            faults.Require(plan.Minimum >= minimum, QualityFaults.BelowRegulation, "minimum", minimum);
            faults.Require(plan.Topic is null, QualityFaults.RoutineHasTopic, "topic");
        }

        if (plan.Kind == SamplingPlan.Special)
        {
            Narrowing(faults, plan.Topic, catalogue);
        }

        faults.ThrowIfAny();
    }

    /// <summary>What pieces a topic asks for; null when it asks for none in particular.</summary>
    public static string[]? PiecesOf(Topic? topic, Catalogue catalogue)
    {
        if (topic is not { Pieces.Length: > 0 } && topic?.Toxicity is null)
        {
            return null;
        }

        var pieces = catalogue.Herbs.Where(h => IsToxic(h, topic.Toxicity)).Select(h => h.Name);
        return [.. pieces.Concat(topic.Pieces ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    private static bool IsToxic(Herb herb, string? toxicity) =>
        toxicity switch
        {
            "small" => herb.Toxicity >= Toxicity.Small,
            "toxic" => herb.Toxicity >= Toxicity.Toxic,
            "very" => herb.Toxicity >= Toxicity.Very,
            "controlled" => herb.Regulation == Regulation.ControlledToxic,
            _ => false,
        };

    private static void Narrowing(FaultList faults, Topic? topic, Catalogue catalogue)
    {
        if (topic is not { Narrows: true })
        {
            faults.Add(QualityFaults.TopicMissing, "topic");
            return;
        }

        faults.Require(
            topic.Toxicity is null || Topic.Toxicities.Contains(topic.Toxicity),
            QualityFaults.NotAChoice,
            "topic.toxicity",
            topic.Toxicity ?? ""
        );
        for (var i = 0; i < (topic.Pieces?.Length ?? 0); i++)
        {
            var piece = topic.Pieces![i];
            faults.Require(catalogue.Find(piece)?.Name == piece, QualityFaults.UnknownPiece, $"topic.pieces[{i}]", piece);
        }
    }

    private static void Text(FaultList faults, string? text, string field, int longest)
    {
        faults.Require(!string.IsNullOrWhiteSpace(text), QualityFaults.Missing, field);
        faults.Require((text?.Length ?? 0) <= longest, QualityFaults.TooLong, field, longest);
    }
}
