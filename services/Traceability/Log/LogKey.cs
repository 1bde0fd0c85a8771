using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace TcmBrain.Traceability.Log;

/// <summary>
/// The log's ECDSA P-256 key as C2SP signed notes know it (signature type 2: the key id is the begin of SHA-256 of the public key's
/// SubjectPublicKeyInfo, the signature ASN.1 DER over SHA-256 of the text). Thread-safe.
/// </summary>
public sealed class LogKey : IDisposable
{
    private const byte EcdsaType = 2;
    private const int SeedLength = 32;

    /// <summary>Order n of the group of P-256 (FIPS 186-5).</summary>
    private static readonly BigInteger Order = BigInteger.Parse(
        "0FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551",
        NumberStyles.HexNumber,
        CultureInfo.InvariantCulture
    );

    private readonly ECDsa key;
    private readonly Lock turn = new();

    private LogKey(string name, ECDsa key, bool canSign)
    {
        if (name.Length == 0 || name.Any(c => char.IsWhiteSpace(c) || c == '+'))
        {
            throw new ArgumentException("A key name has neither blanks nor plus signs.", nameof(name));
        }

        this.key = key;
        Name = name;
        CanSign = canSign;
        PublicKey = key.ExportSubjectPublicKeyInfo();
        Id = BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(PublicKey));
    }

    public string Name { get; }

    /// <summary>Four bytes, big-endian: tells keys apart, proves nothing.</summary>
    public uint Id { get; }

    /// <summary>SubjectPublicKeyInfo, DER: what a browser's <c>crypto.subtle.importKey("spki", …)</c> takes.</summary>
    public byte[] PublicKey { get; }

    public bool CanSign { get; }

    /// <summary>Verifier key (vkey): <c>name+hex(id)+base64(2 || SubjectPublicKeyInfo)</c>.</summary>
    public string VerifierKey => $"{Name}+{Id:x8}+{Convert.ToBase64String([EcdsaType, .. PublicKey])}";

    /// <summary>
    /// The key pair of a seed: the private scalar is 1 + (seed mod (n - 1)), the seed read as a big-endian number. Every 32 bytes
    /// give a valid key; the same bytes the same key.
    /// </summary>
    /// <param name="seed">32 bytes, base64 (<c>Log:SigningKey</c>).</param>
    /// <exception cref="ArgumentException">Not 32 bytes of base64.</exception>
    public static LogKey FromSeed(string name, string seed)
    {
        var bytes = new byte[SeedLength];
        if (!Convert.TryFromBase64String(seed, bytes, out var length) || length != SeedLength)
        {
            throw new ArgumentException("The log's signing key is 32 bytes of base64.", nameof(seed));
        }

        var scalar = (new BigInteger(bytes, isUnsigned: true, isBigEndian: true) % (Order - 1)) + 1;
        var d = new byte[SeedLength];
        var written = scalar.ToByteArray(isUnsigned: true, isBigEndian: true);
        written.CopyTo(d, SeedLength - written.Length);
        var pair = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = d });
        CryptographicOperations.ZeroMemory(bytes);
        CryptographicOperations.ZeroMemory(d);
        return new LogKey(name, pair, canSign: true);
    }

    /// <exception cref="FormatException">Not a verifier key of an ECDSA P-256 key.</exception>
    public static LogKey FromVerifierKey(string verifierKey)
    {
        var parts = verifierKey.Split('+', 3);
        if (parts.Length != 3)
        {
            throw new FormatException("A verifier key is name+id+key.");
        }

        try
        {
            var material = StrictBase64.Decode(parts[2]);
            if (material is not [EcdsaType, ..])
            {
                throw new FormatException("Only ECDSA keys (signature type 2) sign this log.");
            }

            var pair = ECDsa.Create();
            pair.ImportSubjectPublicKeyInfo(material.AsSpan(1), out var read);
            var key = new LogKey(parts[0], pair, canSign: false);
            return
                read == material.Length - 1
                && pair.KeySize == 256
                && string.Equals(parts[1], key.Id.ToString("x8", CultureInfo.InvariantCulture), StringComparison.OrdinalIgnoreCase)
                ? key
                : throw new FormatException("The verifier key contradicts itself.");
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new FormatException("The verifier key is not readable.", e);
        }
    }

    /// <summary>The text with its signature line (signed note). The text ends with a line break.</summary>
    /// <exception cref="InvalidOperationException">This is only the public key.</exception>
    public string Sign(string text)
    {
        if (!CanSign)
        {
            throw new InvalidOperationException("A verifier key cannot sign.");
        }

        byte[] signature;
        lock (turn)
        {
            signature = key.SignData(Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }

        var line = new byte[4 + signature.Length];
        BinaryPrimitives.WriteUInt32BigEndian(line, Id);
        signature.CopyTo(line, 4);
        return $"{text}\n— {Name} {Convert.ToBase64String(line)}\n";
    }

    /// <summary>The text of a signed note when this key's signature on it is good, else null. Signatures of other keys are passed over.</summary>
    public string? Open(string note)
    {
        var end = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (end < 0 || !note.EndsWith('\n'))
        {
            return null;
        }

        var text = note[..(end + 1)];
        var good = false;
        foreach (var line in note[(end + 2)..^1].Split('\n'))
        {
            var parts = line.Split(' ');
            if (parts is not ["—", _, _] || !TryDecode(parts[2], out var bytes))
            {
                return null;
            }

            if (parts[1] != Name || BinaryPrimitives.ReadUInt32BigEndian(bytes) != Id)
            {
                continue;
            }

            if (!Verify(text, bytes.AsSpan(4)))
            {
                return null;
            }

            good = true;
        }

        return good ? text : null;
    }

    public void Dispose() => key.Dispose();

    private bool Verify(string text, ReadOnlySpan<byte> signature)
    {
        lock (turn)
        {
            return key.VerifyData(Encoding.UTF8.GetBytes(text), signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
    }

    private static bool TryDecode(string base64, out byte[] bytes) => StrictBase64.TryDecode(base64, out bytes) && bytes.Length >= 5;
}
