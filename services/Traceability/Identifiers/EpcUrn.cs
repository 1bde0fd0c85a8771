namespace TcmBrain.Traceability.Identifiers;

/// <summary>Digital Links as EPC URIs (Tag Data Standard 2.0, sections 6.3 and 8): the way back from <see cref="DigitalLink"/>.</summary>
public sealed class EpcUrn(CompanyPrefixes prefixes)
{
    /// <summary>The EPC, class or pattern URI; null when the text is no GS1 identifier that has one.</summary>
    /// <param name="uri">In any form; a URN stays as it is.</param>
    public string? Of(string uri)
    {
        if (uri.StartsWith("urn:epc:", StringComparison.Ordinal))
        {
            return uri;
        }

        if (DigitalLink.Canonical(uri) is not { } link)
        {
            return null;
        }

        var parts = link[DigitalLink.Root.Length..].Split('/');
        var (key, value) = (parts[0], parts[1]);
        var (qualifier, rest) = parts.Length > 3 ? (parts[2], Unescape(parts[3])) : ("", "");
        return (key, qualifier) switch
        {
            ("01", "21") => $"urn:epc:id:sgtin:{Indicated(value)}.{rest}",
            ("01", "10") => $"urn:epc:class:lgtin:{Indicated(value)}.{rest}",
            ("01", "235") => $"urn:epc:id:upui:{Indicated(value)}.{rest}",
            ("01", "") => $"urn:epc:idpat:sgtin:{Indicated(value)}.*",
            ("00", _) => $"urn:epc:id:sscc:{Indicated(value)}",
            ("414", "254") => $"urn:epc:id:sgln:{Plain(value)}.{rest}",
            ("414", "") => $"urn:epc:id:sgln:{Plain(value)}.0",
            ("417", _) => $"urn:epc:id:pgln:{Plain(value)}",
            ("402", _) => $"urn:epc:id:gsin:{Plain(value)}",
            ("8017", _) => $"urn:epc:id:gsrnp:{Plain(value)}",
            ("8018", _) => $"urn:epc:id:gsrn:{Plain(value)}",
            ("253", _) => Serialised("gdti", value, 13),
            ("255", _) => Serialised("sgcn", value, 13),
            ("8003", _) => Serialised("grai", value[1..], 13),
            ("8004", _) when value.Length >= 12 && Gs1.IsDigits(value.AsSpan(0, 12)) => Asset("giai", value),
            ("401", _) when value.Length >= 12 && Gs1.IsDigits(value.AsSpan(0, 12)) => Asset("ginc", value),
            _ => null,
        };
    }

    /// <summary>Indicator or extension digit in front of prefix and reference: it goes behind the dot. The check digit goes.</summary>
    private string Indicated(string value)
    {
        var digits = value.AsSpan(1, value.Length - 2);
        var length = Math.Min(prefixes.LengthIn(digits), digits.Length);
        return $"{digits[..length]}.{value[0]}{digits[length..]}";
    }

    private string Plain(string value)
    {
        var digits = value.AsSpan(0, value.Length - 1);
        var length = Math.Min(prefixes.LengthIn(digits), digits.Length);
        return $"{digits[..length]}.{digits[length..]}";
    }

    private string Serialised(string scheme, string value, int keyLength)
    {
        var serial = Unescape(value[keyLength..]);
        return serial.Length > 0
            ? $"urn:epc:id:{scheme}:{Plain(value[..keyLength])}.{serial}"
            : $"urn:epc:idpat:{scheme}:{Plain(value[..keyLength])}.*";
    }

    private string Asset(string scheme, string value)
    {
        var length = prefixes.LengthIn(value.AsSpan(0, 12));
        return $"urn:epc:id:{scheme}:{value[..length]}.{Unescape(value[length..])}";
    }

    /// <summary>Characters that a Digital Link escapes and an EPC URI has bare, and the other way round.</summary>
    private static string Unescape(string text) =>
        text.Replace("%21", "!", StringComparison.Ordinal)
            .Replace("%28", "(", StringComparison.Ordinal)
            .Replace("%29", ")", StringComparison.Ordinal)
            .Replace("%2A", "*", StringComparison.OrdinalIgnoreCase)
            .Replace("%2B", "+", StringComparison.OrdinalIgnoreCase)
            .Replace("%2C", ",", StringComparison.OrdinalIgnoreCase)
            .Replace("%3A", ":", StringComparison.OrdinalIgnoreCase)
            .Replace("\"", "%22", StringComparison.Ordinal)
            .Replace("<", "%3C", StringComparison.Ordinal)
            .Replace(">", "%3E", StringComparison.Ordinal)
            .Replace("?", "%3F", StringComparison.Ordinal);
}
