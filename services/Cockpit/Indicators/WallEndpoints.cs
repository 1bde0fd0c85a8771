using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.Cockpit.Access;
using TcmBrain.Cockpit.Indicators.Evaluation;
using TcmBrain.Cockpit.Indicators.Language;
using TcmBrain.Cockpit.Indicators.Plans;
using TcmBrain.Contracts;

namespace TcmBrain.Cockpit.Indicators;

/// <summary>The wall, a card of it, and the records behind a number.</summary>
internal static class WallEndpoints
{
    public static void MapWall(this IEndpointRouteBuilder group)
    {
        group.MapGet("/indicators", WallAsync).AddEndpointFilter<ContentTag>().WithName("IndicatorWall");
        group.MapGet("/indicators/{plan}/{seq:int}", CardAsync).AddEndpointFilter<ContentTag>().WithName("IndicatorCard");
        group.MapGet("/indicators/{plan}/{seq:int}/records", RecordsAsync).AddEndpointFilter<ContentTag>().WithName("IndicatorRecords");
        group.MapGet("/expressions/vocabulary", Words).AddEndpointFilter<ContentTag>().WithName("ExpressionVocabulary");
        group.MapPost("/expressions/check", Check).WithName("CheckExpression");
    }

    private static async Task<Ok<WallView>> WallAsync(
        ClaimsPrincipal caller,
        Wall wall,
        TimeProvider time,
        CancellationToken stop,
        string? region = null,
        string? date = null,
        string? plan = null
    )
    {
        var reach = Reach.Of(caller);
        return TypedResults.Ok(await wall.OfAsync(reach, reach.Within(region), DayOf(date, time), plan, stop));
    }

    private static async Task<Ok<CardView>> CardAsync(
        ClaimsPrincipal caller,
        Card card,
        TimeProvider time,
        string plan,
        int seq,
        CancellationToken stop,
        string? region = null,
        string? date = null
    )
    {
        var reach = Reach.Of(caller);
        return TypedResults.Ok(await card.OfAsync(reach, plan, seq, reach.Within(region), DayOf(date, time), stop));
    }

    /// <summary>The institutions, practitioners, counties or events that a term of the expression counts.</summary>
    private static async Task<Ok<RecordPage>> RecordsAsync(
        ClaimsPrincipal caller,
        Card card,
        Records records,
        TimeProvider time,
        string plan,
        int seq,
        CancellationToken stop,
        string? part = null,
        int term = 0,
        string? region = null,
        string? date = null,
        string? next = null,
        int limit = 50
    )
    {
        var reach = Reach.Of(caller);
        var (indicator, within) = await card.FindAsync(reach, plan, seq, reach.Within(region), stop);
        var node = part switch
        {
            null or "numerator" => indicator.Numerator,
            "denominator" => indicator.Denominator,
            _ => null,
        };
        var counted = node?.Terms().ElementAtOrDefault(term);
        if (counted is null)
        {
            throw CockpitFaults.NoSuchPart.Exception("part");
        }

        if (limit is < 1 or > Records.MostAtOnce || next?.Length > 64)
        {
            throw CockpitFaults.BadPage.Exception("limit");
        }

        return TypedResults.Ok(await records.OfAsync(counted, new Place(within, DayOf(date, time)), next, limit, stop));
    }

    /// <summary>What an expression may name.</summary>
    private static Ok<VocabularyView> Words(ClaimsPrincipal caller)
    {
        Reach.Of(caller);
        return TypedResults.Ok(
            new VocabularyView(
                [
                    .. ((string[])[Vocabulary.Institutions, Vocabulary.Practitioners]).SelectMany(register =>
                        Vocabulary
                            .FieldsOf(register)!
                            .Values.OrderBy(f => f.Name, StringComparer.Ordinal)
                            .Select(f => new FieldView(
                                register,
                                f.Name,
                                f.Sort.ToString().ToLowerInvariant(),
                                f.Zh,
                                f.En,
                                [
                                    .. (f.Values ?? new Dictionary<string, (string Zh, string En)>()).Select(v => new WordView(
                                        v.Key,
                                        v.Value.Zh,
                                        v.Value.En
                                    )),
                                ]
                            ))
                    ),
                ],
                [
                    .. Vocabulary
                        .Attributes.OrderBy(a => a.Key, StringComparer.Ordinal)
                        .Select(a => new WordView(a.Key, a.Value.Zh, a.Value.En)),
                ],
                [.. Vocabulary.Metrics]
            )
        );
    }

    /// <summary>Reads an expression and says it in words; what is wrong is said with its place.</summary>
    private static Ok<CheckedExpression> Check(ClaimsPrincipal caller, ExpressionText asked)
    {
        Reach.Of(caller);
        var faults = new ServiceDefaults.Faults.FaultList();
        var node = PlanRules.Expression(faults, asked.Text ?? "", "text");
        faults.ThrowIfAny();
        return TypedResults.Ok(new CheckedExpression(node!.ToString(), Language.Words.Zh(node), Language.Words.En(node)));
    }

    /// <summary>Today when none is given; a day to come is not known.</summary>
    internal static DateOnly DayOf(string? date, TimeProvider time)
    {
        var today = RegionTime.DayOf(time.GetUtcNow());
        if (string.IsNullOrEmpty(date))
        {
            return today;
        }

        return
            DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            && day <= today
            && day.Year >= 1950
            ? day
            : throw CockpitFaults.BadDay.Exception("date");
    }

    private sealed record ExpressionText(string? Text);

    private sealed record CheckedExpression(string Text, string Zh, string En);

    private sealed record VocabularyView(
        IReadOnlyList<FieldView> Fields,
        IReadOnlyList<WordView> Attributes,
        IReadOnlyList<string> Metrics
    );

    private sealed record FieldView(string Register, string Name, string Sort, string Zh, string En, IReadOnlyList<WordView> Values);

    private sealed record WordView(string Code, string Zh, string En);
}
