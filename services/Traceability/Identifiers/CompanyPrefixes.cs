using System.Globalization;
using TcmBrain.Traceability.Steps;

namespace TcmBrain.Traceability.Identifiers;

/// <summary>
/// How long the GS1 company prefix of a key is: what an EPC URN shows and a Digital Link does not. Known are the platform's own, those of
/// configuration (<c>Gs1:CompanyPrefixes</c>, an array of prefixes) and the blocks of GS1 China; 7 digits are taken for all others, the most common
/// length. A wrong guess still names the same thing: both URNs have the same Digital Link.
/// </summary>
public sealed class CompanyPrefixes
{
    private const int Common = 7;
    private readonly HashSet<string> known;

    public CompanyPrefixes(IConfiguration configuration, ProfileOptions options) =>
        known = [
            options.CompanyPrefix,
            .. configuration
                .GetSection("Gs1:CompanyPrefixes")
                .GetChildren()
                .Select(c => c.Value ?? "")
                .Where(p => p.Length is >= 6 and <= 12 && Gs1.IsDigits(p)),
        ];

    /// <param name="digits">A key from its company prefix on, 12 digits or more.</param>
    public int LengthIn(ReadOnlySpan<char> digits)
    {
        for (var length = Math.Min(12, digits.Length); length >= 6; length--)
        {
            if (known.GetAlternateLookup<ReadOnlySpan<char>>().Contains(digits[..length]))
            {
                return length;
            }
        }

        return int.Parse(digits[..3], CultureInfo.InvariantCulture) switch
        {
            690 or 691 => 7,
            >= 692 and <= 696 => 8,
            697 => 9,
            698 => 10,
            _ => Common,
        };
    }
}
