using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Quality.Evaluation;
using TcmBrain.Quality.Facts;
using TcmBrain.Quality.Satisfaction;
using TcmBrain.Quality.Supervision;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Reports;

public sealed record MonthFigures(string Region, string Month, IReadOnlyList<Figure> Figures, IReadOnlyList<DayFigures> Days);

/// <param name="Id">of the prescription, lot or nonconformity</param>
/// <param name="Place">the institution of a prescription, the centre of the others</param>
/// <param name="Number">prescription number; piece and lot number; what a nonconformity is about</param>
/// <param name="NumberEn">the same in English; where it is a number, that number</param>
/// <param name="State">of a prescription what the audit said; null: nothing yet</param>
/// <param name="Counts">whether it is of those that the number counts; of a share, the rest is its denominator</param>
public sealed record FigureRecord(Guid Id, Place Place, string Number, string NumberEn, DateOnly Day, string? State, bool Counts);

/// <param name="Kind">what the records are: prescription, lot or nonconformity</param>
/// <param name="Total">as many as the number says, of which the first are listed; of a share, those of its denominator</param>
public sealed record FigureRecords(string Code, string Kind, string Region, string Month, long Total, IReadOnlyList<FigureRecord> Items);

/// <summary>Counts a region's month from the platform's own records.</summary>
internal sealed class ReportReader(
    NpgsqlDataSource database,
    MeasureReader measures,
    EvaluationBook book,
    SatisfactionResults satisfaction,
    IReadOnlyList<PatternText> patterns,
    TimeProvider time
)
{
    private const string OfMonth =
        "f.day >= @from and f.day < @to and starts_with(f.region_code, @prefix) and f.ended is distinct from 'superseded'";

    public async Task<MonthlyReport> ComposeAsync(string region, Period month, CancellationToken cancellationToken)
    {
        var figures = await FiguresAsync(region, month, cancellationToken);
        var sight = new Sight("", [RegionCode.SubtreePrefix(region)], Everything: false);
        var answers = await satisfaction.ReadAsync(sight, month, "institution", region, cancellationToken);
        var (zh, en) = await NameAsync(region, cancellationToken);
        return new MonthlyReport(
            MonthlyReport.CurrentForm,
            region,
            zh,
            en,
            month.Text,
            RegionTime.DayOf(time.GetUtcNow()) < month.To,
            book.Edition,
            figures.Figures,
            figures.Days,
            await AlertsAsync(region, month, cancellationToken),
            new SatisfactionFigures(answers.Answers, answers.Overall),
            await RankedAsync(EvaluationBook.Hospital, region, month, cancellationToken),
            await RankedAsync(EvaluationBook.Centre, region, month, cancellationToken)
        );
    }

    private async Task<(string Zh, string En)> NameAsync(string region, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select name_zh, name_en from quality.region where code = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = region });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? (row.GetString(0), row.GetString(1)) : (region, region);
    }

    public async Task<MonthFigures> FiguresAsync(string region, Period month, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var counted = new Dictionary<string, Figure>();
        var counts = FigureTable.Facts.Select(f =>
            $"count(*) filter (where {f.When}{(f.Of is null ? "" : $" and {f.Of}")}), {(f.Of is null ? "null::bigint" : $"count(*) filter (where {f.Of})")}"
        );
        await using (
            var command = Command(
                connection,
                snapshot,
                $"select {string.Join(", ", counts)} from quality.fact f left join quality.fact_traced t using (prescription_id) where {OfMonth}",
                region,
                month
            )
        )
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
        {
            await row.ReadAsync(cancellationToken);
            for (var i = 0; i < FigureTable.Facts.Count; i++)
            {
                var f = FigureTable.Facts[i];
                var page = PageOf(f.Code, region, month);
                counted[f.Code] = new Figure(f.Section, f.Code, f.Zh, f.En, row.GetInt64(2 * i), Whole(row, 2 * i + 1), page);
            }
        }

        foreach (var other in FigureTable.Others)
        {
            await using var command = Command(
                connection,
                snapshot,
                $"select count(*) filter (where {other.When}), {(other.Share ? "count(*)" : "null::bigint")} from {other.From.Table} r where {other.From.OfMonth}",
                region,
                month
            );
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            await row.ReadAsync(cancellationToken);
            var page = other.From.Page ?? PageOf(other.Code, region, month);
            counted[other.Code] = new Figure(other.Section, other.Code, other.Zh, other.En, row.GetInt64(0), Whole(row, 1), page);
        }

        return new MonthFigures(
            region,
            month.Text,
            [
                .. FigureTable.Sections.SelectMany(s =>
                    counted.Values.Where(f => f.Section == s.Code).OrderBy(f => FigureTable.Facts.Any(x => x.Code == f.Code) ? 0 : 1)
                ),
            ],
            await DaysAsync(connection, snapshot, region, month, cancellationToken)
        );
    }

    private static string PageOf(string code, string region, Period month) => $"/reports/figures/{code}?region={region}&month={month.Text}";

    /// <summary>Exactly the records that the number counts; of a share those of its denominator, what does not count first.</summary>
    /// <exception cref="ServiceDefaults.Faults.FaultException">QUA-0704: no figure that is counted from records.</exception>
    public async Task<FigureRecords> RecordsAsync(string code, string region, Period month, int limit, CancellationToken cancellationToken)
    {
        var (kind, sql) =
            FigureTable.Facts.FirstOrDefault(f => f.Code == code) is { } figure ? ("prescription", RecordsOf(figure))
            : FigureTable.Others.FirstOrDefault(o => o.Code == code && o.From.Page is null) is { } other
                ? (other.From.Kind, RecordsOf(other))
            : throw QualityFaults.UnknownIndicator.Exception("code", code);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = Command(connection, null, sql, region, month);
        command.Parameters.AddWithValue("limit", limit);
        var items = new List<FigureRecord>();
        long total = 0;
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            total = row.GetInt64(8);
            items.Add(
                new FigureRecord(
                    row.GetGuid(0),
                    Place.Of(row.GetString(1), row.TextAt(2), row.TextAt(3)),
                    row.GetString(4),
                    row.GetString(9),
                    row.GetFieldValue<DateOnly>(5),
                    row.TextAt(6),
                    row.GetBoolean(7)
                )
            );
        }

        return new FigureRecords(code, kind, region, month.Text, total, items);
    }

    private static string RecordsOf(FigureTable.OfFact figure) =>
        $"""
            select f.prescription_id, f.institution_code, i.name_zh, i.name_en, f.his_number, f.day, f.outcome, coalesce({figure.When}, false),
                   count(*) over (), f.his_number
            from quality.fact f left join quality.fact_traced t using (prescription_id)
            left join quality.institution i on i.code = f.institution_code
            where {OfMonth} and {figure.Of ?? figure.When}
            order by 8, f.day desc, f.prescription_id limit @limit
            """;

    private static string RecordsOf(FigureTable.OfOther figure) =>
        $"""
            select {figure.From.Id}, {figure.From.Place}, i.name_zh, i.name_en, {figure.From.Number},
                   ({figure.From.At} at time zone 'Asia/Shanghai')::date, {figure.From.State}, coalesce({figure.When}, false), count(*) over (), {figure.From.NumberEn}
            from {figure.From.Table} r left join quality.institution i on i.code = {figure.From.Place}
            where {figure.From.OfMonth} and ({figure.When} or {(figure.Share ? "true" : "false")})
            order by 8, 6 desc, 1 limit @limit
            """;

    private static async Task<IReadOnlyList<DayFigures>> DaysAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction snapshot,
        string region,
        Period month,
        CancellationToken cancellationToken
    )
    {
        await using var command = Command(
            connection,
            snapshot,
            $"""
            select f.day, count(*)::int, count(*) filter (where f.outcome in ('double_sign', 'resolve', 'block'))::int,
                   count(*) filter (where f.delivered_at is not null)::int
            from quality.fact f where {OfMonth} group by 1
            """,
            region,
            month
        );
        var told = new Dictionary<DateOnly, DayFigures>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            var day = row.GetFieldValue<DateOnly>(0);
            told[day] = new DayFigures(day, row.GetInt32(1), row.GetInt32(2), row.GetInt32(3));
        }

        return
        [
            .. Enumerable
                .Range(0, month.To.DayNumber - month.From.DayNumber)
                .Select(i => month.From.AddDays(i))
                .Select(day => told.GetValueOrDefault(day) ?? new DayFigures(day, 0, 0, 0)),
        ];
    }

    private async Task<IReadOnlyList<AlertFigures>> AlertsAsync(string region, Period month, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select pattern, count(*)::int, count(*) filter (where state in ('new', 'looked-at'))::int, count(*) filter (where state = 'confirmed')::int
            from quality.supervision_alert where month = $1 and starts_with(region_code, $2) group by 1
            """
        );
        command.Parameters.Add(new NpgsqlParameter { Value = month.From });
        command.Parameters.Add(new NpgsqlParameter { Value = RegionCode.SubtreePrefix(region) });
        var counts = new Dictionary<string, (int, int, int)>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            counts[row.GetString(0)] = (row.GetInt32(1), row.GetInt32(2), row.GetInt32(3));
        }

        return
        [
            .. patterns.Select(p =>
            {
                var (raised, open, confirmed) = counts.GetValueOrDefault(p.Code);
                return new AlertFigures(p.Code, p.Zh, p.En, raised, open, confirmed);
            }),
        ];
    }

    private async Task<IReadOnlyList<RankedFigures>> RankedAsync(
        string group,
        string region,
        Period month,
        CancellationToken cancellationToken
    )
    {
        var counted = await measures.ReadAsync(group, month, region, null, cancellationToken);
        var evaluated = PublishedEvaluation.Of(book, group, region, month, provisional: false, counted);
        return
        [
            .. evaluated
                .Items.OrderBy(i => i.Rank ?? int.MaxValue)
                .ThenByDescending(i => i.Card.Total ?? -1)
                .ThenBy(i => i.Place.Code, StringComparer.Ordinal)
                .Select(i => new RankedFigures(i.Place, i.Rank, i.Card.Total, i.Card.Known)),
        ];
    }

    private static long? Whole(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    private static NpgsqlCommand Command(NpgsqlConnection connection, NpgsqlTransaction? snapshot, string sql, string region, Period month)
    {
        var command = new NpgsqlCommand(sql, connection, snapshot);
        MeasureReader.Bind(command, month, null);
        command.Parameters.AddWithValue("prefix", RegionCode.SubtreePrefix(region));
        return command;
    }
}
