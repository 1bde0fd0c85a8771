using System.Security.Claims;
using Microsoft.Extensions.Options;
using Npgsql;
using TcmBrain.Quality.Facts;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Satisfaction;

/// <summary>A mean of answers, 1 to 5; null where fewer than five answered the question.</summary>
public sealed record QuestionResult(string Code, int Answers, double? Mean);

/// <param name="Answers">null: hidden, too few</param>
public sealed record PlaceResult(Place Place, string RegionCode, int? Answers, double? Overall, IReadOnlyList<QuestionResult> Questions);

/// <param name="Answers">of all in sight; null when there are too few</param>
public sealed record SatisfactionAnswer(
    string Period,
    string Subject,
    int Least,
    int? Answers,
    double? Overall,
    IReadOnlyList<PlaceResult> Items,
    IReadOnlyList<Question> Questions
);

public sealed record CommentItem(Guid AnswerId, Place Institution, Place Centre, string Month, string Comment, int Overall, string State);

public sealed record CommentPage(IReadOnlyList<CommentItem> Items, string? Next);

/// <summary>What patients answered, by institution or centre; never of few.</summary>
internal sealed class SatisfactionResults(NpgsqlDataSource database, Questionnaire questionnaire, IOptions<SupervisionSettings> settings)
{
    private sealed record Row(string Code, string? Zh, string? En, string Region, Dictionary<string, (int Count, long Sum)> Answers);

    public Task<SatisfactionAnswer> ReadAsync(
        ClaimsPrincipal caller,
        Period period,
        string subject,
        string? region,
        CancellationToken cancellationToken
    ) => ReadAsync(Sight.Of(caller, settings.Value), period, subject, region, cancellationToken);

    /// <param name="region">null: all in sight</param>
    public async Task<SatisfactionAnswer> ReadAsync(
        Sight sight,
        Period period,
        string subject,
        string? region,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.CreateCommand(
            $"""
            with mine as (
                select *, {(subject == "centre" ? "centre_code" : "institution_code")} as place from quality.satisfaction
                where day >= @from and day < @to and {InSightOf("satisfaction")} and (@of is null or starts_with(region_code, @of)))
            select place, i.name_zh, i.name_en, coalesce(i.region_code, substr(place, 3, 6)), q.key, count(*)::int, sum(q.value::int)
            from mine left join quality.institution i on i.code = place, jsonb_each_text(answers) as q
            group by 1, 2, 3, 4, 5 order by 1
            """
        );
        sight.Guard(command);
        command.Parameters.AddWithValue("from", period.From);
        command.Parameters.AddWithValue("to", period.To);
        command.Parameters.Add(new NpgsqlParameter<string?>("of", region is null ? null : Contracts.RegionCode.SubtreePrefix(region)));
        var rows = new Dictionary<string, Row>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            var code = row.GetString(0);
            if (!rows.TryGetValue(code, out var place))
            {
                rows[code] = place = new Row(code, row.TextAt(1), row.TextAt(2), row.GetString(3), []);
            }

            place.Answers[row.GetString(4)] = (row.GetInt32(5), row.GetInt64(6));
        }

