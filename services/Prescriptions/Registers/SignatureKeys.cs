using System.Collections.Frozen;
using System.Security.Cryptography;
using Npgsql;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Prescriptions.Registers;

/// <summary>A key for prescription signatures (签名公钥).</summary>
/// <param name="KeyId">as in <see cref="SignatureKeyRegistered.KeyId"/></param>
/// <param name="SubjectPublicKeyInfo">DER; ECDSA P-256</param>
/// <param name="RevokedAt">UTC; null while it is valid</param>
internal sealed record SignatureKey(string KeyId, string InstitutionCode, byte[] SubjectPublicKeyInfo, DateTimeOffset? RevokedAt);

/// <summary>
/// The keys by id, held in memory because a signed push asks for one each time; the table is the truth, and every replica reads it again
/// each second. A key it does not know yet is looked for at once.
/// </summary>
internal sealed class SignatureKeys(NpgsqlDataSource database, TimeProvider time, ILogger<SignatureKeys> logger) : TableCopy(time, logger)
{
    private volatile FrozenDictionary<string, SignatureKey> keys = FrozenDictionary<string, SignatureKey>.Empty;
    private volatile FrozenSet<string> owners = FrozenSet<string>.Empty;

    private static readonly TimeSpan FirstRead = TimeSpan.FromSeconds(3);
    private readonly TaskCompletionSource read = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// Whether the institution has a key that is not revoked, so that its prescriptions must be signed. Before the table has been read for
    /// the first time nobody can say, and nothing is let through unsigned meanwhile.
    /// </summary>
    /// <exception cref="ServiceDefaults.Faults.FaultException">The table could not be read since the start.</exception>
    public async ValueTask<bool> IsAskedAsync(string institutionCode, CancellationToken cancellationToken)
    {
        if (!read.Task.IsCompleted)
        {
            try
            {
                await read.Task.WaitAsync(FirstRead, Time, cancellationToken);
            }
            catch (TimeoutException)
            {
                throw GeneralFaults.DatabaseUnavailable.Exception();
            }
        }

        return owners.Contains(institutionCode);
    }

    /// <returns>
    /// null when the institution has no such key (another's key is none). Whether it is revoked is the caller's to judge.
    /// </returns>
    public async ValueTask<SignatureKey?> FindAsync(string institutionCode, string keyId, CancellationToken cancellationToken)
    {
        if (!keys.TryGetValue(keyId, out var key))
        {
            key = await ReadOneAsync(keyId, cancellationToken);
        }

        return key is not null && key.InstitutionCode == institutionCode ? key : null;
    }

    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "select key_id, institution_code, public_key_pem, revoked_at from prescriptions.signature_keys where public_key_pem is not null"
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var read = new List<SignatureKey>();
        while (await reader.ReadAsync(cancellationToken))
        {
            read.Add(KeyOf(reader));
        }

        var now = Time.GetUtcNow();
        keys = read.ToFrozenDictionary(key => key.KeyId, StringComparer.Ordinal);
        owners = read.Where(key => key.RevokedAt is null || key.RevokedAt > now)
            .Select(key => key.InstitutionCode)
            .ToFrozenSet(StringComparer.Ordinal);
        this.read.TrySetResult();
    }

    private async Task<SignatureKey?> ReadOneAsync(string keyId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select key_id, institution_code, public_key_pem, revoked_at from prescriptions.signature_keys
            where key_id = $1 and public_key_pem is not null
            """
        );
        command.Parameters.Add(new NpgsqlParameter { Value = keyId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? KeyOf(reader) : null;
    }

    private static SignatureKey KeyOf(NpgsqlDataReader reader)
    {
        var pem = reader.GetString(2);
        var fields = PemEncoding.Find(pem);
        return new SignatureKey(
            reader.GetString(0),
            reader.GetString(1),
            Convert.FromBase64String(pem[fields.Base64Data]),
            reader.IsDBNull(3) ? null : reader.GetFieldValue<DateTimeOffset>(3)
        );
    }
}

/// <summary>Keeps the table by the register's events, in whatever order they come.</summary>
internal sealed class KeepSignatureKeys : IHandle<SignatureKeyRegistered>, IHandle<SignatureKeyRevoked>
{
    public async Task HandleAsync(SignatureKeyRegistered e, Work work, CancellationToken cancellationToken)
    {
        const string sql = """
            insert into prescriptions.signature_keys as k (key_id, institution_code, public_key_pem, version) values ($1, $2, $3, $4)
            on conflict (key_id) do update set public_key_pem = $3 where k.public_key_pem is null
            """;
        await using var command = work.Command(sql, e.KeyId, e.InstitutionCode, e.PublicKeyPem, e.Version);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task HandleAsync(SignatureKeyRevoked e, Work work, CancellationToken cancellationToken)
    {
        const string sql = """
            insert into prescriptions.signature_keys as k (key_id, institution_code, revoked_at, version) values ($1, $2, $3, $4)
            on conflict (key_id) do update set revoked_at = $3, version = $4 where k.version < $4
            """;
        await using var command = work.Command(sql, e.KeyId, e.InstitutionCode, e.OccurredAt, e.Version);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
