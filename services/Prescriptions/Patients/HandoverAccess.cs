using System.Globalization;
using System.Security.Claims;
using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Prescriptions.Push;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Prescriptions.Patients;

/// <summary>What the courier needs to find the door and ask for somebody.</summary>
public sealed record DeliveryContact(string Name, string Phone, string Address);

/// <summary>What a label has to say of the patient, and nothing more.</summary>
/// <param name="Sex">male, female or unknown</param>
/// <param name="Age">in full years; under three in months, under a month in days: 8个月</param>
public sealed record LabelPatient(string Name, string Sex, string Age);

/// <summary>
/// The ways to a patient's identity of those who hand the medicine over. Each is open only while the medicine is in their hands, by the
/// WHERE itself, and recorded in the same statement, before anything is given.
/// </summary>
internal sealed class HandoverAccess(NpgsqlDataSource database, PatientIdentityVault vault)
{
    private const string Seen = """
        , seen as (
            insert into prescriptions.identity_access
                (action, prescription_id, institution_code, region_code, subject, subject_institution, role, purpose)
            select $5, id, institution_code, region_code, $3, $2, $4, $6 from wanted where substring(identity from 1 for 1) <> '\x00')
        select identity, document from wanted
        """;

    /// <summary>For the courier whose firm has the parcel, and who has it of the firm, until it is delivered or brought back.</summary>
    /// <returns>null when there is none of that id in the caller's hands</returns>
    /// <exception cref="FaultException">PRX-0301 erased</exception>
    public async Task<DeliveryContact?> ContactAsync(ClaimsPrincipal caller, Guid id, CancellationToken cancellationToken)
    {
        const string sql = """
            with wanted as (
                select p.id, p.institution_code, p.region_code, p.identity, p.document
                from prescriptions.prescriptions p join prescriptions.delivery d on d.prescription_id = p.id
                where p.id = $1 and d.parcel_state = 'shipped' and d.holder_code = $2 and coalesce(d.courier_id, $3) = $3)
            """;
        return await OpenAsync(sql + Seen, caller, id, "deliver", "配送", cancellationToken) is { } p
            ? new DeliveryContact(p.Patient.Name, p.Patient.Phone, p.Delivery.Address)
            : null;
    }

    /// <summary>For the centre that packs it, until it has ended.</summary>
    /// <returns>null when there is none of that id at the caller's centre</returns>
    /// <exception cref="FaultException">PRX-0301 erased</exception>
    public async Task<LabelPatient?> LabelAsync(ClaimsPrincipal caller, Guid id, CancellationToken cancellationToken)
    {
        const string sql = """
            with wanted as (
                select p.id, p.institution_code, p.region_code, p.identity, p.document
                from prescriptions.prescriptions p join prescriptions.delivery d on d.prescription_id = p.id
                where p.id = $1 and d.centre_code = $2 and coalesce(d.parcel_state, '') not in ('delivered', 'returned'))
            """;
        return await OpenAsync(sql + Seen, caller, id, "label", "打印标签", cancellationToken) is { } p
            ? new LabelPatient(p.Patient.Name, SexOf(p.Patient.Sex), AgeOf(p))
            : null;
    }

    /// <summary>For a message that is about to be sent. The service speaks for itself: the record says so.</summary>
    /// <returns>null when the identity has been erased, or there is no such prescription</returns>
    public async Task<string?> PhoneAsync(Guid id, string channel, string kind, CancellationToken cancellationToken)
    {
        const string sql = """
            with wanted as (
                select id, institution_code, region_code, identity, document from prescriptions.prescriptions where id = $1 and $2 = '')
            """;
        await using var command = Command(sql + Seen, id, "", channel, Roles.Service, "notify", kind);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
        {
            return null;
        }

        var prescription = new Prescription { Patient = new Patient(), Delivery = new Delivery() };
        return vault.PutBack(id, row.GetFieldValue<byte[]>(0), prescription) ? prescription.Patient.Phone : null;
    }

    private async Task<Prescription?> OpenAsync(
        string sql,
        ClaimsPrincipal caller,
        Guid id,
        string action,
        string purpose,
        CancellationToken cancellationToken
    )
    {
        await using var command = Command(
            sql,
            id,
            caller.InstitutionCode(),
            caller.Subject(),
            string.Join(',', caller.Roles()),
            action,
            purpose
        );
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
        {
            return null;
        }

        var prescription = Prescription.Parser.ParseFrom(row.GetFieldValue<byte[]>(1));
        return vault.PutBack(id, row.GetFieldValue<byte[]>(0), prescription)
            ? prescription
            : throw PrescriptionsFaults.IdentityErased.Exception();
    }

    private NpgsqlCommand Command(string sql, Guid id, params ReadOnlySpan<string> rest)
    {
        var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        foreach (var value in rest)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }

    private static string SexOf(Sex sex) =>
        sex switch
        {
            Sex.Male => "male",
            Sex.Female => "female",
            _ => "unknown",
        };

    private static string AgeOf(Prescription p)
    {
        if (p.Patient.HasAgeDays)
        {
            return p.Patient.AgeDays.ToString(CultureInfo.InvariantCulture) + "天";
        }

        if (p.Patient.HasAgeMonths)
        {
            return p.Patient.AgeMonths.ToString(CultureInfo.InvariantCulture) + "个月";
        }

        if (PatientFormat.BirthDate(p.Patient) is not { } born)
        {
            return "";
        }

        var day = RegionTime.DayOf(p.IssuedAt.ToDateTimeOffset());
        var years = day.Year - born.Year;
        return (born.AddYears(years) > day ? years - 1 : years).ToString(CultureInfo.InvariantCulture) + "岁";
    }
}
