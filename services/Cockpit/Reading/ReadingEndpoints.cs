using TcmBrain.Cockpit.Access;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Cockpit.Live;

namespace TcmBrain.Cockpit.Reading;

/// <summary>Snapshots: numbers, curves, maps, flows and top lists of a scope. All with an entity tag.</summary>
internal static class ReadingEndpoints
{
    private const int MostDays = 400;
    private const int MostMetrics = 20;

    public static void MapReading(this IEndpointRouteBuilder cockpit)
    {
        Snapshot<SummaryView>(
            cockpit.MapGet("/summary", OfDay((b, scope, day, ct) => b.SummaryAsync(scope, day, ct))),
            "CockpitSummary",
            "The numbers of a scope and a day"
        );
        Snapshot<RankingsView>(
            cockpit.MapGet("/rankings", OfDay((b, scope, day, ct) => b.RankingsAsync(scope, day, ct))),
            "CockpitRankings",
            "Top lists of a scope and a day"
        );
        Snapshot<FlowsView>(
            cockpit.MapGet("/flows", OfDay((b, scope, day, ct) => b.FlowsAsync(scope, day, ct))),
            "CockpitFlows",
            "The way of the prescriptions routed on a day"
        );
        Snapshot<CurveView>(cockpit.MapGet("/curve", Curve), "CockpitCurve", "A day by hours beside the same day a week before");
        Snapshot<SeriesView>(cockpit.MapGet("/series", Series), "CockpitSeries", "Metrics by day");
        Snapshot<RegionsView>(
            cockpit.MapGet("/regions", Regions),
            "CockpitRegions",
            "A measure of the regions below one, and of its institutions"
        );
    }

    private static void Snapshot<T>(RouteHandlerBuilder route, string name, string summary) =>
        route
            .WithName(name)
            .WithTags(nameof(ReadingEndpoints))
            .WithSummary(summary)
            .Produces<T>()
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(404);

    private delegate Task<Rendered> DayReading(Board board, Scope scope, DateOnly day, CancellationToken cancellationToken);

    /// <summary>One of the board's answers about a scope and a day.</summary>
    private static Delegate OfDay(DayReading read) =>
        async (
            HttpContext context,
            Board board,
            InstitutionRegister register,
            string? region = null,
            string? institution = null,
            string? day = null
        ) =>
        {
            var scope = Answers.AudienceOf(context, register, region, institution).Scope;
            await Answers.SendAsync(context, await read(board, scope, Answers.DayOf(day, board), context.RequestAborted));
        };

    /// <summary>By default of the prescriptions received.</summary>
    private static async Task Curve(
        HttpContext context,
        Board board,
        HistoryStore history,
        InstitutionRegister register,
        string? metric = null,
        string? region = null,
        string? institution = null,
        string? day = null
    )
    {
        var scope = Answers.AudienceOf(context, register, region, institution).Scope;
        var (name, at) = (MetricOf(metric), Answers.DayOf(day, board));
        await Answers.SendAsync(
            context,
            await board.ViewAsync(
                "curve " + name,
                scope,
                at,
                () => history.CurveAsync(scope, name, at, CancellationToken.None),
                context.RequestAborted
            )
        );
    }

    /// <summary>By default of the last 30 days.</summary>
    private static async Task Series(
        HttpContext context,
        Board board,
        HistoryStore history,
        InstitutionRegister register,
        string? metric = null,
        string? region = null,
        string? institution = null,
        string? from = null,
        string? to = null
    )
    {
        var scope = Answers.AudienceOf(context, register, region, institution).Scope;
        var metrics = (metric ?? Metrics.Received).Split(',').Select(m => MetricOf(m)).Distinct().ToArray();
        var last = Answers.DayOf(to, board, "to");
        var first = string.IsNullOrEmpty(from) ? last.AddDays(-29) : Answers.DayOf(from, board, "from");
        if (first > last || last.DayNumber - first.DayNumber >= MostDays || metrics.Length > MostMetrics)
        {
            throw CockpitFaults.BadRange.Exception("from", MostDays, MostMetrics);
        }

        await Answers.SendAsync(context, Board.Render(await history.SeriesAsync(scope, metrics, first, last, context.RequestAborted)));
    }

    /// <summary>By default of the prescriptions received.</summary>
    private static async Task Regions(
        HttpContext context,
        Board board,
        HistoryStore history,
        InstitutionRegister register,
        string? metric = null,
        string? region = null,
        string? day = null
    )
    {
        var scope = Audience.Of(context.User, region, register).Scope;
        if (scope.Kind != Scope.RegionKind)
        {
            throw CockpitFaults.UnknownRegion.Exception("region");
        }

        var measure =
            MapMeasure.Parse(string.IsNullOrEmpty(metric) ? Metrics.Received : metric)
            ?? throw CockpitFaults.UnknownMetric.Exception("metric");
        var at = Answers.DayOf(day, board);
        await Answers.SendAsync(
            context,
            await board.ViewAsync(
                "regions " + measure.Name,
                scope,
                at,
                () => history.RegionsAsync(scope.Code, measure, at, CancellationToken.None),
                context.RequestAborted
            )
        );
    }

    private static string MetricOf(string? metric) =>
        string.IsNullOrEmpty(metric) ? Metrics.Received
        : Metrics.All.Contains(metric) ? metric
        : throw CockpitFaults.UnknownMetric.Exception("metric");
}
