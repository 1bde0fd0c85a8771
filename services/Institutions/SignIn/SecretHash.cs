using System.Globalization;
using System.Security.Cryptography;

namespace TcmBrain.Institutions.SignIn;

/// <summary>Secrets and passwords at rest: PBKDF2-HMAC-SHA512, salted, with its cost beside it so that it can be raised later.</summary>
internal static class SecretHash
{
    // OWASP Password Storage Cheat Sheet: 210 000 rounds for PBKDF2-HMAC-SHA512.
    private const int Rounds = 210_000;
    private const int SaltLength = 16;
    private const int HashLength = 32;
    private const string Scheme = "pbkdf2-sha512";

    /// <summary>What an unknown name's secret is compared with, so that it takes as long as a known one's.</summary>
    public static string OfNobody { get; } = Text(RandomNumberGenerator.GetBytes(SaltLength), RandomNumberGenerator.GetBytes(HashLength));

    public static string Create(string secret)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltLength);
        var hash = Rfc2898DeriveBytes.Pbkdf2(secret, salt, Rounds, HashAlgorithmName.SHA512, HashLength);
        return Text(salt, hash);
    }

    public static bool Verify(string secret, string stored)
    {
        if (stored.Split('$') is not [Scheme, var rounds, var salt, var expected])
        {
            return false;
        }

        var hash = Convert.FromBase64String(expected);
        var actual = Rfc2898DeriveBytes.Pbkdf2(
            secret,
            Convert.FromBase64String(salt),
            int.Parse(rounds, CultureInfo.InvariantCulture),
            HashAlgorithmName.SHA512,
            hash.Length
        );
        return CryptographicOperations.FixedTimeEquals(actual, hash);
    }

    private static string Text(byte[] salt, byte[] hash) =>
        string.Create(CultureInfo.InvariantCulture, $"{Scheme}${Rounds}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}");
}
