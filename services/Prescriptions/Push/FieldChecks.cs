using Google.Protobuf.WellKnownTypes;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Prescriptions.Push;

/// <summary>What any field may be asked.</summary>
internal static class FieldChecks
{
    public static void Text(this FaultList faults, string text, string field, int longest, bool required)
    {
        if (required && string.IsNullOrWhiteSpace(text))
        {
            faults.Add(PrescriptionsFaults.Missing, field);
        }
        else if (text.Length > longest)
        {
            faults.Add(PrescriptionsFaults.TooLong, field, longest);
        }
        else if (HasControl(text))
        {
            faults.Add(PrescriptionsFaults.ControlCharacters, field);
        }
    }

    /// <summary>What <see cref="Text"/> finds nothing wrong with.</summary>
    public static bool IsText(string text, int longest, bool required) =>
        text.Length <= longest && !HasControl(text) && !(required && string.IsNullOrWhiteSpace(text));

    public static void Range(this FaultList faults, int value, string field, int least, int most) =>
        faults.Require(value >= least && value <= most, PrescriptionsFaults.OutOfRange, field, least, most);

    public static bool IsInstant(Timestamp? t) => t is { Seconds: > 0 and < 253_402_300_800, Nanos: >= 0 and < 1_000_000_000 };

    private static bool HasControl(string text)
    {
        foreach (var c in text)
        {
            if (char.IsControl(c))
            {
                return true;
            }
        }

        return false;
    }
}
