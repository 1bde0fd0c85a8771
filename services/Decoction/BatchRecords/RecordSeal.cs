using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace TcmBrain.Decoction.BatchRecords;

/// <summary>Hash and signature of batch records. The hash chains each record of a centre to the one before.</summary>
public static class RecordHash
{
    /// <param name="previous">Null for a centre's first record.</param>
    /// <returns>SHA-256 over the previous hash (32 zero bytes for none), the length of the text in eight bytes, the text as UTF-8, the curve.</returns>
    public static byte[] Of(byte[]? previous, string content, byte[] curve)
    {
        var text = Encoding.UTF8.GetBytes(content);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(previous ?? new byte[SHA256.HashSizeInBytes]);
        hash.AppendData(BitConverter.GetBytes(BitConverter.IsLittleEndian ? (long)text.Length : throw new PlatformNotSupportedException()));
        hash.AppendData(text);
        hash.AppendData(curve);
        return hash.GetHashAndReset();
    }

    /// <param name="publicKey">SubjectPublicKeyInfo, DER.</param>
    public static bool Verifies(byte[] publicKey, byte[] sha256, byte[] signature)
    {
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(publicKey, out _);
        return key.VerifyHash(sha256, signature);
    }
}

/// <summary>Signs with ECDSA P-256; the private scalar is 1 + (seed mod (n − 1)), so that every 32 bytes give a key and the same the same.</summary>
internal sealed class RecordSeal : IDisposable
{
    private static readonly BigInteger Order = BigInteger.Parse(
        "0FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551",
        NumberStyles.HexNumber,
        CultureInfo.InvariantCulture
    );
    private readonly ECDsa key;

    public RecordSeal(IOptions<RecordSettings> settings)
    {
        var seed = new byte[32];
        if (!Convert.TryFromBase64String(settings.Value.SigningKey, seed, out var length) || length != seed.Length)
        {
            throw new InvalidOperationException("Records:SigningKey must be 32 bytes of base64.");
        }

        var scalar = (new BigInteger(seed, isUnsigned: true, isBigEndian: true) % (Order - 1)) + 1;
        var d = new byte[32];
        var bytes = scalar.ToByteArray(isUnsigned: true, isBigEndian: true);
        bytes.CopyTo(d, d.Length - bytes.Length);
        key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = d });
        PublicKey = key.ExportSubjectPublicKeyInfo();
        KeyId = Convert.ToHexStringLower(SHA256.HashData(PublicKey))[..16];
    }

    /// <summary>SubjectPublicKeyInfo, DER.</summary>
    public byte[] PublicKey { get; }

    public string KeyId { get; }

    public byte[] Sign(byte[] sha256)
    {
        lock (key)
        {
            return key.SignHash(sha256);
        }
    }

    public void Dispose() => key.Dispose();
}
