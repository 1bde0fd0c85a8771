using System.Security.Claims;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Prescriptions.Reading;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Prescriptions.Patients;

/// <summary>A patient's identity in the clear.</summary>
public sealed record RevealedIdentity(string Name, string IdentityNumber, string Phone, string Address);

/// <summary>A prescription of the patient that was searched for.</summary>
public sealed record PatientPrescription(
    Guid Id,
    string InstitutionCode,
    string HisNumber,
    int Revision,
    string State,
    DateTimeOffset ReceivedAt
);

/// <summary>
/// The two ways to a patient's identity, each for a purpose that is recorded with the reader, in the same statement, before anything is
/// given.
/// </summary>
internal sealed class IdentityAccess(NpgsqlDataSource database, PatientIdentityVault vault)
{
    private const int MostFound = 200;

    /// <summary>The identity behind one of the caller's institution's own prescriptions.</summary>
    /// <returns>null when there is none of that id, or it is another's</returns>
    /// <exception cref="FaultException">PRX-0301 erased; then nothing was seen and nothing is recorded</exception>
    public async Task<RevealedIdentity?> RevealAsync(ClaimsPrincipal caller, Guid id, string purpose, CancellationToken cancellationToken)
    {
        const string sql = """
            with wanted as (
                select id, institution_code, region_code, identity from prescriptions.prescriptions where institution_code = $1 and id = $2),
            seen as (
                insert into prescriptions.identity_access
                    (action, prescription_id, institution_code, region_code, subject, subject_institution, role, purpose)
                select 'reveal', id, institution_code, region_code, $3, $1, $4, $5 from wanted where substring(identity from 1 for 1) <> '\x00')
            select identity from wanted
            """;
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = caller.InstitutionCode() });
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        command.Parameters.Add(new NpgsqlParameter { Value = caller.Subject() });
        command.Parameters.Add(new NpgsqlParameter { Value = string.Join(',', caller.Roles()) });
        command.Parameters.Add(new NpgsqlParameter { Value = purpose });
        if (await command.ExecuteScalarAsync(cancellationToken) is not byte[] box)
        {
            return null;
        }

        var prescription = new Prescription { Patient = new Patient(), Delivery = new Delivery() };
        if (!vault.PutBack(id, box, prescription))
        {
            throw PrescriptionsFaults.IdentityErased.Exception();
        }

        var patient = prescription.Patient;
        return new RevealedIdentity(patient.Name, patient.IdentityNumber, patient.Phone, prescription.Delivery.Address);
    }

    /// <summary>
    /// A patient's prescriptions by the whole document number: the institution's own, or a regulator's region's. Newest first, at most 200.
    /// Erased ones are not found.
    /// </summary>
    public async Task<IReadOnlyList<PatientPrescription>> SearchAsync(
        ClaimsPrincipal caller,
        string identityNumber,
        string purpose,
        CancellationToken cancellationToken
    )
    {
        // The predicate on the first byte is the index's own.
        var scope = caller.HasRole(Roles.Regulator) ? "region_code like $3 || '%'" : "institution_code = $4";
        var sql = $"""
            with found as (
                select id, institution_code, his_number, revision, state, received_at from prescriptions.prescriptions
                where substring(identity from 1 for 1) = '\x02' and substring(identity from 3 for 16) = any ($1) and {scope}
                order by id desc limit {MostFound}),
            seen as (
                insert into prescriptions.identity_access
                    (action, institution_code, region_code, subject, subject_institution, role, purpose, found)
                select 'search', $4, $5, $2, $4, $6, $7, (select count(*) from found))
            select id, institution_code, his_number, revision, state, received_at from found
            """;
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(
            new NpgsqlParameter { Value = vault.IndexesOf(identityNumber), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea }
        );
        command.Parameters.Add(new NpgsqlParameter { Value = caller.Subject() });
        command.Parameters.Add(new NpgsqlParameter { Value = RegionPrefix(caller), NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = caller.InstitutionCode() });
        command.Parameters.Add(new NpgsqlParameter { Value = CallerExtensions.RegionCode(caller) });
        command.Parameters.Add(new NpgsqlParameter { Value = string.Join(',', caller.Roles()) });
        command.Parameters.Add(new NpgsqlParameter { Value = purpose });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<PatientPrescription>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(
                new PatientPrescription(
                    reader.GetGuid(0),
                    reader.GetString(1),
                    reader.GetString(2),
                    reader.GetInt32(3),
                    StateName.Of((State)reader.GetInt16(4)),
                    reader.GetFieldValue<DateTimeOffset>(5)
                )
            );
        }

        return found;
    }

    // A regulator's token without a region sees no region, and not all of them.
    private static string RegionPrefix(ClaimsPrincipal caller) => caller.RegionPrefix() ?? "none";
}
