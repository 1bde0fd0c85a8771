using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace TcmBrain.ServiceDefaults.Identity;

/// <summary>
/// Checks a token's signature once and not with every request that brings it: the signature costs more than the rest of a short request.
/// What is remembered counts as long as the token lives and its very key is trusted; that it was revoked is looked at with each request
/// (<see cref="Revocations"/>), as before. Only tokens that passed every check are remembered, under their SHA-256.
/// </summary>
internal sealed class TokenMemory(JsonWebTokenHandler handler, SigningKeys keys, TimeProvider time) : TokenHandler
{
    /// <summary>Some three thousand clients and users with a new token each half an hour; beyond that everything is forgotten.</summary>
    internal const int Most = 10_000;

    private readonly ConcurrentDictionary<Digest, Passed> passed = new();

    internal int Count => passed.Count;

    public override int MaximumTokenSizeInBytes
    {
        get => handler.MaximumTokenSizeInBytes;
        set => handler.MaximumTokenSizeInBytes = value;
    }

    /// <summary>The key that a remembered token is signed with; null when the token has still to be checked.</summary>
    public string? KeyIdOf(string token) => Find(token)?.KeyId;

    public override async Task<TokenValidationResult> ValidateTokenAsync(string token, TokenValidationParameters validationParameters)
    {
        if (Find(token) is { } known)
        {
            return known.Result();
        }

        var result = await handler.ValidateTokenAsync(token, validationParameters);
        if (result is { IsValid: true, SecurityToken: JsonWebToken { Kid: { Length: > 0 } kid, SigningKey: { } key } checkedToken })
        {
            if (passed.Count >= Most)
            {
                passed.Clear();
            }

            passed[Digest.Of(token)] = new Passed(result, checkedToken, kid, key);
        }

        return result;
    }

    private Passed? Find(string token)
    {
        var digest = Digest.Of(token);
        if (!passed.TryGetValue(digest, out var known))
        {
            return null;
        }

        // A key that was fetched again is another object, so what it signed is checked anew every few minutes.
        if (time.GetUtcNow() < known.Ends && ReferenceEquals(keys.Find(known.KeyId).SingleOrDefault(), known.Key))
        {
            return known;
        }

        passed.TryRemove(new(digest, known));
        return null;
    }

    private sealed record Passed(TokenValidationResult First, JsonWebToken Token, string KeyId, SecurityKey Key)
    {
        /// <summary>The clock skew that the check allows is not allowed here: the last half minute is checked each time.</summary>
        public DateTimeOffset Ends { get; } = new(DateTime.SpecifyKind(Token.ValidTo, DateTimeKind.Utc));

        /// <summary>An identity of its own for each request, which may add to it.</summary>
        public TokenValidationResult Result() =>
            new()
            {
                IsValid = true,
                SecurityToken = Token,
                ClaimsIdentity = First.ClaimsIdentity.Clone(),
                Issuer = First.Issuer,
                TokenType = First.TokenType,
            };
    }

    private readonly record struct Digest(UInt128 High, UInt128 Low)
    {
        public static Digest Of(string token)
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            var length = Encoding.UTF8.GetByteCount(token);
            var bytes = length <= 4096 ? stackalloc byte[length] : new byte[length];
            Encoding.UTF8.GetBytes(token, bytes);
            SHA256.HashData(bytes, hash);
            return new Digest(
                System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash),
                System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash[16..])
            );
        }
    }
}
