using Npgsql;

namespace TcmBrain.Quality.Reviews.Sampling;

/// <summary>One line of what the reviews say of themselves.</summary>
public sealed record ReviewCheck(string Name, long Expected, long Actual, string? Detail);

/// <summary>
/// The reviews audit themselves: every draw of the last months is made again from its published seed; no open review is without somebody
/// whose turn it is, or past its date without saying so; every conclusion has the verdict that it rests on.
/// </summary>
public static class ReviewAudit
{
    /// <summary>Draws that are made again: those of the last so many days.</summary>
    private const int Days = 100;

    private static readonly (string Name, string Sql)[] Violations =
    [
        (
            "reviews.every-sample-has-a-review",
            "select count(*) from quality.review_sample s left join quality.review v using (prescription_id) where v.prescription_id is null"
        ),
        (
            "reviews.nobody-late-in-silence",
            // The watch looks every half minute; five minutes are a fault.
            """
            select count(*) from quality.review
            where stage <> 'concluded' and due_at < now() - interval '5 minutes' and overdue_at is null
            """
        ),
        (
            "reviews.open-ones-have-an-owner",
            """
            select count(*) from quality.review v
            where v.stage <> 'concluded' and (v.owner_until < now() - interval '5 minutes'
               or not exists (select from quality.review_sample s where s.prescription_id = v.prescription_id)
                  and v.drawn_at > (select coalesce(min(drawn_at), 'infinity') from quality.review_run))
            """
        ),
        (
            "reviews.conclusions-rest-on-a-verdict",
            """
            select count(*) from quality.review v where v.stage = 'concluded' and not exists (
                select from quality.review_verdict g
                where g.prescription_id = v.prescription_id and g.rational = v.final_rational and g.codes = v.final_codes)
            """
        ),
        (
            "reviews.nobody-judged-their-own",
            """
            select count(*) from quality.review_verdict g join quality.review v using (prescription_id)
            where g.reviewer_code = v.institution_code
               or exists (select from quality.review_verdict o
                          where o.prescription_id = g.prescription_id and o.round < g.round and o.reviewer = g.reviewer)
            """
        ),
    ];

    public static async Task<IReadOnlyList<ReviewCheck>> RunAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var checks = new List<ReviewCheck>();
        foreach (var (name, sql) in Violations)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            checks.Add(new ReviewCheck(name, 0, (long)(await command.ExecuteScalarAsync(cancellationToken))!, null));
        }

        var regulation = SamplingRegulation.Load();
        var runs = await RunsAsync(connection, cancellationToken);
        var wrong = new List<string>();
        foreach (var run in runs)
        {
            if (!(await SamplingProof.MakeAsync(connection, run, regulation, cancellationToken)).Holds)
            {
                wrong.Add(run.RunId.ToString());
            }
        }

        checks.Add(
            new ReviewCheck(
                "reviews.draws-come-out-again",
                runs.Count,
                runs.Count - wrong.Count,
                wrong.Count == 0 ? null : string.Join(", ", wrong.Take(3))
            )
        );
        return checks;
    }

    private static async Task<List<SamplingRun>> RunsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"select {SamplingStore.RunColumns} from quality.review_run r where r.drawn_at > now() - make_interval(days => {Days}) order by r.drawn_at",
            connection
        );
        var runs = new List<SamplingRun>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            runs.Add(SamplingStore.Run(reader));
        }

        return runs;
    }
}
