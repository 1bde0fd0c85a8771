using System.Data.Common;
using Npgsql;
using TcmBrain.Exchange;
using TcmBrain.Institutions.Register;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Institutions.Consortia;

/// <summary>The tables institutions.consortium and institutions.consortium_member.</summary>
internal static class ConsortiumTable
{
    public const string Columns = """
        c.id, c.code, c.name_zh, c.name_en, c.kind, c.region_code, c.leader_id,
        (select i.code from institutions.institution i where i.id = c.leader_id),
        (select i.name_zh from institutions.institution i where i.id = c.leader_id),
        (select coalesce(json_agg(json_build_object('code', i.code, 'nameZh', i.name_zh, 'kind', i.kind, 'regionCode', i.region_code)
                                  order by i.code collate "C"), '[]')
         from institutions.consortium_member m join institutions.institution i on i.id = m.institution_id
         where m.consortium_id = c.id)::text,
        c.status, c.version, c.created_at, c.updated_at
        """;

    /// <summary>Those of a region; for everybody else those that the own institution leads or belongs to.</summary>
    public static Conditions Within(Scope scope) =>
        scope.Restrict(
            new Conditions(),
            "c.region_code",
            """
            exists (select from institutions.institution o where o.code = @scope_own and (o.id = c.leader_id or exists (
                select from institutions.consortium_member m where m.consortium_id = c.id and m.institution_id = o.id)))
            """
        );

    public static Consortium Read(DbDataReader row) =>
        new()
        {
            Id = row.GetGuid(0),
            Code = row.GetString(1),
            NameZh = row.GetString(2),
            NameEn = row.GetString(3),
            Kind = row.GetString(4),
            RegionCode = row.GetString(5),
            LeaderId = row.GetGuid(6),
            LeaderCode = row.GetString(7),
            LeaderNameZh = row.GetString(8),
            Members = StoredJson.Read<ConsortiumMember[]>(row.GetString(9)),
            Status = row.GetString(10),
            Version = row.GetInt32(11),
            CreatedAt = row.GetFieldValue<DateTimeOffset>(12),
            UpdatedAt = row.GetFieldValue<DateTimeOffset>(13),
        };

    /// <summary>One, when the conditions find it.</summary>
    public static async Task<Consortium?> FindAsync(
        NpgsqlCommand command,
        Conditions where,
        string lockClause,
        CancellationToken cancellationToken
    )
    {
        command.CommandText = $"select {Columns} from institutions.consortium c where {where.Sql} {lockClause}";
        where.Bind(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    /// <returns>false when the code is taken</returns>
    public static async Task<bool> InsertAsync(Work work, Consortium consortium, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            insert into institutions.consortium
                (id, code, name_zh, name_en, kind, region_code, leader_id, status, version, created_at, updated_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (code) do nothing
            """,
            consortium.Id,
            consortium.Code,
            consortium.NameZh,
            consortium.NameEn,
            consortium.Kind,
            consortium.RegionCode,
            consortium.LeaderId,
            consortium.Status,
            consortium.Version,
            consortium.CreatedAt,
            consortium.UpdatedAt
        );
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1 && await MembersAsync(work, consortium, cancellationToken);
    }

    public static async Task UpdateAsync(Work work, Consortium consortium, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            update institutions.consortium
            set name_zh = $2, name_en = $3, kind = $4, region_code = $5, leader_id = $6, status = $7, version = $8, updated_at = $9
            where id = $1
            """,
            consortium.Id,
            consortium.NameZh,
            consortium.NameEn,
            consortium.Kind,
            consortium.RegionCode,
            consortium.LeaderId,
            consortium.Status,
            consortium.Version,
            consortium.UpdatedAt
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
        await MembersAsync(work, consortium, cancellationToken);
    }

    private static async Task<bool> MembersAsync(Work work, Consortium consortium, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            with now_members as (select id from institutions.institution where code = any($2)),
            gone as (
                delete from institutions.consortium_member m
                where m.consortium_id = $1 and m.institution_id not in (select id from now_members))
            insert into institutions.consortium_member (consortium_id, institution_id)
            select $1, id from now_members on conflict do nothing
            """,
            consortium.Id,
            consortium.Members.Select(m => m.Code).ToArray()
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
        return true;
    }
}
