using System.Text;
using System.Text.RegularExpressions;

namespace TcmBrain.Decoction.Parcels;

/// <summary>Proof of delivery as it is kept (签收凭证).</summary>
internal static partial class Receipts
{
    private static readonly string[] Relations = ["self", "family", "proxy", "desk"];

    /// <exception cref="ServiceDefaults.Faults.FaultException">DEC-0707, DEC-0708</exception>
    /// <param name="receiver">null: the patient, as the courier saw</param>
    public static Receipt Of(Receiver? receiver, string identified)
    {
        var relation = receiver?.Relation ?? "self";
        if (!Relations.Contains(relation))
        {
            throw DecoctionFaults.ReceiverRelation.Exception("receiver.relation");
        }

        var name = receiver?.Name?.Trim();
        if (relation is "family" or "proxy" && string.IsNullOrEmpty(name))
        {
            throw DecoctionFaults.Missing.Exception("receiver.name");
        }

        var photo = receiver?.PhotoSha256?.Trim().ToLowerInvariant();
        return !string.IsNullOrEmpty(photo) && !Sha256().IsMatch(photo)
            ? throw DecoctionFaults.PhotoHash.Exception("receiver.photoSha256")
            : new Receipt(relation, relation == "self" ? null : Masked(name), string.IsNullOrEmpty(photo) ? null : photo, identified);
    }

    /// <summary>The first character and stars: who signed can be asked for again by the courier, and is not read off here.</summary>
    private static string? Masked(string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            return null;
        }

        Rune[] runes = [.. name.EnumerateRunes()];
        return runes[0] + new string('*', Math.Clamp(runes.Length - 1, 1, 3));
    }

    [GeneratedRegex(@"\A[0-9a-f]{64}\z")]
    private static partial Regex Sha256();
}
