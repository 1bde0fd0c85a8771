using System.Security.Claims;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Lots;

/// <summary>Enters and reads results. A result is never changed: its row refuses it.</summary>
internal sealed class ResultBook(LotLimits limits, TimeProvider time)
{
    /// <summary>Those of the tests that have no result yet, as first results; the same result again is known.</summary>
    /// <exception cref="ServiceDefaults.Faults.FaultException">QUA-0544 a test has another result; and as <see cref="ReleaseRule.Judge"/></exception>
    public async Task EnterNewAsync(
        Work work,
        Lot lot,
        IReadOnlyList<LotTest> tests,
        IReadOnlyList<LotResult> known,
        string laboratory,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        if (tests.Count == 0)
        {
            return;
        }

        var effective = LotResults.Effective(known);
        foreach (var judged in ReleaseRule.Judge(lot.Piece, tests, limits, lot.ProducedOn))
        {
            if (!effective.TryGetValue(judged.Test.Test, out var there))
            {
                await EnterAsync(
                    work,
                    lot.LotId,
                    Guid.CreateVersion7(),
                    "first",
                    judged,
                    null,
                    null,
                    laboratory,
                    caller,
                    cancellationToken
                );
            }
            else if (there.Test != judged.Test)
            {
                throw QualityFaults.ResultKnown.Exception("tests", judged.Limit.NameZh);
            }
        }
    }

    public async Task EnterAsync(
        Work work,
        Guid lotId,
        Guid resultId,
        string kind,
        JudgedTest judged,
        Guid? of,
        string? reason,
        string laboratory,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            """
            insert into quality.lot_result
                (result_id, lot_id, test, kind, unit, limit_source, limit_edition, limit_mark, passes, laboratory, entered_by, entered_name,
                 entered_at, value, detection, limit_min, limit_max, of_result, reason)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
            """,
            resultId,
            lotId,
            judged.Test.Test,
            kind,
            judged.Test.Unit,
            judged.Limit.Source,
            judged.Limit.Edition,
            judged.Limit.Mark,
            judged.Passes,
            laboratory,
            caller.Subject(),
            caller.DisplayName(),
            time.GetUtcNow()
        );
        foreach (var number in new[] { judged.Test.Value, judged.Test.Detection, judged.Limit.Min, judged.Limit.Max })
        {
            command.Parameters.Add(new() { Value = (object?)number ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Numeric });
        }

        command.Parameters.Add(new() { Value = (object?)of ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = (object?)reason ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task<IReadOnlyList<LotResult>> OfAsync(Work work, Guid lotId, CancellationToken cancellationToken)
    {
        await using var command = work.Command(Select, lotId);
        return [.. (await ReadAsync(command, cancellationToken)).Select(r => r.Result)];
    }

    public const string Select = """
        select result_id, kind, test, value, unit, detection, limit_min, limit_max, limit_source, limit_edition, limit_mark, passes,
               entered_by, entered_at, of_result, entered_name, laboratory, reason
        from quality.lot_result where lot_id = $1 order by entered_at, result_id
        """;

    public static async Task<IReadOnlyList<(LotResult Result, string By, string Laboratory, string? Reason)>> ReadAsync(
        NpgsqlCommand command,
        CancellationToken cancellationToken
    )
    {
        var results = new List<(LotResult, string, string, string?)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var test = new LotTest(reader.GetString(2), NumberAt(3), reader.GetString(4), NumberAt(5));
            var limit = new LotLimit(
                test.Test,
                "",
                "",
                test.Unit,
                "",
                NumberAt(6),
                NumberAt(7),
                reader.GetString(8),
                reader.GetString(9),
                default,
                reader.GetString(10)
            );
            var result = new LotResult(
                reader.GetGuid(0),
                reader.GetString(1),
                test,
                limit,
                reader.GetBoolean(11),
                reader.GetString(12),
                reader.GetFieldValue<DateTimeOffset>(13),
                reader.IsDBNull(14) ? null : reader.GetGuid(14)
            );
            results.Add((result, reader.GetString(15), reader.GetString(16), reader.TextAt(17)));
        }

        return results;

        decimal? NumberAt(int column) => reader.IsDBNull(column) ? null : reader.GetDecimal(column);
    }
}
