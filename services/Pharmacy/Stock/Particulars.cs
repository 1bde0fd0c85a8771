using System.Text.RegularExpressions;
using TcmBrain.Contracts;
using TcmBrain.Knowledge;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Pharmacy.Stock;

/// <summary>What is asked of names, texts and weights wherever stock is entered.</summary>
internal static partial class Particulars
{
    /// <summary>Ten tonnes: more in one lot is a slip of the decimal point.</summary>
    public const long MaxMilligrams = 10_000_000_000;
    public const int MaxText = 100;
    public const int MaxReason = 500;

    /// <summary>The standard name of one piece, nothing else.</summary>
    public static void CheckPiece(this FaultList faults, Catalogue catalogue, string? piece, string field)
    {
        piece ??= "";
        if (catalogue.Find(piece) is { } herb && herb.Name == piece)
        {
            return;
        }

        var meant = catalogue.Resolve(piece);
        if (meant.Kind == NameKind.Unknown)
        {
            faults.Add(PharmacyFaults.UnknownPiece, field, piece.Length <= MaxText ? piece : piece[..MaxText]);
        }
        else
        {
            var name = catalogue[meant.Choices.IsDefaultOrEmpty ? meant.Herb : meant.Choices[0]].Name;
            faults.Add(PharmacyFaults.NotStandardName, field, piece, name);
        }
    }

    public static void CheckText(this FaultList faults, string? text, string field, int max = MaxText) =>
        faults.Require(!string.IsNullOrWhiteSpace(text) && IsClean(text, max), PharmacyFaults.TextMissing, field, max);

    /// <summary>May be empty.</summary>
    public static void CheckNote(this FaultList faults, string? text, string field, int max = MaxText) =>
        faults.Require(string.IsNullOrEmpty(text) || IsClean(text, max), PharmacyFaults.TextMissing, field, max);

    public static void CheckMilligrams(this FaultList faults, long milligrams, string field, long least = 1) =>
        faults.Require(milligrams >= least && milligrams <= MaxMilligrams, PharmacyFaults.QuantityOutOfRange, field, least, MaxMilligrams);

    public static void CheckWord(this FaultList faults, string? word, string field, IReadOnlyList<string> allowed) =>
        faults.Require(
            word is not null && allowed.Contains(word),
            PharmacyFaults.UnknownWord,
            field,
            word is null ? "" : word[..Math.Min(word.Length, 40)],
            string.Join("、", allowed)
        );

    public static void CheckDays(this FaultList faults, DateOnly producedOn, DateOnly expiresOn, DateOnly today, string prefix = "")
    {
        faults.Require(producedOn <= today, PharmacyFaults.ProducedInFuture, prefix + "producedOn", producedOn.Text());
        faults.Require(expiresOn > producedOn, PharmacyFaults.ExpiryNotAfterProduction, prefix + "expiresOn");
        faults.Require(expiresOn >= today, PharmacyFaults.ExpiredOnArrival, prefix + "expiresOn", expiresOn.Text());
    }

    /// <summary>Where a position may be named: on a label, in an address.</summary>
    public static bool IsPositionCode(string? code) => code is not null && PositionCode().IsMatch(code);

    private static bool IsClean(string text, int max) =>
        text.Length <= max && text.Trim().Length == text.Length && !text.Any(char.IsControl);

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9-]{0,19}$")]
    private static partial Regex PositionCode();
}
