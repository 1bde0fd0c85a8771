using System.Globalization;

namespace TcmBrain.Pharmacy.Dispensing;

/// <summary>What a scanner read: a lot number as it stands, or a GS1 element string or Digital Link with the lot in (10) and the expiry in (17).</summary>
internal sealed record ScannedCode(string LotNumber, DateOnly? ExpiresOn)
{
    private const char GroupSeparator = '\u001d';
    private const int MaxLength = 200;

    /// <summary>Null when it is neither.</summary>
    public static ScannedCode? Parse(string? text)
    {
        text = text?.Trim();
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength)
        {
            return null;
        }

        // Symbology identifiers of GS1-128, GS1 DataMatrix and GS1 QR.
        var marked =
            text.StartsWith("]C1", StringComparison.Ordinal)
            || text.StartsWith("]d2", StringComparison.Ordinal)
            || text.StartsWith("]Q3", StringComparison.Ordinal);
        var bare = marked ? text[3..] : text;
        return bare.Contains("://", StringComparison.Ordinal) ? OfLink(bare)
            : bare.StartsWith("(01)", StringComparison.Ordinal) || bare.StartsWith("(10)", StringComparison.Ordinal) ? OfBracketed(bare)
            : marked || IsElementString(bare) ? OfElements(bare)
            : bare.Any(char.IsControl) ? null
            : new ScannedCode(bare, null);
    }

    /// <summary>(01) with its fourteen digits, and something behind it.</summary>
    private static bool IsElementString(string text) =>
        text.Length > 18
        && text.StartsWith("01", StringComparison.Ordinal)
        && text.AsSpan(2, 14).IndexOfAnyExceptInRange('0', '9') < 0
        && (text.AsSpan(16).StartsWith("10") || text.AsSpan(16).StartsWith("17") || text.AsSpan(16).StartsWith("11"));

    private static ScannedCode? OfElements(string text)
    {
        var (lot, expires) = ("", (DateOnly?)null);
        for (var i = 0; i + 2 <= text.Length; )
        {
            if (text[i] == GroupSeparator)
            {
                i++;
                continue;
            }

            var ai = text.Substring(i, 2);
            var length = ai switch
            {
                "01" => 14,
                "11" or "13" or "15" or "17" => 6,
                _ => 0,
            };
            i += 2;
            if (length == 0)
            {
                var end = text.IndexOf(GroupSeparator, i);
                var value = end < 0 ? text[i..] : text[i..end];
                lot = ai == "10" ? value : lot;
                i += value.Length;
            }
            else if (i + length > text.Length)
            {
                return null;
            }
            else
            {
                expires = ai == "17" ? DateOf(text.Substring(i, length)) : expires;
                i += length;
            }
        }

        return lot.Length == 0 ? null : new ScannedCode(lot, expires);
    }

    private static ScannedCode? OfBracketed(string text)
    {
        var parts = text.Split('(', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split(')', 2)).Where(p => p.Length == 2).ToArray();
        var lot = parts.FirstOrDefault(p => p[0] == "10")?[1];
        return string.IsNullOrEmpty(lot) ? null : new ScannedCode(lot, DateOf(parts.FirstOrDefault(p => p[0] == "17")?[1]));
    }

    private static ScannedCode? OfLink(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri))
        {
            return null;
        }

        var parts = uri.AbsolutePath.Split('/');
        var at = Array.IndexOf(parts, "10");
        var query = System.Web.HttpUtility.ParseQueryString(uri.Query);
        var lot = at > 0 && at + 1 < parts.Length ? Uri.UnescapeDataString(parts[at + 1]) : query["10"];
        return string.IsNullOrEmpty(lot) ? null : new ScannedCode(lot, DateOf(query["17"]));
    }

    /// <summary>YYMMDD of the GS1 General Specifications; day 00 is the month's last.</summary>
    private static DateOnly? DateOf(string? text)
    {
        if (text is not { Length: 6 } || text.AsSpan().IndexOfAnyExceptInRange('0', '9') >= 0)
        {
            return null;
        }

        var (year, month, day) = (
            2000 + int.Parse(text.AsSpan(0, 2), CultureInfo.InvariantCulture),
            int.Parse(text.AsSpan(2, 2), CultureInfo.InvariantCulture),
            int.Parse(text.AsSpan(4, 2), CultureInfo.InvariantCulture)
        );
        return month is < 1 or > 12 || day > DateTime.DaysInMonth(year, month)
            ? null
            : new DateOnly(year, month, day == 0 ? DateTime.DaysInMonth(year, month) : day);
    }
}
