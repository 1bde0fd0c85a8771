using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace TcmBrain.Traceability.Identifiers;

/// <summary>
/// Brings whatever form an identifier is given in (EPC URI, EPC class or pattern URI, GS1 Digital Link on any domain) to the one
/// constrained canonical Digital Link on <c>https://id.gs1.org</c> (CBV 2.0, 8.9; Digital Link URI Syntax 1.2, 4.11).
/// </summary>
public static partial class DigitalLink
{
    public const string Root = "https://id.gs1.org/";

    /// <summary>Digits of company prefix and reference together, where a dot divides them.</summary>
    private static readonly FrozenDictionary<string, int> PrefixAndReference = new Dictionary<string, int>
    {
        ["sgtin"] = 13,
        ["lgtin"] = 13,
        ["itip"] = 13,
        ["upui"] = 13,
        ["sscc"] = 17,
        ["gsrn"] = 17,
        ["gsrnp"] = 17,
        ["gsin"] = 16,
        ["sgln"] = 12,
        ["pgln"] = 12,
        ["grai"] = 12,
        ["gdti"] = 12,
        ["sgcn"] = 12,
    }.ToFrozenDictionary();

    /// <summary>Long names that Digital Links may use in place of application identifiers.</summary>
    private static readonly FrozenDictionary<string, string> LongNames = new Dictionary<string, string>
    {
        ["gtin"] = "01",
        ["itip"] = "8006",
        ["cpid"] = "8010",
        ["gln"] = "414",
        ["party"] = "417",
        ["gsrnp"] = "8017",
        ["gsrn"] = "8018",
        ["gcn"] = "255",
        ["sscc"] = "00",
        ["gdti"] = "253",
        ["ginc"] = "401",
        ["gsin"] = "402",
        ["grai"] = "8003",
        ["giai"] = "8004",
        ["cpv"] = "22",
        ["lot"] = "10",
        ["ser"] = "21",
    }.ToFrozenDictionary();

    private static readonly FrozenSet<string> PrimaryKeys = (
        (string[])["00", "01", "253", "255", "401", "402", "414", "417", "8003", "8004", "8006", "8010", "8017", "8018"]
    ).ToFrozenSet();

    /// <summary>The canonical Digital Link, or null when the text is not a GS1 identifier in any of the forms.</summary>
    public static string? Canonical(string uri)
    {
        if (uri.Length > LongestKnown)
        {
            return Read(uri);
        }

        ref var place = ref Known[(uint)uri.GetHashCode(StringComparison.Ordinal) % (uint)Known.Length];
        if (place is { } known && known.Uri == uri)
        {
            return known.Canonical;
        }

        var canonical = Read(uri);
        place = new Reading(uri, canonical);
        return canonical;
    }

    private const int LongestKnown = 200;

    /// <summary>
    /// What was read last, each in the one place that its hash gives it: an event's identifiers are read four times on its way into the log, its places
    /// with every event. At most some megabyte; a place that two threads write keeps one of two right answers.
    /// </summary>
    private static readonly Reading?[] Known = new Reading?[4096];

    private sealed record Reading(string Uri, string? Canonical);

    private static string? Read(string uri) =>
        uri.StartsWith("urn:epc:", StringComparison.Ordinal) ? OfUrn(uri)
        : uri.StartsWith("https://", StringComparison.Ordinal) || uri.StartsWith("http://", StringComparison.Ordinal) ? OfLink(uri)
        : null;

    /// <summary>The canonical Digital Link when the text is a GS1 identifier, else the text itself.</summary>
    public static string CanonicalOrSame(string uri) => Canonical(uri) ?? uri;

    public static string Gtin(string gtin14) => $"{Root}01/{gtin14}";

    public static string Lgtin(string gtin14, string lot) => $"{Root}01/{gtin14}/10/{lot}";

    public static string Sgtin(string gtin14, string serial) => $"{Root}01/{gtin14}/21/{serial}";

