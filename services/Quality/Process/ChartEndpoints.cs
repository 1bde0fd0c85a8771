using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Quality.Process;

/// <summary>Control charts (控制图) of weighing, boiling, filling and time.</summary>
internal static class ChartEndpoints
{
    internal sealed record ChartList(IReadOnlyList<ChartItem> Items);

    internal sealed record SignedAnswer(Guid ChartId, int Number);

    public static void MapCharts(this IEndpointRouteBuilder app)
    {
        var charts = app.MapGroup("/api/quality/charts").WithTags("charts");
        string[] readers = [Roles.Quality, Roles.Decoction, Roles.Dispenser, Roles.Regulator, Roles.Operator];
        charts.MapGet("", ListAsync).RequireRole(readers).WithName("ListCharts");
        charts.MapGet("/{chartId:guid}", ReadAsync).RequireRole(readers).WithName("ReadChart");
        charts.MapPost("/{chartId:guid}/baselines", SignAsync).RequireRole(Roles.Quality).WithName("SignBaseline");
    }

    /// <summary>Charts in sight, those with signals that nobody has closed in front.</summary>
    private static async Task<Ok<ChartList>> ListAsync(
        ClaimsPrincipal caller,
        ChartReader reader,
        Measures measures,
        string? measure,
        string? centre,
        CancellationToken cancellationToken
    )
    {
        if (!string.IsNullOrEmpty(measure) && !measures.Contains(measure))
        {
            throw QualityFaults.UnknownState.Exception("measure", measure);
        }

        var none = string.IsNullOrEmpty(centre) ? null : centre;
        return TypedResults.Ok(
            new ChartList(await reader.ListAsync(caller, string.IsNullOrEmpty(measure) ? null : measure, none, cancellationToken))
        );
    }

    /// <summary>A chart with its limits, its newest points and what it says at each.</summary>
    private static async Task<Ok<ChartView>> ReadAsync(
        Guid chartId,
        ClaimsPrincipal caller,
        ChartReader reader,
        HttpContext context,
        int? points,
        CancellationToken cancellationToken
    )
    {
        if (points is < 1 or > ChartReader.MostPoints)
        {
            throw QualityFaults.BadPage.Exception("points");
        }

        var chart = await reader.ReadAsync(caller, chartId, points ?? 200, cancellationToken);
        VersionTag.Write(context, chart.Version);
        return TypedResults.Ok(chart);
    }

    /// <summary>Signs new limits, reckoned from a window of the chart's own points.</summary>
    private static async Task<Ok<SignedAnswer>> SignAsync(
        Guid chartId,
        BaselineRequest request,
        BaselineDesk desk,
        ClaimsPrincipal caller,
        HttpRequest http,
        CancellationToken cancellationToken
    )
    {
        var version = VersionTag.Read(http, () => QualityFaults.MatchRequired.Exception(), () => QualityFaults.Stale.Exception());
        return TypedResults.Ok(new SignedAnswer(chartId, await desk.SignAsync(chartId, version, request, caller, cancellationToken)));
    }
}
