using System.Security.Claims;
using Microsoft.Extensions.Options;
using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Quality.Facts;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Evaluation;

/// <summary>
/// Evaluations as they stand now: a regulator sees its regions' and their order, an institution its own and its place in its city, and of the
/// others nothing.
/// </summary>
internal sealed class EvaluationDesk(
    MeasureReader reader,
    PublicationStore publications,
    EvaluationBook book,
    NpgsqlDataSource database,
    IOptions<SupervisionSettings> settings,
    TimeProvider time
)
{
    private const int TrendPeriods = 6;

    public bool IsProvisional(Period period) => RegionTime.DayOf(time.GetUtcNow()) < period.To;

    public async Task<RankingView> RankAsync(
        ClaimsPrincipal caller,
        string group,
        Period period,
        string? region,
        CancellationToken cancellationToken
    )
    {
        var sight = Sight.Of(caller, settings.Value);
        var field = await FieldAsync(sight, caller, group, period, region, cancellationToken);
        var before = (await reader.ReadAsync(group, period.Before, null, null, cancellationToken)).ToDictionary(
            c => c.Place.Code,
            c => Scores.Of(book, group, c.Measures)
        );
        var ranks = Scores.Ranks([.. field.Select(f => f.Card)]);
        var items = field
            .Select((f, i) => Line(f.Counted, f.Card, ranks[i], before.GetValueOrDefault(f.Counted.Place.Code)))
            .Where(i => SeesAll(sight) || i.Place.Code == sight.Institution)
            .OrderBy(i => i.Rank ?? int.MaxValue)
            .ThenByDescending(i => i.Total ?? -1)
            .ThenBy(i => i.Place.Code, StringComparer.Ordinal)
            .ToList();
        return new RankingView(
            group,
            period.Text,
            book.Edition,
            IsProvisional(period),
            ranks.Count(r => r is not null),
            items,
            await publications.NewestAsync(sight, group, region ?? caller.RegionCode(), period, cancellationToken)
        );
    }

    /// <exception cref="ServiceDefaults.Faults.FaultException">QUA-0703: none, or not the caller's to see.</exception>
    public async Task<EvaluationView> ReadAsync(
        ClaimsPrincipal caller,
        string group,
        Period period,
        string code,
        CancellationToken cancellationToken
    )
    {
        var sight = Sight.Of(caller, settings.Value);
        var field = await FieldAsync(sight, caller, group, period, null, cancellationToken);
        var at = field.FindIndex(f => f.Counted.Place.Code == code && (SeesAll(sight) || code == sight.Institution));
        if (at < 0)
        {
            throw QualityFaults.EvaluatedNotFound.Exception("code");
        }

        var ranks = Scores.Ranks([.. field.Select(f => f.Card)]);
        var trend = new List<TrendPoint>();
        Scorecard? previous = null;
        var earlier = period;
        for (var i = 0; i < TrendPeriods; i++)
        {
            var card = i == 0 ? field[at].Card : await CardAsync(group, earlier, code, cancellationToken);
            previous = i == 1 ? card : previous;
            trend.Insert(0, new TrendPoint(earlier.Text, card.Total, card.Known));
            earlier = earlier.Before;
        }

        return new EvaluationView(
            field[at].Counted.Place,
            group,
            period.Text,
            book.Edition,
            IsProvisional(period),
            ranks[at],
            ranks.Count(r => r is not null),
            field[at].Card,
            period.Before.Text,
            previous!.Total,
            previous.Total is null ? [] : Scores.Moved(previous, field[at].Card),
            trend
        );
    }

    /// <summary>The prescriptions behind an indicator, those that missed it first.</summary>
    /// <exception cref="ServiceDefaults.Faults.FaultException">QUA-0703, QUA-0704: unknown, or not counted of prescriptions.</exception>
    public async Task<CountedRecords> RecordsAsync(
        ClaimsPrincipal caller,
        string group,
        Period period,
        string code,
        string indicator,
        int limit,
        CancellationToken cancellationToken
    )
    {
        if (!MeasureTable.Facts.TryGetValue((group, indicator), out var measure))
        {
            throw QualityFaults.UnknownIndicator.Exception("indicator", indicator);
        }

        var sight = Sight.Of(caller, settings.Value);
        var field = await FieldAsync(sight, caller, group, period, null, cancellationToken);
        if (!field.Any(f => f.Counted.Place.Code == code && (SeesAll(sight) || code == sight.Institution)))
        {
            throw QualityFaults.EvaluatedNotFound.Exception("code");
        }

        var less = book.IndicatorsOf(group).Single(i => i.Code == indicator).LessIsBetter;
        await using var command = database.CreateCommand(
            $"""
            with counted as (
                select f.prescription_id, f.his_number, f.day, coalesce({measure.Numerator}, 0)::bigint as n, {measure.Denominator}::bigint as d
                from quality.fact f left join quality.fact_traced t using (prescription_id)
                where f.day >= @from and f.day < @to and f.ended is distinct from 'superseded' and {MeasureTable.PlaceOf(group)} = @place
                  and {measure.Denominator} > 0)
            select prescription_id, his_number, day, n, d, {(less ? "n > 0" : "n < d")}, count(*) over () from counted
            order by 6 desc, day desc, prescription_id limit @limit
            """
        );
        MeasureReader.Bind(command, period, code);
        command.Parameters.AddWithValue("limit", limit);
        var items = new List<CountedRecord>();
        long total = 0;
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            total = row.GetInt64(6);
            items.Add(
                new CountedRecord(
                    row.GetGuid(0),
                    row.GetString(1),
                    row.GetFieldValue<DateOnly>(2),
                    row.GetInt64(3),
                    row.GetInt64(4),
                    row.GetBoolean(5)
                )
            );
        }

        return new CountedRecords(indicator, period.Text, total, items);
    }

    private async Task<Scorecard> CardAsync(string group, Period period, string code, CancellationToken cancellationToken)
    {
        var one = await reader.ReadAsync(group, period, null, code, cancellationToken);
        return Scores.Of(book, group, one.Count > 0 ? one[0].Measures : new Dictionary<string, MeasuredCount>());
    }

    /// <summary>Who is ranked together: all that the caller supervises; for an institution, those of its city.</summary>
    private async Task<List<(Counted Counted, Scorecard Card)>> FieldAsync(
        Sight sight,
        ClaimsPrincipal caller,
        string group,
        Period period,
        string? region,
        CancellationToken cancellationToken
    )
    {
        var within =
            region
            ?? (
                SeesAll(sight) || !RegionCode.IsWellFormed(caller.RegionCode())
                    ? null
                    : RegionCode.Parent(caller.RegionCode()) ?? caller.RegionCode()
            );
        var counted = await reader.ReadAsync(group, period, within, null, cancellationToken);
        return
        [
            .. counted
                .Where(c =>
                    sight.Everything
                    || sight.RegionPrefixes.Length == 0
                    || sight.RegionPrefixes.Any(p => c.Region.StartsWith(p, StringComparison.Ordinal))
                )
                .Select(c => (c, Scores.Of(book, group, c.Measures))),
        ];
    }

    private static bool SeesAll(Sight sight) => sight.Everything || sight.RegionPrefixes.Length > 0;

    private static RankedItem Line(Counted counted, Scorecard card, int? rank, Scorecard? before) =>
        new(counted.Place, counted.Region, rank, card.Total, card.Known, card.Total - before?.Total, card.Dimensions);
}
