using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.Cockpit.Indicators.Plans;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Cockpit.Indicators.Values;

/// <summary>Reported values: entered by a region, decided by a region above.</summary>
internal static class ReportEndpoints
{
    private static readonly string[] States = ["submitted", "approved", "rejected", "replaced"];

    public static void MapReports(this IEndpointRouteBuilder group)
    {
        group.MapGet("/indicator-values", ListAsync).WithName("ListIndicatorValues");
        group.MapGet("/indicator-values/{id:guid}", FindAsync).WithName("FindIndicatorValue");
        group.MapPut("/indicator-values/{id:guid}", ReportAsync).WithName("ReportIndicatorValue");
        group.MapPost("/indicator-values/{id:guid}/decision", DecideAsync).WithName("DecideIndicatorValue");
    }

    private static async Task<Ok<ReportList>> ListAsync(
        ClaimsPrincipal caller,
        ReportStore reports,
        CancellationToken stop,
        string? state = null,
        string? plan = null,
        int? seq = null,
        string? region = null,
        string? next = null,
        int? limit = null
    )
    {
        var reach = Reach.Of(caller);
        var (items, more) = await reports.ListAsync(reach, FilterOf(reach, state, plan, seq, region), next, limit, stop);
        return TypedResults.Ok(new ReportList(items, more));
    }

    /// <exception cref="FaultException">COC-0412, COC-0101</exception>
    internal static ReportFilter FilterOf(Reach reach, string? state, string? plan, int? seq, string? region)
    {
        if (!string.IsNullOrEmpty(state) && !States.Contains(state))
        {
            throw CockpitFaults.UnknownState.Exception("state");
        }

        return new(
            string.IsNullOrEmpty(state) ? null : state,
            string.IsNullOrEmpty(plan) ? null : plan,
            seq,
            string.IsNullOrEmpty(region) ? null : reach.Within(region)
        );
    }

    private static async Task<Ok<Report>> FindAsync(ClaimsPrincipal caller, ReportStore reports, Guid id, CancellationToken stop) =>
        TypedResults.Ok(await reports.FindAsync(Reach.Of(caller), id, stop));

    /// <summary>The id is the caller's: the same report under the same id is one report.</summary>
    private static async Task<Ok<Report>> ReportAsync(
        ClaimsPrincipal caller,
        ReportStore reports,
        Guid id,
        ReportRequest asked,
        CancellationToken stop
    ) => TypedResults.Ok(await reports.ReportAsync(Reach.Of(caller), id, asked, stop));

    private static async Task<Ok<Report>> DecideAsync(
        ClaimsPrincipal caller,
        ReportStore reports,
        Guid id,
        DecisionRequest asked,
        CancellationToken stop
    ) => TypedResults.Ok(await reports.DecideAsync(Reach.Of(caller), id, asked, stop));

    private sealed record ReportList(IReadOnlyList<Report> Items, string? Next);
}
