using System.Globalization;

namespace TcmBrain.Contracts;

/// <summary>居民身份证号: the 18-character resident identity number, with birth date, sex and check character (GB 11643-1999).</summary>
public static class ResidentIdentity
{
    private const string CheckCharacters = "10X98765432";
    private static readonly int[] Weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

    /// <summary>True when form, birth date and check character are right. A lower-case x is not accepted.</summary>
    public static bool IsValid(string? number) =>
        number is { Length: 18 }
        && CheckCharacter(number.AsSpan(0, 17)) is { } check
        && check == number[17]
        && TryGetBirthDate(number, out _);

    public static char? CheckCharacter(ReadOnlySpan<char> first17)
    {
        if (first17.Length != 17)
        {
            return null;
        }

        var sum = 0;
        for (var i = 0; i < first17.Length; i++)
        {
            if (!char.IsAsciiDigit(first17[i]))
            {
                return null;
            }

            sum += (first17[i] - '0') * Weights[i];
        }

        return CheckCharacters[sum % 11];
    }

    public static bool TryGetBirthDate(string number, out DateOnly birthDate) =>
        DateOnly.TryParseExact(number.AsSpan(6, 8), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out birthDate);

    /// <summary>The seventeenth digit is odd for men (GB 11643-1999, 顺序码).</summary>
    public static bool IsMale(string number) => (number[16] - '0') % 2 == 1;
}
