using System.Data.Common;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Storage;
using TcmBrain.Institutions.Register;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Institutions.Practitioners;

/// <summary>The table institutions.practitioner.</summary>
internal static class PractitionerTable
{
    /// <summary>What the row refers to is read by key for the rows of a page only; no join stands in the way of the list's index.</summary>
    public const string Columns = """
        p.id, p.code, (select i.code from institutions.institution i where i.id = p.institution_id),
        (select i.name_zh from institutions.institution i where i.id = p.institution_id), p.region_code, p.name, p.category, p.title,
        p.licence_number, p.licence_expires_on, p.grade, (select m.code from institutions.practitioner m where m.id = p.mentor_id), p.sites,
        p.may_prescribe_toxic, p.may_prescribe_narcotic, p.status, p.suspended_reason, p.suspended_by, p.version, p.created_at, p.updated_at,
        p.institution_id, p.mentor_id, p.discipline, p.general_practice
        """;

    /// <summary>The people of the institutions within the scope.</summary>
    public static Conditions Within(Scope scope) =>
        scope.Restrict(
            new Conditions(),
            "p.region_code",
            "p.institution_id = (select o.id from institutions.institution o where o.code = @scope_own)"
        );

    /// <param name="today">in the region's time: decides which licences have expired</param>
    public static Practitioner Read(DbDataReader row, DateOnly today)
    {
        var expires = row.IsDBNull(9) ? (DateOnly?)null : row.GetFieldValue<DateOnly>(9);
        return new Practitioner
        {
            Id = row.GetGuid(0),
            Code = row.GetString(1),
            InstitutionCode = row.GetString(2),
            InstitutionNameZh = row.GetString(3),
            RegionCode = row.GetString(4),
            Name = row.GetString(5),
            Category = row.GetString(6),
            Title = row.GetString(7),
            LicenceNumber = row.GetString(8),
            LicenceExpiresOn = expires,
            LicenceExpired = expires < today,
            Grade = row.GetString(10),
            MentorCode = row.TextAt(11),
            Sites = row.GetFieldValue<string[]>(12),
            MayPrescribeToxic = row.GetBoolean(13),
            MayPrescribeNarcotic = row.GetBoolean(14),
            Status = row.GetString(15),
            SuspendedReason = row.TextAt(16),
            SuspendedBy = row.TextAt(17),
            Version = row.GetInt32(18),
            CreatedAt = row.GetFieldValue<DateTimeOffset>(19),
            UpdatedAt = row.GetFieldValue<DateTimeOffset>(20),
            InstitutionId = row.GetGuid(21),
            MentorId = row.IsDBNull(22) ? null : row.GetGuid(22),
            Discipline = row.GetString(23),
            GeneralPractice = row.GetBoolean(24),
        };
    }

    /// <summary>Entries that the conditions find.</summary>
    /// <param name="locking">a locking clause, or nothing: an update finds out whether they are still the same</param>
    public static async Task<Dictionary<string, Practitioner>> ReadAsync(
        Work work,
        Conditions where,
        string locking,
        DateOnly today,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command($"select {Columns} from institutions.practitioner p where {where.Sql} {locking}");
        where.Bind(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new Dictionary<string, Practitioner>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            var person = Read(reader, today);
            found[person.Code] = person;
        }

        return found;
    }

    public static async Task<HashSet<Guid>> InsertAsync(Work work, IReadOnlyList<Practitioner> rows, CancellationToken cancellationToken)
    {
        const string sql = """
            insert into institutions.practitioner
                (id, code, institution_id, region_code, name, category, title, licence_number, licence_expires_on, grade, mentor_id, sites,
                 may_prescribe_toxic, may_prescribe_narcotic, version, updated_at, discipline, general_practice, created_at)
            select id, code, institution_id, region_code, name, category, title, licence_number, licence_expires_on, grade, mentor_id,
                   string_to_array(sites, ' '), may_prescribe_toxic, may_prescribe_narcotic, version, updated_at, discipline, general_practice, created_at
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) as n
                (id, code, institution_id, region_code, name, category, title, licence_number, licence_expires_on, grade, mentor_id, sites,
                 may_prescribe_toxic, may_prescribe_narcotic, version, updated_at, discipline, general_practice, created_at)
            order by code
            on conflict (code) do nothing returning id
            """;
        await using var command = work.Command(sql);
        Bind(command, rows);
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.TimestampTz, r => r.CreatedAt.UtcDateTime));
        return await command.IdsAsync(cancellationToken);
    }

    /// <returns>the ids of those that still were of the version before</returns>
    public static async Task<HashSet<Guid>> UpdateAsync(Work work, IReadOnlyList<Practitioner> rows, CancellationToken cancellationToken)
    {
        const string sql = """
            update institutions.practitioner p
            set institution_id = n.institution_id, region_code = n.region_code, name = n.name, category = n.category, title = n.title,
                licence_number = n.licence_number, licence_expires_on = n.licence_expires_on, grade = n.grade, mentor_id = n.mentor_id,
                sites = string_to_array(n.sites, ' '), may_prescribe_toxic = n.may_prescribe_toxic,
                may_prescribe_narcotic = n.may_prescribe_narcotic, version = n.version, updated_at = n.updated_at,
                discipline = n.discipline, general_practice = n.general_practice, status = n.status,
                suspended_reason = n.suspended_reason, suspended_by = n.suspended_by
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) as n
                (id, code, institution_id, region_code, name, category, title, licence_number, licence_expires_on, grade, mentor_id, sites,
                 may_prescribe_toxic, may_prescribe_narcotic, version, updated_at, discipline, general_practice, status, suspended_reason, suspended_by)
            where p.id = n.id and p.version = n.version - 1
            returning p.id
            """;
        await using var command = work.Command(sql);
        Bind(command, rows);
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Text, r => r.Status));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Text, r => r.SuspendedReason));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Text, r => r.SuspendedBy));
        return await command.IdsAsync(cancellationToken);
    }

    /// <summary>The eighteen columns that registering and changing write alike.</summary>
    private static void Bind(NpgsqlCommand command, IReadOnlyList<Practitioner> rows)
    {
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Uuid, r => r.Id));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Text, r => r.Code));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Uuid, r => r.InstitutionId));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Text, r => r.RegionCode));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Text, r => r.Name));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Text, r => r.Category));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Text, r => r.Title));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Text, r => r.LicenceNumber));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Date, r => r.LicenceExpiresOn));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Text, r => r.Grade));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Uuid, r => r.MentorId));
        // Arrays of arrays cannot be unnested; no code has a space in it.
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Text, r => string.Join(' ', r.Sites)));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Boolean, r => r.MayPrescribeToxic));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Boolean, r => r.MayPrescribeNarcotic));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Integer, r => r.Version));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.TimestampTz, r => r.UpdatedAt.UtcDateTime));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Text, r => r.Discipline));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Boolean, r => r.GeneralPractice));
    }
}