        return Tell(period, subject, [.. rows.Values]);
    }

    private SatisfactionAnswer Tell(Period period, string subject, List<Row> rows)
    {
        Question[] asked = [.. questionnaire.Questions.Where(q => q.Subject == "both" || q.Subject == subject)];
        var counts = rows.Select(r => r.Answers.GetValueOrDefault(Questionnaire.Overall).Count).ToList();
        var hidden = SmallNumbers.Hidden(counts);
        var all = counts.Sum();
        var shown = all >= SmallNumbers.Least;
        return new SatisfactionAnswer(
            period.Text,
            subject,
            SmallNumbers.Least,
            shown ? all : null,
            shown ? Mean(rows.Sum(r => r.Answers.GetValueOrDefault(Questionnaire.Overall).Sum), all) : null,
            [
                .. rows.Select(
                    (r, i) =>
                        new PlaceResult(
                            Place.Of(r.Code, r.Zh, r.En),
                            r.Region,
                            hidden[i] ? null : counts[i],
                            hidden[i] ? null : Mean(r.Answers.GetValueOrDefault(Questionnaire.Overall).Sum, counts[i]),
                            hidden[i]
                                ? []
                                :
                                [
                                    .. asked.Select(q =>
                                    {
                                        var (count, sum) = r.Answers.GetValueOrDefault(q.Code);
                                        return count < SmallNumbers.Least
                                            ? new QuestionResult(q.Code, 0, null)
                                            : new QuestionResult(q.Code, count, Mean(sum, count));
                                    }),
                                ]
                        )
                ),
            ],
            asked
        );
    }

    private static double Mean(long sum, int count) => Math.Round((double)sum / count, 2, MidpointRounding.AwayFromZero);

    /// <summary>What waits is for who moderates; what is shown is for everybody in sight, of places that enough have rated.</summary>
    public async Task<CommentPage> CommentsAsync(
        ClaimsPrincipal caller,
        string state,
        string? next,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        var page = Page.Of(next, limit, QualityFaults.BadPage);
        await using var command = database.CreateCommand(
            $"""
            select s.answer_id, s.institution_code, i.name_zh, i.name_en, s.centre_code, c.name_zh, c.name_en, s.day, s.comment,
                   (s.answers ->> 'overall')::int, s.comment_state, s.answered_at
            from quality.satisfaction s
            left join quality.institution i on i.code = s.institution_code left join quality.institution c on c.code = s.centre_code
            where s.comment_state = @state and (s.answered_at, s.answer_id) > (@after_time, @after_id) and {InSightOf("s")}
              and (@state <> 'shown' or (select count(*) from quality.satisfaction o where o.institution_code = s.institution_code) >= @least)
            order by s.answered_at, s.answer_id limit @limit
            """
        );
        Sight.Of(caller, settings.Value).Guard(command);
        page.Bind(command);
        command.Parameters.AddWithValue("state", state);
        command.Parameters.AddWithValue("least", SmallNumbers.Least);
        var items = new List<CommentItem>();
        var last = DateTimeOffset.UnixEpoch;
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            last = row.GetFieldValue<DateTimeOffset>(11);
            items.Add(
                new CommentItem(
                    row.GetGuid(0),
                    Place.Of(row.GetString(1), row.TextAt(2), row.TextAt(3)),
                    Place.Of(row.GetString(4), row.TextAt(5), row.TextAt(6)),
                    Period.OfMonth(row.GetFieldValue<DateOnly>(7)).Text,
                    row.GetString(8),
                    row.GetInt32(9),
                    row.GetString(10)
                )
            );
        }

        return new CommentPage(items, page.Next(items.Count, () => (last, items[^1].AnswerId)));
    }

    /// <returns>false when it stood so already</returns>
    public async Task<bool> ModerateAsync(
        ClaimsPrincipal caller,
        Guid answerId,
        string state,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.CreateCommand(
            $"""
            with found as (select prescription_id, comment_state from quality.satisfaction s
                           where answer_id = @id and comment is not null and {InSightOf("s")} for update),
                 changed as (update quality.satisfaction s set comment_state = @state, moderated_by = @by, moderated_at = @now
                             from found where s.prescription_id = found.prescription_id and found.comment_state <> @state returning 1)
            select (select count(*)::int from found), (select count(*)::int from changed)
            """
        );
        Sight.Of(caller, settings.Value).Guard(command);
        command.Parameters.AddWithValue("id", answerId);
        command.Parameters.AddWithValue("state", state);
        command.Parameters.AddWithValue("by", ServiceDefaults.Identity.CallerExtensions.Subject(caller));
        command.Parameters.AddWithValue("now", now);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return row.GetInt32(0) == 0 ? throw QualityFaults.AnswerNotFound.Exception("answerId") : row.GetInt32(1) == 1;
    }

    /// <summary>The hospital's own, the centre's own, and what lies in the regions looked after.</summary>
    private static string InSightOf(string table) =>
        $"""
            (@everything or {table}.institution_code = @institution or {table}.centre_code = @institution
             or exists (select from unnest(@regions) as region (prefix) where starts_with({table}.region_code, region.prefix)))
            """;
}
