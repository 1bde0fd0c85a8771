using System.Security.Cryptography;
using System.Text.Json;
using Dapper;
using Microsoft.IdentityModel.Tokens;
using Npgsql;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Institutions.Keys;

/// <summary>
/// The ES256 keys that tokens are signed with (签名密钥), shared by all replicas through the database. A key is published long before
/// it signs and for an hour after it stops, so nobody meets a token whose key it cannot have seen; rotating needs no pause.
/// </summary>
internal sealed class SigningKeyRing(NpgsqlDataSource database, KeyCipher cipher, TimeProvider time) : ISigningKeySource, IDisposable
{
    /// <summary>How long a key signs.</summary>
    public static readonly TimeSpan Term = TimeSpan.FromDays(30);

    /// <summary>How long a retired key stays published: its last token's life, and replicas that had not noticed.</summary>
    private static readonly TimeSpan Afterlife = TokenRules.Lifetime + TimeSpan.FromMinutes(30);

    /// <summary>
    /// How long a next key is known to the services before it may sign: they hear of it within seconds (<see cref="Revocations"/>).
    /// </summary>
    public static readonly TimeSpan Publication = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(1);
    private const long RotationLock = 0x7463_6d6b_6579_7301;

    private readonly SemaphoreSlim gate = new(1, 1);
    private volatile Signer? signer;

    /// <summary>The key to sign with now. Several callers may share it; signing is serialised inside.</summary>
    public async ValueTask<Signer> CurrentAsync(CancellationToken cancellationToken)
    {
        if (signer is { } fresh && time.GetElapsedTime(fresh.ReadAt) < Remembered)
        {
            return fresh;
        }

        await gate.WaitAsync(cancellationToken);
        try
        {
            if (signer is { } other && time.GetElapsedTime(other.ReadAt) < Remembered)
            {
                return other;
            }

            return signer = await ReadAsync(cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Current, next, and the retired that may still have living tokens, as a JWK set (RFC 7517).</summary>
    public async Task<string> FetchAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var keys = await connection.QueryAsync<(string Kid, string X, string Y)>(
            new CommandDefinition(
                """
                select kid, public_x, public_y from institutions.signing_key
                where status in ('current', 'next') or status = 'retired' and retired_at > @since
                order by created_at
                """,
                new { since = time.GetUtcNow() - Afterlife },
                cancellationToken: cancellationToken
            )
        );
        return JsonSerializer.Serialize(
            new
            {
                keys = keys.Select(key => new
                {
                    kty = "EC",
                    crv = "P-256",
                    use = "sig",
                    alg = "ES256",
                    kid = key.Kid,
                    x = key.X,
                    y = key.Y,
                }),
            }
        );
    }

    /// <summary>A text that changes when what is published does.</summary>
    public Task<string> PublishedAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.ExecuteScalarAsync<string>(
            new CommandDefinition(
                """
                select coalesce(string_agg(kid, ' ' order by created_at, kid), '') from institutions.signing_key
                where status in ('current', 'next') or status = 'retired' and retired_at > @since
                """,
                new { since = time.GetUtcNow() - Afterlife },
                cancellationToken: cancellationToken
            )
        )!;

    /// <summary>Every key there was, newest first.</summary>
    public async Task<IReadOnlyList<SigningKeyView>> ListAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var keys = await connection.QueryAsync<(string Kid, string Status, DateTime Created, DateTime? Activated, DateTime? Retired)>(
            new CommandDefinition(
                """
                select kid, status, created_at, activated_at, retired_at
                from institutions.signing_key order by created_at desc, activated_at nulls first
                """,
                cancellationToken: cancellationToken
            )
        );
        return
        [
            .. keys.Select(key => new SigningKeyView(
                key.Kid,
                key.Status,
                key.Created,
                key.Activated,
                key.Retired,
                key.Status == "retired" ? key.Retired + Afterlife : null
            )),
        ];
    }

    /// <summary>Makes the first keys, and rotates when the current one's term is over. Idempotent; replicas take turns.</summary>
    public Task MaintainAsync(CancellationToken cancellationToken) => RotateAsync(onlyWhenDue: true, cancellationToken);

    /// <summary>Next becomes current, current is retired, a new next is made.</summary>
    /// <param name="withdraw">the retired key is believed no longer: every token it has signed ends within seconds</param>
    /// <exception cref="FaultException">INS-0208 while next is too new for every service to have seen it</exception>
    public Task RotateAsync(bool withdraw, CancellationToken cancellationToken) =>
        RotateAsync(onlyWhenDue: false, cancellationToken, withdraw);

    public void Dispose() => gate.Dispose();

    private async Task RotateAsync(bool onlyWhenDue, CancellationToken cancellationToken, bool withdraw = false)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync("select pg_advisory_xact_lock(@RotationLock)", new { RotationLock }, transaction);
        var now = time.GetUtcNow();
        var activated = await connection.QuerySingleOrDefaultAsync<DateTime?>(
            "select activated_at from institutions.signing_key where status = 'current'",
            transaction: transaction
        );
        if (activated is { } since && onlyWhenDue && now - since < Term)
        {
            return;
        }

        var published = await connection.QuerySingleOrDefaultAsync<DateTime?>(
            "select created_at from institutions.signing_key where status = 'next'",
            transaction: transaction
        );
        if (published + Publication - now is { } early && early > TimeSpan.Zero)
        {
            throw new FaultException(409, InstitutionsFaults.KeyTooNew.At("")) { RetryAfter = early };
        }

        await connection.ExecuteAsync(
            "update institutions.signing_key set status = @after, retired_at = @now where status = 'current'",
            new { after = withdraw ? "withdrawn" : "retired", now },
            transaction
        );
        var promoted = await connection.ExecuteAsync(
            "update institutions.signing_key set status = 'current', activated_at = @now where status = 'next'",
            new { now },
            transaction
        );
        if (promoted == 0)
        {
            await InsertAsync(connection, transaction, "current", now);
        }

        await InsertAsync(connection, transaction, "next", now);
        await transaction.CommitAsync(cancellationToken);
        signer = null;
    }

