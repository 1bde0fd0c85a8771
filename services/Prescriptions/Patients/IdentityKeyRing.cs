using System.Buffers.Text;
using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace TcmBrain.Prescriptions.Patients;

/// <summary>
/// The keys that patients' identities are sealed with, by version (1 to 255), from configuration alone:
/// <c>PatientIdentity:Keys:N</c>, 32 bytes in base64 each; <c>PatientIdentity:Key</c> is version 1. New ones are sealed with
/// <c>PatientIdentity:ActiveKey</c>, the highest version unless it is given; the others open what was sealed before. From each version two
/// more keys are derived by HKDF-SHA-256 (RFC 5869): for the blind index, and for the pseudonym that events carry.
/// </summary>
internal sealed class IdentityKeyRing
{
    private const int KeyLength = 32;
    private const int IndexLength = 16;
    private const int PseudonymLength = 12;
    private static readonly byte[] IndexPurpose = Encoding.UTF8.GetBytes("tcmbrain patient identity blind index v1");
    private static readonly byte[] PseudonymPurpose = Encoding.UTF8.GetBytes("tcmbrain patient pseudonym in events v1");

    private readonly FrozenDictionary<byte, (byte[] Seal, byte[] Index, byte[] Pseudonym)> keys;

    /// <exception cref="InvalidOperationException">There is no key, one is not 32 bytes, or the active one is not there.</exception>
    public IdentityKeyRing(IConfiguration configuration)
    {
        var given = new Dictionary<byte, string>();
        if (configuration["PatientIdentity:Key"] is { Length: > 0 } single)
        {
            given[1] = single;
        }

        foreach (var entry in configuration.GetSection("PatientIdentity:Keys").GetChildren())
        {
            if (!byte.TryParse(entry.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var version) || version == 0)
            {
                throw new InvalidOperationException("PatientIdentity:Keys are numbered 1 to 255.");
            }

            if (given.TryGetValue(version, out var other) && other != entry.Value)
            {
                throw new InvalidOperationException($"PatientIdentity:Keys:{version} and PatientIdentity:Key differ; both are version 1.");
            }

            given[version] = entry.Value ?? "";
        }

        if (given.Count == 0)
        {
            throw new InvalidOperationException("PatientIdentity:Key is not set.");
        }

        keys = given.ToFrozenDictionary(entry => entry.Key, entry => Derive(entry.Key, entry.Value));
        Active = configuration.GetValue("PatientIdentity:ActiveKey", given.Keys.Max());
        if (!keys.ContainsKey(Active))
        {
            throw new InvalidOperationException($"PatientIdentity:ActiveKey is {Active}, but there is no such key.");
        }
    }

    /// <summary>The version that new identities are sealed with.</summary>
    public byte Active { get; }

    /// <exception cref="CryptographicException">no key of that version is configured</exception>
    public byte[] SealingKey(byte version) =>
        keys.TryGetValue(version, out var key)
            ? key.Seal
            : throw new CryptographicException("This identity was sealed with a key that is not configured.");

    /// <summary>
    /// What stands for an identity number in the database: equal numbers have equal indexes, and without the key nothing can be told from
    /// one, nor tried. 16 bytes; random when there is no number, so that such patients are not one.
    /// </summary>
    public byte[] BlindIndex(byte version, string identityNumber)
    {
        var canonical = Canonical(identityNumber);
        return canonical.Length == 0
            ? RandomNumberGenerator.GetBytes(IndexLength)
            : HMACSHA256.HashData(keys[version].Index, Encoding.UTF8.GetBytes(canonical))[..IndexLength];
    }

    /// <summary>Under every version, since rotation takes its time.</summary>
    public byte[][] BlindIndexes(string identityNumber) => [.. keys.Keys.Select(version => BlindIndex(version, identityNumber))];

    /// <summary>
    /// What stands for a patient in events (假名), so that others can see that two prescriptions are one patient's and nothing else: under
    /// a key of its own, so that it leads to no row here either. Of the active key: after a rotation everybody is somebody new. Empty
    /// when there is no number.
    /// </summary>
    public string Pseudonym(string identityNumber)
    {
        var canonical = Canonical(identityNumber);
        return canonical.Length == 0
            ? ""
            : Base64Url.EncodeToString(
                HMACSHA256.HashData(keys[Active].Pseudonym, Encoding.UTF8.GetBytes(canonical)).AsSpan(0, PseudonymLength)
            );
    }

    /// <summary>GB 11643 writes the check character X as a capital; people do not always.</summary>
    internal static string Canonical(string identityNumber) => identityNumber.Trim().ToUpperInvariant();

    private static (byte[] Seal, byte[] Index, byte[] Pseudonym) Derive(byte version, string text)
    {
        var bytes = new byte[KeyLength + 1];
        if (!Convert.TryFromBase64String(text, bytes, out var length) || length != KeyLength)
        {
            throw new InvalidOperationException(
                version == 1
                    ? "PatientIdentity:Key must be 32 bytes in base64."
                    : $"PatientIdentity:Keys:{version} must be 32 bytes in base64."
            );
        }

        var key = bytes[..KeyLength];
        return (key, For(IndexPurpose), For(PseudonymPurpose));

        byte[] For(byte[] purpose) => HKDF.DeriveKey(HashAlgorithmName.SHA256, key, KeyLength, salt: null, info: purpose);
    }
}