    public static string Sscc(string sscc18) => $"{Root}00/{sscc18}";

    public static string Sgln(string gln13, string extension) => $"{Root}414/{gln13}/254/{extension}";

    public static string Gln(string gln13) => $"{Root}414/{gln13}";

    public static string Party(string gln13) => $"{Root}417/{gln13}";

    private static string? OfUrn(string urn)
    {
        var parts = urn.Split(':', 5);
        if (parts.Length < 5)
        {
            return null;
        }

        return (parts[2], parts[3]) switch
        {
            ("id", "giai") => OfAsset(parts[4], "8004"),
            ("id", "ginc") => OfAsset(parts[4], "401"),
            ("id", "cpi") => OfComponent(parts[4], pattern: false),
            ("idpat", "cpi") => OfComponent(parts[4], pattern: true),
            ("id", not "lgtin") or ("class", "lgtin") => OfNumbered(parts[3], parts[4], pattern: false),
            ("idpat", "sgtin" or "grai" or "gdti" or "sgcn" or "itip" or "upui") => OfNumbered(parts[3], parts[4], pattern: true),
            _ => null,
        };
    }

    private static string? OfNumbered(string scheme, string value, bool pattern)
    {
        if (!PrefixAndReference.TryGetValue(scheme, out var length))
        {
            return null;
        }

        // A company prefix of twelve digits may leave no reference: the part between the dots is then empty.
        var parts = value.Split('.', 3);
        if (
            parts.Length < 2
            || parts[0].Length is < 6 or > 12
            || parts[0].Length + parts[1].Length != length
            || !Gs1.IsDigits(parts[0])
            || parts[1].Length > 0 && !Gs1.IsDigits(parts[1])
        )
        {
            return null;
        }

        var (prefix, reference) = (parts[0], parts[1]);
        var rest = parts.Length == 3 ? parts[2] : null;
        // The first digit of the reference is the indicator or extension digit, which the key begins with.
        var led = length is 13 or 17 && scheme is not ("gsrn" or "gsrnp") ? reference[..1] + prefix + reference[1..] : prefix + reference;
        if (pattern)
        {
            return OfPattern(scheme, led, rest);
        }

        return (scheme, rest) switch
        {
            ("sscc", null) => $"{Root}00/{Gs1.WithCheckDigit(led)}",
            ("gsrn", null) => $"{Root}8018/{Gs1.WithCheckDigit(led)}",
            ("gsrnp", null) => $"{Root}8017/{Gs1.WithCheckDigit(led)}",
            ("gsin", null) => $"{Root}402/{Gs1.WithCheckDigit(led)}",
            ("pgln", null or "") => $"{Root}417/{Gs1.WithCheckDigit(led)}",
            ("sgtin", not null) when IsSerial(rest, 20) => $"{Root}01/{Gs1.WithCheckDigit(led)}/21/{Escape(rest)}",
            ("lgtin", not null) when IsSerial(rest, 20) => $"{Root}01/{Gs1.WithCheckDigit(led)}/10/{Escape(rest)}",
            ("upui", not null) when IsSerial(rest, 28) => $"{Root}01/{Gs1.WithCheckDigit(led)}/235/{Escape(rest)}",
            ("sgln", "0") => $"{Root}414/{Gs1.WithCheckDigit(led)}",
            ("sgln", not null) when IsSerial(rest, 20) => $"{Root}414/{Gs1.WithCheckDigit(led)}/254/{Escape(rest)}",
            ("grai", not null) when IsSerial(rest, 16) => $"{Root}8003/{Gs1.WithCheckDigit("0" + led)}{Escape(rest)}",
            ("gdti", not null) when IsSerial(rest, 20) => $"{Root}253/{Gs1.WithCheckDigit(led)}{Escape(rest)}",
            ("sgcn", not null) when rest.Length <= 12 && Gs1.IsDigits(rest) => $"{Root}255/{Gs1.WithCheckDigit(led)}{rest}",
            ("itip", not null) when Itip().Match(rest) is { Success: true } itip && IsSerial(itip.Groups[3].Value, 20) =>
                $"{Root}8006/{Gs1.WithCheckDigit(led)}{itip.Groups[1]}{itip.Groups[2]}/21/{Escape(itip.Groups[3].Value)}",
            _ => null,
        };
    }

