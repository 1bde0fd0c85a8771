using System.Collections.Immutable;
using System.Globalization;

namespace TcmBrain.Prescriptions.Audit;

/// <summary>Which changes of a release make the audit stop less. Doubtful ones count.</summary>
internal static class LooseningRules
{
    // From mild to strict.
    private static readonly Dictionary<string, string[]> Scales = new(StringComparer.Ordinal)
    {
        ["severity"] = ["advise", "double_sign", "resolve", "block", "refuse"],
        ["may_lower_to"] = ["advise", "double_sign", "resolve", "block", "refuse"],
        ["toxicity"] = ["none", "small", "toxic", "very"],
        ["pregnancy"] = ["none", "caution", "avoid", "forbid"],
        ["lactation"] = ["none", "caution", "avoid"],
        ["auto_resolvable"] = ["Y", "N"],
        ["very_toxic"] = ["adult", "over", "double_sign", "block"],
        ["toxic"] = ["adult", "over", "double_sign", "block"],
    };

    // A larger number stops less, but for these.
    private static readonly string[] SmallerStopsLess = ["pregnancy_to_years", "child_below_years"];

    public static bool Holds(string file, string key, string kind, ImmutableArray<FieldChange> fields) =>
        kind switch
        {
            "removed" => file is "incompatibilities.csv" or "piece_lists.csv",
            "changed" => fields.Any(x => Loosens(file, key, x)),
            _ => false,
        };

    private static bool Loosens(string file, string key, FieldChange field)
    {
        if (Scales.TryGetValue(field.Field, out var scale))
        {
            return Array.IndexOf(scale, field.After) < Array.IndexOf(scale, field.Before);
        }
        return field.Field switch
        {
            "dose_max_g" or "numerator" => Number(field.After) > Number(field.Before) || field.After.Length == 0,
            "dose_min_g" => false,
            "denominator" => Number(field.After) < Number(field.Before),
            "regulatory" => field.Before.Length > 0,
            "raw_equivalent" or "special_decoction" or "dispense_as" or "members" => field.Before.Length > 0,
            "special_source" => field.Before == "chp",
            "special_alternative" => field.After.Length > 0,
            "base_name" => true,
            "value" when file == AuditReleaseFiles.Limits => Number(field.After) > Number(field.Before) != SmallerStopsLess.Contains(key),
            _ => false,
        };
    }

    private static decimal Number(string text) =>
        decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) ? number : decimal.MinValue;
}
