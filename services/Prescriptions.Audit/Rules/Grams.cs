using System.Globalization;

namespace TcmBrain.Prescriptions.Audit.Rules;

internal static class Grams
{
    /// <summary>Milligrams as grams, without trailing zeros.</summary>
    public static string Of(long milligrams) => (milligrams / 1000m).ToString("0.###", CultureInfo.InvariantCulture) + " g";
}
