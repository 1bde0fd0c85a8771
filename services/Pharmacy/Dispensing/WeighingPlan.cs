using TcmBrain.Contracts.Events;
using TcmBrain.Knowledge;

namespace TcmBrain.Pharmacy.Dispensing;

/// <summary>One movement of the hand: so much of a lot for one dose of a line.</summary>
internal sealed record WeighingStep(int Dose, Guid LotId, string LotNumber, long Milligrams);

/// <summary>
/// In which steps a line is weighed dose by dose: the lots set aside are used up in their order, so that a dose at the end of one lot is made up from the
/// next. Pure.
/// </summary>
internal static class WeighingPlan
{
    public static IReadOnlyList<WeighingStep> Of(PrescriptionLine line, int doses, IEnumerable<Portion> portions)
    {
        var steps = new List<WeighingStep>(doses + 1);
        var perDose = line.PerDose.Milligrams;
        var (dose, left) = (1, perDose);
        foreach (var portion in portions)
        {
            for (var rest = portion.Allocated; rest > 0 && dose <= doses; )
            {
                var part = Math.Min(rest, left);
                steps.Add(new WeighingStep(dose, portion.LotId, portion.LotNumber, part));
                rest -= part;
                left -= part;
                if (left == 0)
                {
                    dose++;
                    left = perDose;
                }
            }
        }

        return steps;
    }

    /// <summary>The words of a line's handling that ask for a bag of its own (另包): 先煎、后下、包煎、另煎、烊化、冲服; empty when none does.</summary>
    public static string ApartAs(string handling) => HandlingText.Format(HandlingText.Parse(handling) & ~Handling.Raw);

    /// <summary>What stands on the bag that is packed apart, to be scanned back.</summary>
    public static string LabelOf(Guid prescription, int attempt, int nth) =>
        $"P{Convert.ToHexString(prescription.ToByteArray(bigEndian: true)[^6..])}-{attempt}{(char)('A' + nth)}";
}
