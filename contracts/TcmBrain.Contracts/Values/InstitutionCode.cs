namespace TcmBrain.Contracts;

/// <summary>统一社会信用代码: the 18-character code of an organisation, whose last character checks the others (GB 32100-2015).</summary>
public static class InstitutionCode
{
    public const int Length = 18;
    private const string Alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    private static readonly int[] Weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

    /// <summary>True when the text has the form and its check character is right.</summary>
    public static bool IsValid(string? code) =>
        code is { Length: Length } && CheckCharacter(code.AsSpan(0, Length - 1)) is { } check && check == code[^1];

    /// <summary>The check character of the first 17, or null when one of them is outside the code's alphabet.</summary>
    public static char? CheckCharacter(ReadOnlySpan<char> first17)
    {
        if (first17.Length != Length - 1)
        {
            return null;
        }

        var sum = 0;
        for (var i = 0; i < first17.Length; i++)
        {
            var value = Alphabet.IndexOf(first17[i]);
            if (value < 0)
            {
                return null;
            }

            sum += value * Weights[i];
        }

        return Alphabet[(31 - sum % 31) % 31];
    }
}
