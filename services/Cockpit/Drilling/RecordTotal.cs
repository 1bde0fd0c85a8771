using TcmBrain.Cockpit.Folding;
using TcmBrain.Cockpit.Reading;

namespace TcmBrain.Cockpit.Drilling;

/// <summary>The number that records are asked for, read where the screen's is read.</summary>
internal static class RecordTotal
{
    private const string InScope = """
        (@prefix is null or region like @prefix) and (@own is null or institution = @own)
        """;

    public static Task<long> OfAsync(
        RecordStore store,
        RecordQuestion question,
        Scope scope,
        RecordTime time,
        string? list,
        string? topic,
        (string? From, string? To, string? District) flow,
        CancellationToken cancellationToken
    )
    {
        var name = question.Name;
        var (sql, metric) = name.Split(':', 2) switch
        {
            ["flow"] => (
                $"""
                select coalesce(sum(count), 0)::bigint from cockpit.flows
                where day = @day and {InScope} and (@within is null or centre = @within)
                  and (@from is null or institution = @from) and (@to is null or centre = @to) and (@district is null or district = @district)
                """,
                ""
            ),
            ["time", var measure] => (
                """
                select coalesce(sum(count), 0)::bigint from cockpit.sketches
                where kind = @kind::"char" and code = @code and day = @day and (@hour is null or hour = @hour) and measure = @metric
                """,
                measure
            ),
            _ when !string.IsNullOrEmpty(list) => (
                $"""
                select coalesce(sum(count), 0)::bigint from cockpit.rankings
                where list = @list and day = @day and {InScope} and @within is null and topic = @topic
                """,
                ""
            ),
            ["rate", var rate] => (Counters, Rate.All.First(r => r.Name == rate).Whole),
            _ => (Counters, name),
        };
        return store.TotalAsync(
            sql,
            new
            {
                kind = scope.Kind.ToString(),
                code = scope.Code,
                day = time.Day,
                hour = time.Hour,
                metric,
                list,
                topic,
                prefix = FlowStore.Prefix(scope),
                own = scope.Kind == Scope.InstitutionKind ? scope.Code : null,
                within = scope.Kind == Scope.CentreKind ? scope.Code : null,
                from = Given(flow.From),
                to = Given(flow.To),
                district = Given(flow.District),
            },
            cancellationToken
        );
    }

    public static Task<long> StandingAsync(RecordStore store, Stage stage, Scope scope, CancellationToken cancellationToken) =>
        store.TotalAsync(
            """select coalesce(sum(value), 0)::bigint from cockpit.standing where kind = @kind::"char" and code = @code and stage = @stage""",
            new
            {
                kind = scope.Kind.ToString(),
                code = scope.Code,
                stage = (short)stage,
            },
            cancellationToken
        );

    private const string Counters = """
        select coalesce(sum(value), 0)::bigint from cockpit.counters
        where kind = @kind::"char" and code = @code and day = @day and (@hour is null or hour = @hour) and metric = @metric
        """;

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
