using System.Globalization;
using System.Runtime.CompilerServices;
using Google.Protobuf.WellKnownTypes;
using Npgsql;
using TcmBrain.Contracts.Prescriptions.V1;

namespace TcmBrain.Prescriptions.Watching;

/// <summary>
/// An institution's status changes in an order that never changes (状态订阅): by transaction, and only once no older transaction is still
/// open. So a reader that goes on from its last token misses nothing and sees nothing twice.
/// </summary>
internal sealed class StatusWatch(NpgsqlDataSource database, TimeProvider time)
{
    private const int Page = 500;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(400);

    /// <summary>Goes on until cancelled.</summary>
    /// <exception cref="ServiceDefaults.Faults.FaultException">The resume token is not one of this stream.</exception>
    public async IAsyncEnumerable<StatusChange> FollowAsync(
        string institutionCode,
        string resumeToken,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var position = resumeToken.Length == 0 ? await NowAsync(cancellationToken) : Position.Parse(resumeToken);
        while (true)
        {
            var page = await ReadAsync(institutionCode, position, cancellationToken);
            foreach (var (next, change) in page)
            {
                position = next;
                yield return change;
            }

            if (page.Count < Page)
            {
                await Task.Delay(Poll, time, cancellationToken);
            }
        }
    }

    private async Task<Position> NowAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select (pg_snapshot_xmin(pg_current_snapshot())::text::numeric - 1)::bigint");
        var before = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        return new Position((ulong)before, long.MaxValue);
    }

    private async Task<List<(Position, StatusChange)>> ReadAsync(
        string institutionCode,
        Position after,
        CancellationToken cancellationToken
    )
    {
        const string sql = """
            select h.xid::text, h.seq, h.prescription_id, p.his_number, p.revision, h.state, h.occurred_at, h.actor, h.reason
            from prescriptions.history h join prescriptions.prescriptions p on p.id = h.prescription_id
            where h.institution_code = $1 and (h.xid, h.seq) > ($2::text::xid8, $3) and h.xid < pg_snapshot_xmin(pg_current_snapshot())
            order by h.xid, h.seq limit $4
            """;
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddWithValue(institutionCode);
        command.Parameters.AddWithValue(after.Transaction.ToString(CultureInfo.InvariantCulture));
        command.Parameters.AddWithValue(after.Sequence);
        command.Parameters.AddWithValue(Page);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var page = new List<(Position, StatusChange)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var position = new Position(ulong.Parse(reader.GetString(0), CultureInfo.InvariantCulture), reader.GetInt64(1));
            page.Add(
                (
                    position,
                    new StatusChange
                    {
                        ResumeToken = position.ToString(),
                        PrescriptionId = reader.GetGuid(2).ToString(),
                        HisNumber = reader.GetString(3),
                        Revision = reader.GetInt32(4),
                        State = (State)reader.GetInt16(5),
                        OccurredAt = Timestamp.FromDateTimeOffset(reader.GetFieldValue<DateTimeOffset>(6)),
                        Actor = reader.GetString(7),
                        Reason = reader.GetString(8),
                    }
                )
            );
        }

        return page;
    }

    private readonly record struct Position(ulong Transaction, long Sequence)
    {
        public static Position Parse(string token)
        {
            if (token == "0")
            {
                return new Position(0, 0);
            }

            var parts = token.Split('-');
            return
                parts.Length == 2
                && ulong.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var transaction)
                && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
                ? new Position(transaction, sequence)
                : throw PrescriptionsFaults.ResumeToken.Exception("resume_token");
        }

        public override string ToString() => FormattableString.Invariant($"{Transaction}-{Sequence}");
    }
}
