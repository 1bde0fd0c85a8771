using Npgsql;
using TcmBrain.Quality.Evaluation;
using TcmBrain.Quality.Reports;

namespace TcmBrain.Operations.Verify;

/// <summary>
/// What was published stays what it was: every evaluation is computed anew from what it counted and every report read back, both against
/// their SHA-256; every alert that somebody dealt with says who and why.
/// </summary>
internal static class OversightChecks
{
    public static async Task<IReadOnlyList<Check>> RunAsync(NpgsqlDataSource quality, CancellationToken cancellationToken)
    {
        var books = EvaluationBook.LoadAll();
        return
        [
            await SoundAsync(
                quality,
                "quality.evaluations-recompute",
                "select publication_id, content, sha256 from quality.evaluation_publication",
                (text, hash) => PublishedEvaluation.IsSound(text, hash, books),
                cancellationToken
            ),
            await SoundAsync(
                quality,
                "quality.reports-unaltered",
                "select report_id, content, sha256 from quality.monthly_report",
                MonthlyReport.IsSound,
                cancellationToken
            ),
            await UnexplainedAsync(quality, cancellationToken),
        ];
    }

    private static async Task<Check> SoundAsync(
        NpgsqlDataSource quality,
        string name,
        string sql,
        Func<string, string, bool> isSound,
        CancellationToken cancellationToken
    )
    {
        long all = 0;
        var wrong = new List<string>();
        await using var command = quality.CreateCommand(sql);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            all++;
            if (!isSound(row.GetString(1), Convert.ToHexStringLower(row.GetFieldValue<byte[]>(2))))
            {
                wrong.Add(row.GetGuid(0).ToString());
            }
        }

        return Check.Equal(name, all, all - wrong.Count, string.Join(", ", wrong.Take(3)));
    }

    private static async Task<Check> UnexplainedAsync(NpgsqlDataSource quality, CancellationToken cancellationToken)
    {
        await using var command = quality.CreateCommand(
            """
            select count(*) from quality.supervision_alert a
            left join quality.supervision_act c on c.alert_id = a.alert_id and c.version = a.version
            where (a.state = 'new') <> (c.alert_id is null) or c.state <> a.state or (a.state not in ('new', 'looked-at') and c.reason is null)
            """
        );
        return Check.None("quality.alerts-answered-for", (long)(await command.ExecuteScalarAsync(cancellationToken))!);
    }
}
