using System.Text.RegularExpressions;
using TcmBrain.Traceability.Identifiers;

namespace TcmBrain.Traceability.Queries.Simple;

/// <summary>
/// What MATCH_ parameters ask for (EPCIS 2.0, 8.2.7.1.1): an identifier, in any of its forms, or a pure identity pattern
/// (<c>urn:epc:idpat:sgtin:0614141.*.*</c>; Tag Data Standard 2.0, 8). The Digital Link of a class, which is the same as the pattern of
/// all its instances, matches them too.
/// </summary>
internal sealed class EpcPattern
{
    private readonly string exact;
    private readonly Regex? pattern;

    private EpcPattern(string exact, Regex? pattern, IReadOnlyList<string> prefixes) =>
        (this.exact, this.pattern, Prefixes) = (exact, pattern, prefixes);

    /// <summary>The canonical identifier that it matches, whatever else.</summary>
    public string Exact => exact;

    /// <summary>What canonical identifiers that the pattern matches begin with; none when it is no pattern.</summary>
    public IReadOnlyList<string> Prefixes { get; }

    /// <param name="classes">Whether it is for classes: those are matched one by one, but for a pattern given as such.</param>
    public static EpcPattern Of(string uri, bool classes)
    {
        var exact = DigitalLink.CanonicalOrSame(uri);
        var (expression, prefixes) =
            uri.StartsWith("urn:epc:idpat:", StringComparison.Ordinal) ? OfUrn(uri)
            : !classes
            && exact.StartsWith(DigitalLink.Root + "01/", StringComparison.Ordinal)
            && exact.Length == DigitalLink.Root.Length + 17
                ? (Regex.Escape(exact) + "/21/.+", [exact + "/21/"])
            : (null, []);
        return new EpcPattern(exact, expression is null ? null : new Regex($@"\A{expression}\z", RegexOptions.CultureInvariant), prefixes);
    }

    public bool Matches(string canonical) => canonical == exact || pattern?.IsMatch(canonical) == true;

    /// <summary>The pattern over canonical Digital Links: check digits and the rest of a key after a star are any.</summary>
    private static (string? Expression, IReadOnlyList<string> Prefixes) OfUrn(string uri)
    {
        var parts = uri.Split(':', 5);
        if (parts.Length < 5)
        {
            return (null, []);
        }

        var fields = parts[4].Split('.', 3);
        var prefix = fields[0] == "*" ? "[0-9]{6,12}" : Regex.Escape(fields[0]);
        var reference = fields.Length < 2 || fields[1] == "*" ? null : fields[1];
        var rest = fields.Length < 3 || fields[2] == "*" ? null : fields[2];
        return parts[3] switch
        {
            "sgtin" => Led(DigitalLink.Root + "01/", 14, prefix, reference, "/21/" + (rest is null ? ".+" : Regex.Escape(rest))),
            "upui" => Led(DigitalLink.Root + "01/", 14, prefix, reference, "/235/.+"),
            "sscc" => Led(DigitalLink.Root + "00/", 18, prefix, reference, ""),
            "sgln" => Plain(DigitalLink.Root + "414/", prefix, reference, "(/254/.+)?"),
            "pgln" => Plain(DigitalLink.Root + "417/", prefix, reference, ""),
            "grai" => Plain(DigitalLink.Root + "8003/0", prefix, reference, ".+"),
            "gdti" => Plain(DigitalLink.Root + "253/", prefix, reference, ".+"),
            "sgcn" => Plain(DigitalLink.Root + "255/", prefix, reference, ".+"),
            "gsrn" => Plain(DigitalLink.Root + "8018/", prefix, reference, ""),
            "gsrnp" => Plain(DigitalLink.Root + "8017/", prefix, reference, ""),
            "gsin" => Plain(DigitalLink.Root + "402/", prefix, reference, ""),
            "giai" => Loose(DigitalLink.Root + "8004/", prefix),
            "ginc" => Loose(DigitalLink.Root + "401/", prefix),
            // Schemes that have no Digital Link stay URNs.
            _ => Loose(
                $"urn:epc:id:{parts[3]}:",
                string.Join(@"\.", parts[4].Split('.').Select(f => f == "*" ? "[^.]+" : Regex.Escape(f)))
            ),
        };
    }

    /// <summary>Keys whose first digit is the indicator or extension digit.</summary>
    private static (string, IReadOnlyList<string>) Led(string root, int length, string prefix, string? reference, string tail)
    {
        var lead = reference is { Length: > 0 } ? Regex.Escape(reference[..1]) : "[0-9]";
        var key = reference is null
            ? $"(?=[0-9]{{{length}}}(/|$)){lead}{prefix}[0-9]+"
            : $"{lead}{prefix}{Regex.Escape(reference[1..])}[0-9]";
        return (Regex.Escape(root) + key + tail, Begin(root, prefix, reference is { Length: > 0 } ? reference[..1] : null, leads: true));
    }

    private static (string, IReadOnlyList<string>) Plain(string root, string prefix, string? reference, string tail)
    {
        var key = reference is null ? $"{prefix}[0-9]+" : $"{prefix}{Regex.Escape(reference)}[0-9]";
        return (Regex.Escape(root) + key + tail, Begin(root, prefix, null, leads: false));
    }

    private static (string, IReadOnlyList<string>) Loose(string root, string rest) => (Regex.Escape(root) + rest + ".*", [root]);

    private static IReadOnlyList<string> Begin(string root, string prefix, string? lead, bool leads)
    {
        var known = prefix.All(char.IsAsciiDigit) ? prefix : "";
        return !leads ? [root + known]
            : known.Length == 0 ? [root]
            : [.. (lead is null ? Enumerable.Range(0, 10).Select(d => $"{d}") : [lead]).Select(d => root + d + known)];
    }
}
