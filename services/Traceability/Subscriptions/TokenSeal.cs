using System.Security.Cryptography;
using System.Text;
using TcmBrain.Traceability.Log;

namespace TcmBrain.Traceability.Subscriptions;

/// <summary>Keeps the secrets that deliveries are signed with unreadable in the database (AES-256-GCM), and signs with them.</summary>
public sealed class TokenSeal(LogOptions options)
{
    private const int Nonce = 12;
    private const int Tag = 16;

    private readonly byte[] key = HKDF.DeriveKey(
        HashAlgorithmName.SHA256,
        Convert.FromBase64String(options.SigningKey),
        32,
        info: "epcis subscription secrets"u8.ToArray()
    );

    public byte[] Close(string token)
    {
        var text = Encoding.UTF8.GetBytes(token);
        var sealedToken = new byte[Nonce + text.Length + Tag];
        RandomNumberGenerator.Fill(sealedToken.AsSpan(0, Nonce));
        using var cipher = new AesGcm(key, Tag);
        cipher.Encrypt(sealedToken.AsSpan(0, Nonce), text, sealedToken.AsSpan(Nonce, text.Length), sealedToken.AsSpan(Nonce + text.Length));
        return sealedToken;
    }

    /// <summary>GS1-Signature of a body: <c>sha256=</c> and HMAC-SHA256 under the token in hex.</summary>
    /// <exception cref="CryptographicException">The token was sealed under another key.</exception>
    public string Sign(byte[] sealedToken, ReadOnlySpan<byte> body)
    {
        var token = new byte[sealedToken.Length - Nonce - Tag];
        using var cipher = new AesGcm(key, Tag);
        cipher.Decrypt(
            sealedToken.AsSpan(0, Nonce),
            sealedToken.AsSpan(Nonce, token.Length),
            sealedToken.AsSpan(Nonce + token.Length),
            token
        );
        return "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(token, body));
    }
}
