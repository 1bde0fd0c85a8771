using System.Security.Claims;
using System.Security.Cryptography;
using Google.Protobuf;
using Npgsql;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Prescriptions.Lifecycle;
using TcmBrain.Prescriptions.Reading;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Prescriptions.Patients;

/// <summary>An identity's end.</summary>
/// <param name="ErasedAt">UTC; of the first request, when it was asked for again</param>
public sealed record Erasure(Guid PrescriptionId, string Reason, string Subject, DateTimeOffset ErasedAt);

/// <summary>
/// Erases who a prescription was for (个人信息保护法 art. 47), and leaves what was prescribed, dispensed and traced, which the law wants
/// kept: the sealed identity, its blind index, the day of birth (the year stays, rules of age refer to it), the hospital's visit number and
/// bed, and the fingerprint of the content that held them all. Copies in backups end with the key they are sealed with: rotate it.
/// </summary>
internal sealed class IdentityErasure(NpgsqlDataSource database)
{
    /// <summary>Idempotent.</summary>
    /// <returns>null when there is no such prescription within the caller's reach</returns>
    /// <exception cref="FaultException">PRX-0302 while somebody must still find the patient</exception>
    public async Task<Erasure?> EraseAsync(ClaimsPrincipal caller, Guid id, string reason, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await LockAsync(transaction, caller, id, cancellationToken) is not var (state, document, institution, region))
        {
            return null;
        }

        if (await EarlierAsync(transaction, id, cancellationToken) is { } earlier)
        {
            return earlier;
        }

        if (!LifecycleTable.IsEnded(state))
        {
            throw PrescriptionsFaults.StillUnderWay.Exception("", StateName.Of(state));
        }

        await ExecuteAsync(
            transaction,
            "update prescriptions.prescriptions set identity = $2, document = $3, content_sha256 = $4 where id = $1",
            cancellationToken,
            id,
            PatientIdentityVault.Erased,
            WithoutTraces(document),
            RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes)
        );
        await ExecuteAsync(
            transaction,
            """
            insert into prescriptions.identity_erasures (prescription_id, institution_code, region_code, subject, role, reason)
            values ($1, $2, $3, $4, $5, $6)
            """,
            cancellationToken,
            id,
            institution,
            region,
            caller.Subject(),
            string.Join(',', caller.Roles()),
            reason
        );
        await ExecuteAsync(
            transaction,
            """
            insert into prescriptions.identity_access
                (action, prescription_id, institution_code, region_code, subject, subject_institution, role, purpose)
            values ('erase', $1, $2, $3, $4, $5, $6, $7)
            """,
            cancellationToken,
            id,
            institution,
            region,
            caller.Subject(),
            caller.InstitutionCode(),
            string.Join(',', caller.Roles()),
            reason
        );
        var erased = await EarlierAsync(transaction, id, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return erased;
    }

    private static async Task<(State State, byte[] Document, string Institution, string Region)?> LockAsync(
        NpgsqlTransaction transaction,
        ClaimsPrincipal caller,
        Guid id,
        CancellationToken cancellationToken
    )
    {
        await using var command = Command(
            transaction,
            """
            select state, document, institution_code, region_code from prescriptions.prescriptions
            where id = $1 and ($2 or institution_code = $3) for update
            """,
            id,
            caller.HasRole(Roles.Operator),
            caller.InstitutionCode()
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? ((State)reader.GetInt16(0), reader.GetFieldValue<byte[]>(1), reader.GetString(2), reader.GetString(3))
            : null;
    }

    private static async Task<Erasure?> EarlierAsync(NpgsqlTransaction transaction, Guid id, CancellationToken cancellationToken)
    {
        await using var command = Command(
            transaction,
            "select reason, subject, erased_at from prescriptions.identity_erasures where prescription_id = $1",
            id
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new Erasure(id, reader.GetString(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2))
            : null;
    }

    private static byte[] WithoutTraces(byte[] document)
    {
        var prescription = Prescription.Parser.ParseFrom(document);
        var patient = prescription.Patient;
        patient.BirthDate = patient.BirthDate.Length >= 4 ? patient.BirthDate[..4] : "";
        (prescription.VisitNumber, prescription.WardBed) = ("", "");
        // It was made over the identity too, and would tell a guess from the truth.
        prescription.Signature = null;
        return prescription.ToByteArray();
    }

    private static async Task ExecuteAsync(
        NpgsqlTransaction transaction,
        string sql,
        CancellationToken cancellationToken,
        params object[] parameters
    )
    {
        await using var command = Command(transaction, sql, parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlCommand Command(NpgsqlTransaction transaction, string sql, params object[] parameters)
    {
        var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
        foreach (var value in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }
}
