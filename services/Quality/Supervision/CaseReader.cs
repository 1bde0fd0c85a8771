using Npgsql;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Supervision;

/// <summary>A month of prescriptions as supervision looks at it, from the facts told by events. Superseded revisions are left out.</summary>
internal sealed class CaseReader(NpgsqlDataSource database)
{
    /// <summary>An institution's own past that a piece's use is compared with.</summary>
    public const int HistoryMonths = 3;

    public async Task<SupervisedMonth> ReadAsync(DateOnly month, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var cases = new List<Case>();
        await using (
            var command = new NpgsqlCommand(
                """
                select prescription_id, institution_code, region_code, prescriber_code, prescriber_name, patient_token, day, visit_kind, days,
                       long_explained, outcome, over_dose, outcome = 'double_sign' and approved_at is not null, fee_fen, pieces_fen, pieces
                from quality.fact
                where day >= $1 and day < $2 and ended is distinct from 'superseded'
                order by day, prescription_id
                """,
                connection,
                snapshot
            )
        )
        {
            command.Parameters.Add(new NpgsqlParameter { Value = month });
            command.Parameters.Add(new NpgsqlParameter { Value = month.AddMonths(1) });
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            while (await row.ReadAsync(cancellationToken))
            {
                cases.Add(
                    new Case(
                        row.GetGuid(0),
                        row.GetString(1),
                        row.GetString(2),
                        row.GetString(3),
                        row.GetString(4),
                        row.GetString(5),
                        row.GetFieldValue<DateOnly>(6),
                        row.GetString(7),
                        row.GetInt32(8),
                        row.GetBoolean(9),
                        !row.IsDBNull(10),
                        !row.IsDBNull(11) && row.GetBoolean(11),
                        !row.IsDBNull(12) && row.GetBoolean(12),
                        row.GetInt64(13),
                        row.IsDBNull(14) ? null : row.GetInt64(14),
                        row.IsDBNull(15) ? [] : row.GetFieldValue<string[]>(15)
                    )
                );
            }
        }

        return new SupervisedMonth(month, cases, await BeforeAsync(connection, snapshot, month, cancellationToken));
    }

    private static async Task<Dictionary<string, PriorUse>> BeforeAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction snapshot,
        DateOnly month,
        CancellationToken cancellationToken
    )
    {
        var before = new Dictionary<string, (int All, Dictionary<string, int> Pieces)>();
        await using var command = new NpgsqlCommand(
            """
            select institution_code, null, count(*)::int from quality.fact
            where day >= $1 and day < $2 and ended is distinct from 'superseded' and pieces is not null group by 1
            union all
            select institution_code, piece, count(*)::int from quality.fact, unnest(pieces) as piece
            where day >= $1 and day < $2 and ended is distinct from 'superseded' group by 1, 2
            """,
            connection,
            snapshot
        );
        command.Parameters.Add(new NpgsqlParameter { Value = month.AddMonths(-HistoryMonths) });
        command.Parameters.Add(new NpgsqlParameter { Value = month });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            var institution = row.GetString(0);
            var known = before.TryGetValue(institution, out var found) ? found : (All: 0, Pieces: []);
            if (row.TextAt(1) is { } piece)
            {
                known.Pieces[piece] = row.GetInt32(2);
            }
            else
            {
                known.All = row.GetInt32(2);
            }

            before[institution] = known;
        }

        return before.ToDictionary(b => b.Key, b => new PriorUse(b.Value.All, b.Value.Pieces));
    }
}
