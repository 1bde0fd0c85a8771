using System.Buffers.Text;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.Traceability.Graph;
using TcmBrain.Traceability.Steps;

namespace TcmBrain.Traceability.Recalls;

/// <summary>Reads recalls: how far they are, and their items, each in the sight of who asks (召回进度).</summary>
internal sealed class RecallBoard(NpgsqlDataSource database, GraphIndex graph)
{
    private static readonly string[] Kinds = ["lot", "prescription", "thing"];
    private static readonly string[] Stages = ["dispensed", "decocted", "packed", "departed", "arrived", "with-patient"];

    private const string Seen = $"""
        ({RecallSight.Issued} or exists (select from traceability.recall_item i where i.recall_id = r.id and {RecallSight.Mine}))
        """;

    /// <summary>The recall with how far it is; null when there is none that the caller may see.</summary>
    public async Task<RecallAnswer?> ReadAsync(Guid recallId, RecallSight sight, CancellationToken cancellationToken)
    {
        await graph.CatchUpAsync(cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await ReadAsync(connection, null, recallId, sight, false, cancellationToken);
    }

    public async Task<RecallList> ListAsync(RecallSight sight, bool? open, string? next, int limit, CancellationToken cancellationToken)
    {
        await graph.CatchUpAsync(cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var ids = new List<Guid>();
        await using (
            var command = new NpgsqlCommand(
                $"""
                select r.id from traceability.recall r
                where {Seen} and ($4::boolean is null or (r.closed_at is null) = $4) and ($5::uuid is null or r.id < $5)
                order by r.id desc limit $6
                """,
                connection
            )
        )
        {
            command.Parameters.AddRange(sight.Parameters());
            command.Parameters.Add(new NpgsqlParameter { Value = (object?)open ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Boolean });
            command.Parameters.Add(
                new NpgsqlParameter { Value = Guid.TryParse(next, out var after) ? after : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid }
            );
            command.Parameters.Add(new NpgsqlParameter { Value = limit });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                ids.Add(reader.GetGuid(0));
            }
        }

        var recalls = new List<RecallAnswer>();
        foreach (var id in ids)
        {
            recalls.Add((await ReadAsync(connection, null, id, sight, false, cancellationToken))!);
        }

        return new RecallList(recalls, ids.Count == limit ? ids[^1].ToString("D") : null);
    }

    /// <summary>The items in sight, by institution; null when there is no such recall.</summary>
    /// <param name="institution">Only of this institution; null for all.</param>
    /// <param name="settled">Only those with (true) or without (false) an outcome; null for all.</param>
    public async Task<RecallItems?> ItemsAsync(
        Guid recallId,
        RecallSight sight,
        string? institution,
        bool? settled,
        string? next,
        int limit,
        CancellationToken cancellationToken
    )
    {
        await graph.CatchUpAsync(cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            $"""
            select true, i.item, i.kind, i.prescription_id, i.institution_code, i.centre_code, i.depth, i.late, s.stage, s.since, i.outcome,
                   i.settled_at, i.settled_by, i.note, coalesce({RecallSight.Mine}, false)
            from traceability.recall r
            join traceability.recall_item i on i.recall_id = r.id
            left join traceability.prescription_stage s on s.prescription_id = i.prescription_id
            where r.id = $4 and ({RecallSight.Issued} or {RecallSight.Mine})
              and ($5::text is null or coalesce(i.institution_code, i.centre_code, '') = $5)
              and ($6::boolean is null or (i.outcome is not null) = $6)
              and i.item > $7
            order by i.item limit $8
            """,
            connection
        );
        command.Parameters.AddRange(sight.Parameters());
        command.Parameters.Add(new NpgsqlParameter { Value = recallId });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)institution ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)settled ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Boolean });
        command.Parameters.Add(
            new NpgsqlParameter
            {
                Value = next is not null && Base64Url.IsValid(next) ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(next)) : "",
            }
        );
        command.Parameters.Add(new NpgsqlParameter { Value = limit });
        var items = new List<RecallItem>();
        var last = "";
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                last = reader.GetString(1);
                items.Add(Item(reader));
            }
        }

        if (items.Count == 0 && await ReadAsync(connection, null, recallId, sight, false, cancellationToken) is null)
        {
            return null;
        }

        return new RecallItems(items, items.Count == limit ? Base64Url.EncodeToString(Encoding.UTF8.GetBytes(last)) : null);
    }

    private static RecallItem Item(NpgsqlDataReader reader)
    {
        Guid? prescription = reader.IsDBNull(3) ? null : reader.GetGuid(3);
        return new RecallItem(
            IdOf(reader.GetString(1)),
            Kinds[reader.GetInt16(2) - 1],
            prescription is { } id ? Numbering.Prescription(id) : reader.GetString(1),
            reader.GetBoolean(14) ? prescription : null,
            Text(reader, 4),
            Text(reader, 5),
            reader.GetInt32(6),
            reader.GetBoolean(7),
            reader.IsDBNull(8) ? null : Stages[reader.GetInt16(8) - 1],
            reader.IsDBNull(9) ? null : reader.GetFieldValue<DateTimeOffset>(9),
            Text(reader, 10),
            reader.IsDBNull(11) ? null : reader.GetFieldValue<DateTimeOffset>(11),
            Text(reader, 12),
            Text(reader, 13)
        );
    }

    /// <summary>The same as PostgreSQL's <c>md5(item)::uuid</c>. A name within its recall, nothing secret.</summary>
    internal static Guid IdOf(string item)
    {
#pragma warning disable CA5351 // Not for security.
        return new Guid(System.Security.Cryptography.MD5.HashData(Encoding.UTF8.GetBytes(item)), bigEndian: true);
#pragma warning restore CA5351
    }

    internal static async Task<RecallAnswer?> ReadAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        Guid recallId,
        RecallSight sight,
        bool drill,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        Add(
            batch,
            $"""
            select r.request_id, r.level, r.reason, r.issuer, r.issued_by, r.issued_at, r.listed_in, r.closed_at, r.conclusion,
                   coalesce({RecallSight.Issued}, false)
            from traceability.recall r where r.id = $4 and {Seen}
            """
        );
        Add(
            batch,
            $"""
            select coalesce(i.institution_code, i.centre_code, '') as who,
                   count(*) filter (where i.kind = 1)::int, count(*) filter (where i.kind = 2)::int, count(*) filter (where i.kind = 3)::int,
                   count(*) filter (where s.stage <= 2)::int, count(*) filter (where s.stage between 3 and 5)::int,
                   count(*) filter (where s.stage = 6)::int, count(i.outcome)::int, count(*) filter (where i.late)::int
            from traceability.recall r
            join traceability.recall_item i on i.recall_id = r.id
            left join traceability.prescription_stage s on s.prescription_id = i.prescription_id
            where r.id = $4 and ({RecallSight.Issued} or {RecallSight.Mine})
            group by who order by 3 desc, who
            """
        );
        Add(
            batch,
            "select item from traceability.recall_item where recall_id = $4 and leaf_index is null and ($1 or $2 = $2 or $3 = $3) order by item limit 100"
        );
        foreach (var command in batch.BatchCommands)
        {
            command.Parameters.AddRange((NpgsqlParameter[])[.. sight.Parameters(), new NpgsqlParameter { Value = recallId }]);
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var answer = Head(reader, recallId, drill);
        await reader.NextResultAsync(cancellationToken);
        var institutions = new List<RecallInstitution>();
        var late = 0;
        while (await reader.ReadAsync(cancellationToken))
        {
            institutions.Add(
                new RecallInstitution(
                    reader.GetString(0),
                    reader.GetInt32(1),
                    reader.GetInt32(2),
                    reader.GetInt32(3),
                    reader.GetInt32(4),
                    reader.GetInt32(5),
                    reader.GetInt32(6),
                    reader.GetInt32(7)
                )
            );
            late += reader.GetInt32(8);
        }

        await reader.NextResultAsync(cancellationToken);
        var lots = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            lots.Add(reader.GetString(0));
        }

        return answer with
        {
            Counts = new RecallCounts(
                institutions.Sum(i => i.Lots),
                institutions.Sum(i => i.Prescriptions),
                institutions.Sum(i => i.Things),
                institutions.Sum(i => i.Settled),
                late
            ),
            Institutions = institutions,
            Lots = lots,
        };
    }

    private static RecallAnswer Head(NpgsqlDataReader reader, Guid recallId, bool drill)
    {
        var level = reader.GetInt16(1);
        var issuedAt = reader.GetFieldValue<DateTimeOffset>(5);
        DateTimeOffset? closedAt = reader.IsDBNull(7) ? null : reader.GetFieldValue<DateTimeOffset>(7);
        return new RecallAnswer(
            recallId,
            drill ? "" : reader.GetString(0),
            drill,
            drill ? "drill"
                : closedAt is null ? "open"
                : "closed",
            level,
            reader.GetString(2),
            reader.GetString(3),
            reader.GetString(4),
            issuedAt,
            issuedAt.AddDays(
                level == 1 ? 1
                : level == 2 ? 3
                : 7
            ),
            reader.GetInt64(6) / 1000.0,
            closedAt,
            Text(reader, 8),
            reader.GetBoolean(9),
            new RecallCounts(0, 0, 0, 0, 0),
            [],
            []
        );
    }

    private static void Add(NpgsqlBatch batch, string sql) => batch.BatchCommands.Add(new NpgsqlBatchCommand(sql));

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
