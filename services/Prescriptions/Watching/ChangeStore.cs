using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.Contracts.Prescriptions.V1;

namespace TcmBrain.Prescriptions.Watching;

/// <summary>
/// The SQL of the status changes. Every read stays below the oldest transaction still open, where the order is final. A page is cut before it is
/// joined, and its length stands in the text: not knowing it, a planner may read all prescriptions to join ten of them.
/// </summary>
internal static class ChangeStore
{
    /// <summary>The last place whose past is final: what is told later comes after it.</summary>
    public static async Task<Position> NowAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select (pg_snapshot_xmin(pg_current_snapshot())::text::numeric - 1)::bigint");
        var before = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        return new Position((ulong)before, long.MaxValue);
    }

    /// <summary>Everybody's changes after a place, for the one reader of this process.</summary>
    public static Task<List<PlacedChange>> ReadAllAsync(NpgsqlDataSource database, Position after, int limit, CancellationToken ct) =>
        // Index history_order; the row of the prescription is found by its id.
        ReadAsync(database, Page("(h.xid, h.seq) > ($1::text::xid8, $2)", limit), after, null, ct);

    /// <summary>One institution's changes after a place, for a stream that resumes or has fallen behind.</summary>
    public static Task<List<PlacedChange>> ReadAsync(
        NpgsqlDataSource database,
        string institutionCode,
        Position after,
        int limit,
        CancellationToken ct
    ) =>
        // Index history_of_institution.
        ReadAsync(database, Page("h.institution_code = $3 and (h.xid, h.seq) > ($1::text::xid8, $2)", limit), after, institutionCode, ct);

    private static string Page(string which, int limit) =>
        $"""
            with page as materialized (
                select h.xid, h.seq, h.institution_code, h.prescription_id, h.state, h.occurred_at, h.actor, h.reason
                from prescriptions.history h
                where {which} and h.xid < pg_snapshot_xmin(pg_current_snapshot())
                order by h.xid, h.seq limit {limit.ToString(CultureInfo.InvariantCulture)})
            select h.xid::text, h.seq, h.institution_code, h.prescription_id, p.his_number, p.revision, h.state, h.occurred_at, h.actor, h.reason
            from page h join prescriptions.prescriptions p on p.id = h.prescription_id order by h.xid, h.seq
            """;

    private static async Task<List<PlacedChange>> ReadAsync(
        NpgsqlDataSource database,
        string sql,
        Position after,
        string? institutionCode,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddWithValue(NpgsqlDbType.Text, after.Transaction.ToString(CultureInfo.InvariantCulture));
        command.Parameters.AddWithValue(NpgsqlDbType.Bigint, after.Sequence);
        if (institutionCode is not null)
        {
            command.Parameters.AddWithValue(NpgsqlDbType.Text, institutionCode);
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var page = new List<PlacedChange>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var position = new Position(ulong.Parse(reader.GetString(0), CultureInfo.InvariantCulture), reader.GetInt64(1));
            page.Add(
                new PlacedChange(
                    position,
                    reader.GetString(2),
                    new StatusChange
                    {
                        ResumeToken = position.ToString(),
                        PrescriptionId = reader.GetGuid(3).ToString(),
                        HisNumber = reader.GetString(4),
                        Revision = reader.GetInt32(5),
                        State = (State)reader.GetInt16(6),
                        OccurredAt = Timestamp.FromDateTimeOffset(reader.GetFieldValue<DateTimeOffset>(7)),
                        Actor = reader.GetString(8),
                        Reason = reader.GetString(9),
                    }
                )
            );
        }

        return page;
    }
}
