using System.Text;

namespace TcmBrain.Traceability.Identifiers;

/// <summary>Arithmetic of GS1 keys (GS1 General Specifications).</summary>
public static class Gs1
{
    /// <summary>The check digit of a key without it (section 7.9): weights 3, 1, 3 … from the right.</summary>
    /// <exception cref="ArgumentException">Something other than ASCII digits.</exception>
    public static char CheckDigit(ReadOnlySpan<char> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var c = digits[digits.Length - 1 - i];
            if (!char.IsAsciiDigit(c))
            {
                throw new ArgumentException("A GS1 key has only digits.", nameof(digits));
            }

            sum += (c - '0') * (i % 2 == 0 ? 3 : 1);
        }

        return (char)('0' + ((10 - (sum % 10)) % 10));
    }

    public static string WithCheckDigit(string digits) => digits + CheckDigit(digits);

    /// <summary>True for digits of that length whose last is the check digit of the others.</summary>
    public static bool IsValid(string? key, int length) =>
        key is not null && key.Length == length && IsDigits(key) && CheckDigit(key.AsSpan(0, length - 1)) == key[^1];

    public static bool IsDigits(ReadOnlySpan<char> text) => text.Length > 0 && text.IndexOfAnyExceptInRange('0', '9') < 0;

    /// <summary>
    /// True when a serial or lot can stand in a GS1 element string: 1 to 20 characters of the 82-character set
    /// (General Specifications, figure 7.11-1) that need no escape in a Digital Link.
    /// </summary>
    public static bool IsPlainSerial(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= 20
        && text.IndexOfAnyExcept("-._'\"0123456789;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") < 0;

    /// <summary>Upper-case text of five bits a character (Crockford's alphabet, no I, L, O, U) from the front of the bytes.</summary>
    public static string Base32(ReadOnlySpan<byte> bytes, int characters)
    {
        const string alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        var text = new StringBuilder(characters);
        var buffer = 0;
        var bits = 0;
        foreach (var b in bytes)
        {
            buffer = (buffer << 8) | b;
            bits += 8;
            while (bits >= 5 && text.Length < characters)
            {
                bits -= 5;
                text.Append(alphabet[(buffer >> bits) & 31]);
            }

            buffer &= (1 << bits) - 1;
        }

        return text.Length == characters
            ? text.ToString()
            : throw new ArgumentException("Too few bytes for so many characters.", nameof(bytes));
    }
}
