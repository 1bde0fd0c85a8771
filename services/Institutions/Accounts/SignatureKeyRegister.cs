using System.Security.Cryptography;
using Dapper;
using Npgsql;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.Accounts;

/// <summary>A key with which an institution signs prescriptions (处方签名公钥).</summary>
/// <param name="Status">valid or revoked</param>
public sealed record SignatureKeyView(
    string KeyId,
    string InstitutionCode,
    string Name,
    string PublicKeyPem,
    string Status,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    DateTimeOffset? RevokedAt,
    string? RevokedBy,
    string? RevokedReason
);

/// <param name="PublicKeyPem">ECDSA P-256, SubjectPublicKeyInfo</param>
public sealed record NewSignatureKey(string? Name, string? PublicKeyPem);

/// <summary>The institutions' signature keys; each change is one transaction with the event that tells prescriptions of it.</summary>
internal sealed class SignatureKeyRegister(EventExchange exchange, NpgsqlDataSource database, TimeProvider time)
{
    private const int LongestPem = 1000;

    private const string Columns = """
        k.key_id as KeyId, i.code as InstitutionCode, k.name, k.public_key_pem as PublicKeyPem, k.created_at as CreatedAt,
        k.created_by as CreatedBy, k.revoked_at as RevokedAt, k.revoked_by as RevokedBy, k.revoked_reason as RevokedReason, k.id, k.version
        """;

    public async Task<IReadOnlyList<SignatureKeyView>> ListAsync(
        string institutionCode,
        Administrator by,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(
            new CommandDefinition(
                $"""
                select {Columns} from institutions.signature_key k join institutions.institution i on i.id = k.institution_id
                where i.code = @institutionCode and {Administrator.Sql} order by k.created_at, k.key_id
                """,
                new
                {
                    institutionCode,
                    by.All,
                    by.RegionPrefix,
                    by.OwnCode,
                },
                cancellationToken: cancellationToken
            )
        );
        return [.. rows.Select(row => row.View())];
    }

    /// <exception cref="FaultException">INS-0108, INS-0341 no such public key, INS-0342 registered already, whoever's it is</exception>
    public async Task<SignatureKeyView> RegisterAsync(
        string institutionCode,
        NewSignatureKey asked,
        Administrator by,
        CancellationToken cancellationToken
    )
    {
        var faults = new FaultList();
        AccountRules.CheckText(faults, asked.Name, "name", AccountRules.LongestDisplayName);
        var spki = SubjectPublicKeyInfo(asked.PublicKeyPem ?? "");
        faults.Require(spki is not null, InstitutionsFaults.WrongPublicKey, "publicKeyPem");
        faults.ThrowIfAny();
        var now = time.GetUtcNow();
        var (id, keyId) = (Guid.CreateVersion7(now), Convert.ToHexStringLower(SHA256.HashData(spki!))[..32]);
        var pem = PemEncoding.WriteString("PUBLIC KEY", spki);
        await using var work = await exchange.BeginAsync(cancellationToken);
        var institution = await work.Connection.QuerySingleOrDefaultAsync<Guid?>(
            new CommandDefinition(
                $"select i.id from institutions.institution i where i.code = @institutionCode and {Administrator.Sql}",
                new
                {
                    institutionCode,
                    by.All,
                    by.RegionPrefix,
                    by.OwnCode,
                },
                work.Transaction,
                cancellationToken: cancellationToken
            )
        );
        if (institution is null)
        {
            throw InstitutionsFaults.InstitutionNotFound.Exception();
        }

        var added = await work.Connection.ExecuteAsync(
            new CommandDefinition(
                """
                insert into institutions.signature_key (id, key_id, institution_id, name, public_key_pem, version, created_at, created_by)
                values (@id, @keyId, @institution, @name, @pem, 1, @now, @actor)
                on conflict (key_id) do nothing
                """,
                new
                {
                    id,
                    keyId,
                    institution,
                    name = asked.Name!.Trim(),
                    pem,
                    now,
                    actor = by.Name,
                },
                work.Transaction,
                cancellationToken: cancellationToken
            )
        );
        if (added == 0)
        {
            throw InstitutionsFaults.KeyTaken.Exception("publicKeyPem");
        }

        work.Publish(
            new SignatureKeyRegistered
            {
                AggregateId = id,
                Version = 1,
                OccurredAt = now,
                InstitutionCode = institutionCode,
                KeyId = keyId,
                PublicKeyPem = pem,
                Name = asked.Name!.Trim(),
            }
        );
        await work.CommitAsync(cancellationToken);
        return new SignatureKeyView(keyId, institutionCode, asked.Name!.Trim(), pem, "valid", now, by.Name, null, null, null);
    }