    private async Task InsertAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string status, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        // The thumbprint's source is the public key itself, so an id is never used twice.
        var kid = Base64UrlEncoder.Encode(SHA256.HashData([.. point.X!, .. point.Y!]).AsSpan(0, 12).ToArray());
        var pkcs8 = key.ExportPkcs8PrivateKey();
        try
        {
            await connection.ExecuteAsync(
                """
                insert into institutions.signing_key (kid, status, public_x, public_y, private_encrypted, created_at, activated_at)
                values (@kid, @status, @x, @y, @secret, @now, @activated)
                """,
                new
                {
                    kid,
                    status,
                    x = Base64UrlEncoder.Encode(point.X),
                    y = Base64UrlEncoder.Encode(point.Y),
                    secret = cipher.Encrypt(pkcs8, kid),
                    now,
                    activated = status == "current" ? now : (DateTimeOffset?)null,
                },
                transaction
            );
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs8);
        }
    }

    private async Task<Signer> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var (kid, secret) = await connection.QuerySingleAsync<(string, byte[])>(
            new CommandDefinition(
                "select kid, private_encrypted from institutions.signing_key where status = 'current'",
                cancellationToken: cancellationToken
            )
        );
        if (signer is { } same && same.Kid == kid)
        {
            return same with { ReadAt = time.GetTimestamp() };
        }

        var pkcs8 = cipher.Decrypt(secret, kid);
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        CryptographicOperations.ZeroMemory(pkcs8);
        return new Signer(
            kid,
            new SigningCredentials(new ECDsaSecurityKey(key) { KeyId = kid }, SecurityAlgorithms.EcdsaSha256),
            time.GetTimestamp()
        );
    }

    internal sealed record Signer(string Kid, SigningCredentials Credentials, long ReadAt);
}

/// <param name="Status">next, current, retired, withdrawn</param>
/// <param name="PublishedUntil">UTC; until then a retired key's tokens are believed</param>
internal sealed record SigningKeyView(
    string Kid,
    string Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ActivatedAt,
    DateTimeOffset? RetiredAt,
    DateTimeOffset? PublishedUntil
);