    private static string? OfPattern(string scheme, string led, string? rest) =>
        (scheme, rest) switch
        {
            ("sgtin" or "upui", "*") => $"{Root}01/{Gs1.WithCheckDigit(led)}",
            ("grai", "*") => $"{Root}8003/{Gs1.WithCheckDigit("0" + led)}",
            ("gdti", "*") => $"{Root}253/{Gs1.WithCheckDigit(led)}",
            ("sgcn", "*") => $"{Root}255/{Gs1.WithCheckDigit(led)}",
            ("itip", not null) when Itip().Match(rest) is { Success: true } itip && itip.Groups[3].Value == "*" =>
                $"{Root}8006/{Gs1.WithCheckDigit(led)}{itip.Groups[1]}{itip.Groups[2]}",
            _ => null,
        };

    private static string? OfAsset(string value, string key)
    {
        var dot = value.IndexOf('.', StringComparison.Ordinal);
        return dot is >= 6 and <= 12 && Gs1.IsDigits(value.AsSpan(0, dot)) && IsSerial(value[(dot + 1)..], 30 - dot)
            ? $"{Root}{key}/{value[..dot]}{Escape(value[(dot + 1)..])}"
            : null;
    }

    private static string? OfComponent(string value, bool pattern)
    {
        var parts = value.Split('.');
        if (
            parts.Length != 3
            || parts[0].Length is < 6 or > 12
            || !Gs1.IsDigits(parts[0])
            || !ComponentReference().IsMatch(parts[1])
            || parts[1].Length > 30 - parts[0].Length
        )
        {
            return null;
        }

        var component = $"{Root}8010/{Escape(parts[0] + parts[1])}";
        return pattern ? (parts[2] == "*" ? component : null)
            : parts[2].Length <= 12 && Gs1.IsDigits(parts[2]) ? $"{component}/8011/{parts[2]}"
            : null;
    }

    private static string? OfLink(string link)
    {
        var end = link.AsSpan().IndexOfAny('?', '#');
        var path = (end < 0 ? link : link[..end]).Split('/');
        // Segments 0 to 2 are scheme, nothing and host; the key may come after any path of the resolver.
        for (var i = 3; i + 1 < path.Length; i++)
        {
            var key = LongNames.GetValueOrDefault(path[i], path[i]);
            if (PrimaryKeys.Contains(key) && OfSegments(key, path[i + 1], path.AsSpan(i + 2)) is { } canonical)
            {
                return canonical;
            }
        }

        return null;
    }

    private static string? OfSegments(string key, string value, ReadOnlySpan<string> qualifiers)
    {
        if (key == "01" && value.Length is 8 or 12 or 13 && Gs1.IsDigits(value))
        {
            value = value.PadLeft(14, '0');
        }

        if (!PrimaryValue(key).IsMatch(value) || qualifiers.Length % 2 != 0)
        {
            return null;
        }

        string? serial = null;
        string? lot = null;
        for (var i = 0; i < qualifiers.Length; i += 2)
        {
            var name = LongNames.GetValueOrDefault(qualifiers[i], qualifiers[i]);
            var text = qualifiers[i + 1];
            switch (key, name)
            {
                case ("01" or "8006", "22") when Qualifier().IsMatch(text):
                    break;
                case ("01" or "8006", "10") when Qualifier().IsMatch(text):
                    lot = $"/10/{text}";
                    break;
                case ("01" or "8006", "21") or ("414", "254") when Qualifier().IsMatch(text):
                case ("01", "235") when text.Length <= 28:
                case ("8010", "8011") when text.Length <= 12 && Gs1.IsDigits(text):
                    serial = $"/{name}/{text}";
                    break;
                default:
                    return null;
            }
        }

        // Only the finest level of identification is kept.
        return $"{Root}{key}/{value}{serial ?? lot}";
    }

