using System.Globalization;
using System.Text.RegularExpressions;
using TcmBrain.Traceability.Identifiers;

namespace TcmBrain.Traceability.Events;

/// <summary>The one form in which a value enters the event hash.</summary>
internal static partial class CanonicalValue
{
    private static readonly (string Urn, string Web)[] Vocabularies =
    [
        ("urn:epcglobal:cbv:bizstep:", "https://ref.gs1.org/cbv/BizStep-"),
        ("urn:epcglobal:cbv:disp:", "https://ref.gs1.org/cbv/Disp-"),
        ("urn:epcglobal:cbv:btt:", "https://ref.gs1.org/cbv/BTT-"),
        ("urn:epcglobal:cbv:sdt:", "https://ref.gs1.org/cbv/SDT-"),
        ("urn:epcglobal:cbv:er:", "https://ref.gs1.org/cbv/ER-"),
    ];

    public static string Of(string text)
    {
        if (text.StartsWith("urn:epcglobal:cbv:", StringComparison.Ordinal))
        {
            foreach (var (urn, web) in Vocabularies)
            {
                text = text.Replace(urn, web, StringComparison.Ordinal);
            }
        }

        return DigitalLink.Canonical(text)
            ?? (text.Length > 0 && text[0] is (>= '0' and <= '9') or '+' or '-' or '.' ? Number(text) : null)
            ?? text;
    }

    /// <summary>UTC with three decimals, the fourth rounding half up; a text that is no dateTime with offset stays.</summary>
    public static string Time(string text)
    {
        var match = DateTimeStamp().Match(text);
        if (
            !match.Success
            || !DateTimeOffset.TryParseExact(
                match.Groups[1].Value + (match.Groups[3].Value is "Z" or "z" ? "+00:00" : match.Groups[3].Value),
                "yyyy-MM-dd'T'HH:mm:sszzz",
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out var whole
            )
        )
        {
            return text;
        }

        var fraction = match.Groups[2].Value.PadRight(4, '0');
        var milliseconds = int.Parse(fraction.AsSpan(0, 3), CultureInfo.InvariantCulture) + (fraction[3] >= '5' ? 1 : 0);
        return whole.UtcDateTime.AddMilliseconds(milliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// A number without needless zeros, plus or exponent; null when the text is none. Whole numbers keep all their digits, others
    /// the shortest form that is the same double, as every JSON writer gives it.
    /// </summary>
    private static string? Number(string text)
    {
        var match = Numeric().Match(text);
        if (!match.Success || match.Groups[2].Length + match.Groups[3].Length == 0)
        {
            return null;
        }

        var fraction = match.Groups[3].Value;
        var exponentText = match.Groups[4].Value;
        if (exponentText.Length > 4)
        {
            return null;
        }

        var exponent = exponentText.Length == 0 ? 0 : int.Parse(exponentText, CultureInfo.InvariantCulture);
        var digits = (match.Groups[2].Value + fraction).TrimStart('0');
        // The value is digits · 10^scale.
        var scale = exponent - fraction.Length;
        var significant = digits.TrimEnd('0');
        scale += digits.Length - significant.Length;
        if (significant.Length == 0)
        {
            return "0";
        }

        var sign = match.Groups[1].Value == "-" ? "-" : "";
        if (scale >= 0)
        {
            return scale + significant.Length > 400 ? null : sign + significant + new string('0', scale);
        }

        if (significant.Length > 17)
        {
            var nearest = double.Parse(text, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture);
            return nearest == text || !Numeric().IsMatch(nearest) ? nearest : Number(nearest);
        }

        var point = significant.Length + scale;
        if (point > -4)
        {
            return point > 0 ? $"{sign}{significant[..point]}.{significant[point..]}" : $"{sign}0.{new string('0', -point)}{significant}";
        }

        // Below a ten-thousandth the reference implementation writes 1.5e-05.
        var mantissa = significant.Length > 1 ? $"{significant[0]}.{significant[1..]}" : significant;
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{mantissa}e-{1 - point:00}");
    }

    [GeneratedRegex(@"\A(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|z|[+-]\d\d:\d\d)\z", RegexOptions.ECMAScript)]
    private static partial Regex DateTimeStamp();

    [GeneratedRegex(@"\A([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?\z")]
    private static partial Regex Numeric();
}
