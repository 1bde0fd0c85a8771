using System.Collections.Frozen;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.Accounts;

/// <summary>
/// What a password must be (NIST SP 800-63B §3.1.1.2): long rather than decorated, not among those tried first, not the owner's name. Kinds of
/// characters and regular changes are not asked for.
/// </summary>
internal static class PasswordRules
{
    public const int Shortest = 10;
    public const int Longest = 128;

    // Of the lists of breached passwords those that are long enough to be let through otherwise, and what people here begin with.
    private static readonly FrozenSet<string> Obvious = new[]
    {
        "1q2w3e4r5t",
        "1qaz2wsx3edc",
        "1234567890a",
        "a1234567890",
        "123456789a",
        "a123456789",
        "qwertyuiop",
        "asdfghjkl;",
        "password123",
        "password1234",
        "passw0rd123",
        "p@ssw0rd123",
        "p@ssword123",
        "admin12345",
        "admin123456",
        "administrator",
        "iloveyou123",
        "woaini1314",
        "woaini520520",
        "5201314520",
        "letmein1234",
        "welcome1234",
        "changeme123",
        "qwerty12345",
        "qwerty123456",
        "abc1234567",
        "abc123456789",
        "abcd123456",
        "zhongyi123",
        "zhongyi12345",
        "zhongyao123",
        "yiyuan123456",
        "tcmbrain123",
        "hospital123",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly string[] Rows = ["01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm"];

    /// <summary>Records what is wrong with it, without ever repeating it.</summary>
    public static FaultList Check(FaultList faults, string password, string name, string displayName, string field)
    {
        var length = password.EnumerateRunes().Count();
        return faults
            .Require(
                length >= Shortest && password.Length <= Longest && !password.Any(char.IsControl),
                InstitutionsFaults.PasswordShort,
                field,
                Shortest,
                Longest
            )
            .Require(length < Shortest || !IsObvious(password), InstitutionsFaults.PasswordObvious, field)
            .Require(!Holds(password, name) && !Holds(password, displayName), InstitutionsFaults.PasswordIsName, field);
    }

    private static bool IsObvious(string password)
    {
        var bare = password.Trim().TrimEnd('!', '.', '@', '#', '*', '1').ToLowerInvariant();
        return Obvious.Contains(password)
            || Obvious.Contains(bare)
            || password.Distinct().Count() < 4
            || IsRepeated(password)
            || password.ToLowerInvariant() is var lower && (IsRun(lower) || IsRun(new string([.. lower.Reverse()])));
    }

    // abcabcabcabc
    private static bool IsRepeated(string text)
    {
        for (var period = 1; period <= text.Length / 3; period++)
        {
            var same = true;
            for (var i = period; same && i < text.Length; i++)
            {
                same = text[i] == text[i - period];
            }

            if (same)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Made of nothing but pieces, four or longer, of the alphabet, the digits or a row of keys.</summary>
    private static bool IsRun(string text)
    {
        var i = 0;
        while (i < text.Length)
        {
            var longest = 0;
            foreach (var row in Rows)
            {
                var length = Math.Min(row.Length, text.Length - i);
                while (length > longest && !row.AsSpan().Contains(text.AsSpan(i, length), StringComparison.Ordinal))
                {
                    length--;
                }

                longest = Math.Max(longest, length);
            }

            if (longest < 4)
            {
                return false;
            }

            i += longest;
        }

        return true;
    }

    private static bool Holds(string password, string name) =>
        name.Length >= 2 && password.Contains(name, StringComparison.OrdinalIgnoreCase);
}