    /// <exception cref="FaultException">INS-0343 not there or out of reach, INS-0344 revoked already</exception>
    public async Task<SignatureKeyView> RevokeAsync(
        string institutionCode,
        string keyId,
        string reason,
        Administrator by,
        CancellationToken cancellationToken
    )
    {
        var faults = new FaultList();
        AccountRules.CheckText(faults, reason, "reason", 200);
        faults.ThrowIfAny();
        await using var work = await exchange.BeginAsync(cancellationToken);
        var row =
            await work.Connection.QuerySingleOrDefaultAsync<Row>(
                new CommandDefinition(
                    $"""
                    select {Columns} from institutions.signature_key k join institutions.institution i on i.id = k.institution_id
                    where i.code = @institutionCode and k.key_id = @keyId and {Administrator.Sql} for update of k
                    """,
                    new
                    {
                        institutionCode,
                        keyId,
                        by.All,
                        by.RegionPrefix,
                        by.OwnCode,
                    },
                    work.Transaction,
                    cancellationToken: cancellationToken
                )
            ) ?? throw InstitutionsFaults.KeyNotFound.Exception();
        if (row.RevokedAt is not null)
        {
            throw InstitutionsFaults.KeyRevoked.Exception();
        }

        var now = time.GetUtcNow();
        await work.Connection.ExecuteAsync(
            new CommandDefinition(
                """
                update institutions.signature_key set revoked_at = @now, revoked_by = @Name, revoked_reason = @reason, version = version + 1
                where id = @Id
                """,
                new
                {
                    now,
                    by.Name,
                    reason = reason.Trim(),
                    row.Id,
                },
                work.Transaction,
                cancellationToken: cancellationToken
            )
        );
        work.Publish(
            new SignatureKeyRevoked
            {
                AggregateId = row.Id,
                Version = row.Version + 1,
                OccurredAt = now,
                InstitutionCode = institutionCode,
                KeyId = keyId,
                Reason = reason.Trim(),
            }
        );
        await work.CommitAsync(cancellationToken);
        return row.View() with { Status = "revoked", RevokedAt = now, RevokedBy = by.Name, RevokedReason = reason.Trim() };
    }

    /// <returns>DER; null for anything but one P-256 public key</returns>
    internal static byte[]? SubjectPublicKeyInfo(string pem)
    {
        if (
            pem.Length > LongestPem
            || !PemEncoding.TryFind(pem, out var fields)
            || pem[fields.Label] is not "PUBLIC KEY"
            || pem[fields.Location.End..].AsSpan().Trim().Length > 0
        )
        {
            return null;
        }

        try
        {
            var der = Convert.FromBase64String(pem[fields.Base64Data]);
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(der, out var read);
            var curve = key.ExportParameters(includePrivateParameters: false).Curve;
            // Written anew, so that one key has one form and one id.
            return read == der.Length && curve.IsNamed && curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value
                ? key.ExportSubjectPublicKeyInfo()
                : null;
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException)
        {
            return null;
        }
    }

    private sealed record Row
    {
        public required string KeyId { get; init; }
        public required string InstitutionCode { get; init; }
        public required string Name { get; init; }
        public required string PublicKeyPem { get; init; }
        public DateTime CreatedAt { get; init; }
        public required string CreatedBy { get; init; }
        public DateTime? RevokedAt { get; init; }
        public string? RevokedBy { get; init; }
        public string? RevokedReason { get; init; }
        public Guid Id { get; init; }
        public int Version { get; init; }

        public SignatureKeyView View() =>
            new(
                KeyId,
                InstitutionCode,
                Name,
                PublicKeyPem,
                RevokedAt is null ? "valid" : "revoked",
                CreatedAt,
                CreatedBy,
                RevokedAt,
                RevokedBy,
                RevokedReason
            );
    }
}
