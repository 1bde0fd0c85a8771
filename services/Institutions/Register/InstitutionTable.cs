using System.Data.Common;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.Contracts;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Storage;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Institutions.Register;

/// <summary>The table institutions.institution.</summary>
internal static class InstitutionTable
{
    private const string OwnColumns = """
        i.id, i.code, i.name_zh, i.name_en, i.kind, i.ownership, i.level, i.region_code, i.address_zh, i.longitude, i.latitude,
        i.licence_number, i.licence_expires_on, i.beds, i.tcm_hall, i.departments::text, i.status, i.suspended_reason, i.version,
        i.created_at, i.updated_at, i.attributes::text
        """;

    public const string Columns = $"""
        {OwnColumns}, (
            select coalesce(json_agg(json_build_object('code', c.code, 'nameZh', c.name_zh, 'leads', c.leader_id = i.id) order by c.code), '[]')
            from institutions.consortium c
            where c.status = 'active' and c.id in (
                select l.id from institutions.consortium l where l.leader_id = i.id
                union all
                select m.consortium_id from institutions.consortium_member m where m.institution_id = i.id))::text
        """;

    /// <param name="today">in the region's time: decides which licences have expired</param>
    public static Institution Read(DbDataReader row, DateOnly today)
    {
        var expires = row.IsDBNull(12) ? (DateOnly?)null : row.GetFieldValue<DateOnly>(12);
        return new Institution
        {
            Id = row.GetGuid(0),
            Code = row.GetString(1),
            NameZh = row.GetString(2),
            NameEn = row.GetString(3),
            Kind = row.GetString(4),
            Ownership = row.GetString(5),
            Level = row.GetString(6),
            RegionCode = row.GetString(7),
            AddressZh = row.GetString(8),
            Longitude = row.IsDBNull(9) ? null : row.GetDouble(9),
            Latitude = row.IsDBNull(10) ? null : row.GetDouble(10),
            LicenceNumber = row.GetString(11),
            LicenceExpiresOn = expires,
            LicenceExpired = expires < today,
            Beds = row.GetInt32(13),
            TcmHall = row.GetBoolean(14),
            Departments = StoredJson.Read<Department[]>(row.GetString(15)),
            Status = row.GetString(16),
            SuspendedReason = row.TextAt(17),
            Version = row.GetInt32(18),
            CreatedAt = row.GetFieldValue<DateTimeOffset>(19),
            UpdatedAt = row.GetFieldValue<DateTimeOffset>(20),
            Attributes = InstitutionAttributes.Standing(StoredJson.Read<Dictionary<string, int>>(row.GetString(21)))!,
            Consortia = StoredJson.Read<Membership[]>(row.GetString(22)),
        };
    }

    /// <summary>The entry that the conditions find, locked.</summary>
    public static async Task<Institution?> LockAsync(Work work, Conditions where, DateOnly today, CancellationToken cancellationToken)
    {
        await using var command = work.Command($"select {Columns} from institutions.institution i where {where.Sql} for no key update");
        where.Bind(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader, today) : null;
    }

    /// <summary>Entries by their codes, whoever may see them. Not locked: an update finds out whether they are still the same.</summary>
    public static async Task<Dictionary<string, Institution>> ReadAsync(
        Work work,
        string[] codes,
        DateOnly today,
        CancellationToken cancellationToken
    )
    {
        // Of many nobody is shown the consortia.
        var columns = codes.Length == 1 ? Columns : OwnColumns + ", '[]'";
        await using var command = work.Command($"select {columns} from institutions.institution i where i.code = any($1)", (object)codes);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new Dictionary<string, Institution>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            var institution = Read(reader, today);
            found[institution.Code] = institution;
        }

