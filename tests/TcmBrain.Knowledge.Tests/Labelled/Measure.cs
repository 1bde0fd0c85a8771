using TcmBrain.Prescriptions.Audit;

namespace TcmBrain.Knowledge.Tests.Labelled;

/// <summary>How the audit does on the labelled set, counted by rule and case: every rule that speaks or is silent is one answer.</summary>
/// <param name="Wrong">Each case that is answered otherwise than labelled, in words.</param>
public sealed record Measure(int Hits, int Missed, int Silent, int FalseAlarms, IReadOnlyList<string> Wrong)
{
    public double Sensitivity => (double)Hits / (Hits + Missed);

    public double Specificity => (double)Silent / (Silent + FalseAlarms);

    public static Measure Of(PrescriptionAuditor auditor, IEnumerable<LabelledCase> cases)
    {
        var (hits, missed, silent, alarms) = (0, 0, 0, 0);
        var wrong = new List<string>();
        foreach (var labelled in cases)
        {
            var request = labelled.Request;
            var spoke = auditor.Audit(in request).Findings.Select(x => x.RuleId).ToHashSet(StringComparer.Ordinal);
            var right = spoke.Count(labelled.Expected.Contains);
            hits += right;
            missed += labelled.Expected.Count - right;
            alarms += spoke.Count - right;
            silent += auditor.Policy.Rules.Length - labelled.Expected.Count - (spoke.Count - right);
            if (!spoke.SetEquals(labelled.Expected))
            {
                wrong.Add(
                    $"{labelled.Id} {labelled.About}: missed [{string.Join(' ', labelled.Expected.Except(spoke))}], alarmed [{string.Join(' ', spoke.Except(labelled.Expected))}]"
                );
            }
        }
        return new(hits, missed, silent, alarms, wrong);
    }
}
