using System.Security.Cryptography;
using System.Text;

namespace TcmBrain.Institutions.Keys;

/// <summary>
/// Keeps private keys unreadable in the database: AES-256-GCM under <c>Tokens:Key</c>. The key's id is authenticated with it, so that one
/// row's secret cannot be put into another.
/// </summary>
internal sealed class KeyCipher
{
    private const byte FormatVersion = 1;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int HeaderLength = 1 + NonceLength + TagLength;

    private readonly byte[] secret;

    /// <param name="secret">32 bytes in base64</param>
    /// <exception cref="InvalidOperationException">when it is missing or has another length</exception>
    public KeyCipher(string? secret)
    {
        var bytes = new byte[33];
        if (secret is null || !Convert.TryFromBase64String(secret, bytes, out var length) || length != 32)
        {
            throw new InvalidOperationException("Tokens:Key must be 32 bytes in base64.");
        }

        this.secret = bytes[..32];
    }

    public byte[] Encrypt(ReadOnlySpan<byte> plain, string kid)
    {
        var sealedBytes = new byte[HeaderLength + plain.Length];
        sealedBytes[0] = FormatVersion;
        var nonce = sealedBytes.AsSpan(1, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(secret, TagLength);
        aes.Encrypt(
            nonce,
            plain,
            sealedBytes.AsSpan(HeaderLength),
            sealedBytes.AsSpan(1 + NonceLength, TagLength),
            Encoding.UTF8.GetBytes(kid)
        );
        return sealedBytes;
    }

    /// <exception cref="InvalidOperationException">when it was encrypted with another Tokens:Key, or was changed</exception>
    public byte[] Decrypt(ReadOnlySpan<byte> sealedBytes, string kid)
    {
        if (sealedBytes.Length <= HeaderLength || sealedBytes[0] != FormatVersion)
        {
            throw new InvalidOperationException($"Signing key {kid} is stored in an unknown format.");
        }

        var plain = new byte[sealedBytes.Length - HeaderLength];
        using var aes = new AesGcm(secret, TagLength);
        try
        {
            aes.Decrypt(
                sealedBytes.Slice(1, NonceLength),
                sealedBytes[HeaderLength..],
                sealedBytes.Slice(1 + NonceLength, TagLength),
                plain,
                Encoding.UTF8.GetBytes(kid)
            );
        }
        catch (AuthenticationTagMismatchException exception)
        {
            throw new InvalidOperationException($"Signing key {kid} was not encrypted with this Tokens:Key.", exception);
        }

        return plain;
    }
}