        return found;
    }

    public static async Task<HashSet<Guid>> InsertAsync(Work work, IReadOnlyList<Institution> rows, CancellationToken cancellationToken)
    {
        const string sql = """
            insert into institutions.institution
                (id, code, name_zh, name_en, kind, ownership, level, region_code, address_zh, longitude, latitude, licence_number,
                 licence_expires_on, beds, tcm_hall, departments, attributes, version, created_at, updated_at)
            select id, code, name_zh, name_en, kind, ownership, level, region_code, address_zh, longitude, latitude, licence_number,
                   licence_expires_on, beds, tcm_hall, departments, attributes, version, created_at, updated_at
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) as n
                (id, code, name_zh, name_en, kind, ownership, level, region_code, address_zh, longitude, latitude, licence_number,
                 licence_expires_on, beds, tcm_hall, departments, attributes, version, created_at, updated_at)
            order by code
            on conflict (code) do nothing returning id
            """;
        await using var command = work.Command(sql);
        Bind(command, rows);
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Integer, r => r.Version));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.TimestampTz, r => r.CreatedAt.UtcDateTime));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.TimestampTz, r => r.UpdatedAt.UtcDateTime));
        return await command.IdsAsync(cancellationToken);
    }

    /// <returns>the ids of those that still were of the version before</returns>
    public static async Task<HashSet<Guid>> UpdateAsync(Work work, IReadOnlyList<Institution> rows, CancellationToken cancellationToken)
    {
        HashSet<Guid> stored;
        const string sql = """
            update institutions.institution i
            set name_zh = n.name_zh, name_en = n.name_en, kind = n.kind, ownership = n.ownership, level = n.level,
                region_code = n.region_code, address_zh = n.address_zh, longitude = n.longitude, latitude = n.latitude,
                licence_number = n.licence_number, licence_expires_on = n.licence_expires_on, beds = n.beds, tcm_hall = n.tcm_hall,
                departments = n.departments, attributes = n.attributes, version = n.version, updated_at = n.updated_at, status = n.status,
                suspended_reason = n.suspended_reason
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) as n
                (id, code, name_zh, name_en, kind, ownership, level, region_code, address_zh, longitude, latitude, licence_number,
                 licence_expires_on, beds, tcm_hall, departments, attributes, version, updated_at, status, suspended_reason)
            where i.id = n.id and i.version = n.version - 1
            returning i.id
            """;
        await using (var command = work.Command(sql))
        {
            Bind(command, rows);
            command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Integer, r => r.Version));
            command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.TimestampTz, r => r.UpdatedAt.UtcDateTime));
            command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Text, r => r.Status));
            command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Text, r => r.SuspendedReason));
            stored = await command.IdsAsync(cancellationToken);
        }

        // People keep the region of their institution.
        await using var people = work.Command(
            """
            update institutions.practitioner p set region_code = i.region_code
            from institutions.institution i
            where i.id = any($1) and p.institution_id = i.id and p.region_code <> i.region_code
            """,
            rows.Select(r => r.Id).ToArray()
        );
        await people.ExecuteNonQueryAsync(cancellationToken);
        return stored;
    }

    /// <summary>The seventeen columns that registering and changing write alike.</summary>
    private static void Bind(NpgsqlCommand command, IReadOnlyList<Institution> rows)
    {
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Uuid, r => r.Id));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Text, r => r.Code));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Text, r => r.NameZh));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Text, r => r.NameEn));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Text, r => r.Kind));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Text, r => r.Ownership));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Text, r => r.Level));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Text, r => r.RegionCode));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Text, r => r.AddressZh));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Double, r => r.Longitude));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Double, r => r.Latitude));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Text, r => r.LicenceNumber));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Date, r => r.LicenceExpiresOn));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Integer, r => r.Beds));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Boolean, r => r.TcmHall));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Jsonb, r => JsonSerializer.Serialize(r.Departments, StoredJson.Options)));
        command.Parameters.Add(ColumnArray.Of(rows, NpgsqlDbType.Jsonb, r => JsonSerializer.Serialize(r.Attributes, StoredJson.Options)));
    }
}