    private static Regex PrimaryValue(string key) =>
        key switch
        {
            "00" or "8006" or "8017" or "8018" => Eighteen(),
            "01" => Fourteen(),
            "402" => Seventeen(),
            "414" or "417" => Thirteen(),
            "253" => Document(),
            "255" => Coupon(),
            "8003" => ReturnableAsset(),
            "8010" => Component(),
            _ => Asset(),
        };

    private static bool IsSerial(string text, int most) =>
        text.Length > 0 && SerialCharacters().Match(text) is { Success: true } m && m.Groups[1].Captures.Count <= most;

    /// <summary>Characters that an EPC URI may have bare but a Digital Link may not (Digital Link URI Syntax, table 7-1).</summary>
    private static string Escape(string text) =>
        text.Replace("!", "%21", StringComparison.Ordinal)
            .Replace("(", "%28", StringComparison.Ordinal)
            .Replace(")", "%29", StringComparison.Ordinal)
            .Replace("*", "%2A", StringComparison.Ordinal)
            .Replace("+", "%2B", StringComparison.Ordinal)
            .Replace(",", "%2C", StringComparison.Ordinal)
            .Replace(":", "%3A", StringComparison.Ordinal);

    [GeneratedRegex(@"\A(%[0-9A-Fa-f]{2}|[!')(*+,.0-9:;=A-Za-z_-])+\z")]
    private static partial Regex SerialCharacters();

    [GeneratedRegex(@"\A(\d{2})\.(\d{2})\.(.+)\z", RegexOptions.ECMAScript)]
    private static partial Regex Itip();

    [GeneratedRegex(@"\A(%[0-9A-Fa-f]{2}|[0-9A-Z-])+\z")]
    private static partial Regex ComponentReference();

    [GeneratedRegex(@"\A(%[0-9A-Fa-f]{2}|[\x22\x27\x2D\x2E\x30-\x39\x3B-\x3F\x41-\x5A\x5F\x61-\x7A]){1,20}\z")]
    private static partial Regex Qualifier();

    [GeneratedRegex(@"\A[0-9]{13}\z")]
    private static partial Regex Thirteen();

    [GeneratedRegex(@"\A[0-9]{14}\z")]
    private static partial Regex Fourteen();

    [GeneratedRegex(@"\A[0-9]{17}\z")]
    private static partial Regex Seventeen();

    [GeneratedRegex(@"\A[0-9]{18}\z")]
    private static partial Regex Eighteen();

    [GeneratedRegex(@"\A[0-9]{13}(%[0-9A-Fa-f]{2}|[\x22\x27\x2D\x2E\x30-\x39\x3B-\x3F\x41-\x5A\x5F\x61-\x7A]){0,17}\z")]
    private static partial Regex Document();

    [GeneratedRegex(@"\A[0-9]{13,25}\z")]
    private static partial Regex Coupon();

    [GeneratedRegex(@"\A[0-9]{14}(%[0-9A-Fa-f]{2}|[\x22\x27\x2D\x2E\x30-\x39\x3B-\x3F\x41-\x5A\x5F\x61-\x7A]){0,16}\z")]
    private static partial Regex ReturnableAsset();

    [GeneratedRegex(@"\A[0-9]{4}(%[0-9A-Fa-f]{2}|[\x23\x2D\x30-\x39\x41-\x5A]){0,26}\z")]
    private static partial Regex Component();

    [GeneratedRegex(@"\A[0-9]{4}(%[0-9A-Fa-f]{2}|[\x22\x27\x2D\x2E\x30-\x39\x3B-\x3F\x41-\x5A\x5F\x61-\x7A]){0,26}\z")]
    private static partial Regex Asset();
}
