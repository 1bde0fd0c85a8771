using System.Buffers.Text;
using System.Security.Cryptography;

namespace TcmBrain.Institutions.SignIn;

/// <summary>
/// Secrets that the platform makes: <c>tcs_</c>, eight characters that tell secrets of one client apart (public, shown in lists), <c>_</c>
/// and 256 random bits.
/// </summary>
internal static class GeneratedSecret
{
    private const string Mark = "tcs_";
    private const int LookupLength = 8;

    public static string Create() => Mark + Text(6) + "_" + Text(32);

    /// <summary>For a person to type once: four groups of letters and digits that cannot be mistaken for one another, 98 bits.</summary>
    public static string CreatePassword() =>
        string.Join('-', Enumerable.Range(0, 4).Select(_ => RandomNumberGenerator.GetString("abcdefghjkmnpqrstuvwxyz23456789", 5)));

    /// <summary>Which of an account's secrets a given one could be; empty for a password or a secret made elsewhere.</summary>
    public static string LookupOf(string secret) =>
        secret.StartsWith(Mark, StringComparison.Ordinal)
        && secret.Length > Mark.Length + LookupLength
        && secret[Mark.Length + LookupLength] == '_'
            ? secret.Substring(Mark.Length, LookupLength)
            : "";

    private static string Text(int bytes) => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(bytes));
}
