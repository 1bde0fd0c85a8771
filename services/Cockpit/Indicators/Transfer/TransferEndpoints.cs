using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using TcmBrain.Cockpit.Indicators.Plans;
using TcmBrain.Cockpit.Indicators.Values;

namespace TcmBrain.Cockpit.Indicators.Transfer;

/// <summary>Files in and out, CSV or Excel: what is exported can be imported.</summary>
internal static class TransferEndpoints
{
    private const int MostExported = 500;

    public static void MapTransfer(this IEndpointRouteBuilder group)
    {
        // A little beyond what is taken, so that a file somewhat too large is answered and not cut off.
        var limited = new RequestSizeLimitAttribute((long)Table.LargestMebibytes << 21);
        group
            .MapPost("/plans/import", PlansInAsync)
            .WithMetadata(limited)
            .Accepts<string>("text/csv", TableWriter.WorkbookType)
            .WithName("ImportPlans");
        group
            .MapGet("/plans/export", PlansOutAsync)
            .Produces(200, contentType: "text/csv", additionalContentTypes: TableWriter.WorkbookType)
            .WithName("ExportPlans");
        group
            .MapPost("/indicator-values/import", ValuesInAsync)
            .WithMetadata(limited)
            .Accepts<string>("text/csv", TableWriter.WorkbookType)
            .WithName("ImportIndicatorValues");
        group
            .MapGet("/indicator-values/export", ValuesOutAsync)
            .Produces(200, contentType: "text/csv", additionalContentTypes: TableWriter.WorkbookType)
            .WithName("ExportIndicatorValues");
    }

    private static async Task<Ok<ImportReport>> PlansInAsync(
        ClaimsPrincipal caller,
        PlanImport import,
        HttpRequest request,
        CancellationToken stop,
        string? mode = null,
        bool preview = false
    )
    {
        var how = ImportMode.Of(mode, preview);
        return TypedResults.Ok(await import.RunAsync(Reach.Of(caller), await BodyAsync(request, stop), how, onlyNew: false, stop));
    }

    private static async Task<Ok<ImportReport>> ValuesInAsync(
        ClaimsPrincipal caller,
        ValueImport import,
        HttpRequest request,
        CancellationToken stop,
        string? mode = null,
        bool preview = false
    )
    {
        var how = ImportMode.Of(mode, preview);
        return TypedResults.Ok(await import.RunAsync(Reach.Of(caller), await BodyAsync(request, stop), how, stop));
    }

    /// <summary>All plans that the caller reads, or one of them.</summary>
    private static async Task<FileContentHttpResult> PlansOutAsync(
        ClaimsPrincipal caller,
        PlanStore plans,
        CancellationToken stop,
        string? plan = null,
        string? format = null,
        string? lang = null
    )
    {
        var reach = Reach.Of(caller);
        var found = string.IsNullOrEmpty(plan) ? await plans.ListAsync(reach, null, stop) : [await plans.FindAsync(reach, plan, stop)];
        return FileOf(PlanFile.Write(found, lang != "en"), string.IsNullOrEmpty(plan) ? "plans" : plan, format);
    }

    /// <summary>The newest of what the caller may see, by the same filters as the list.</summary>
    private static async Task<FileContentHttpResult> ValuesOutAsync(
        ClaimsPrincipal caller,
        ReportStore reports,
        CancellationToken stop,
        string? state = null,
        string? plan = null,
        int? seq = null,
        string? region = null,
        string? format = null,
        string? lang = null
    )
    {
        var reach = Reach.Of(caller);
        var filter = ReportEndpoints.FilterOf(reach, state, plan, seq, region);
        var all = new List<Report>();
        string? next = null;
        do
        {
            (var items, next) = await reports.ListAsync(reach, filter, next, MostExported, stop);
            all.AddRange(items);
        } while (next is not null && all.Count < Table.MostRows);

        return FileOf(ValueImport.Write(all, lang != "en"), "indicator-values", format);
    }

    private static FileContentHttpResult FileOf(IEnumerable<object?[]> rows, string name, string? format) =>
        format switch
        {
            null or "csv" => TypedResults.File(TableWriter.Csv(rows), TableWriter.CsvType, name + ".csv"),
            "xlsx" => TypedResults.File(TableWriter.Workbook(rows, "data"), TableWriter.WorkbookType, name + ".xlsx"),
            _ => throw CockpitFaults.UnknownMode.Exception("format"),
        };

    private static async Task<byte[]> BodyAsync(HttpRequest request, CancellationToken stop)
    {
        using var memory = new MemoryStream();
        try
        {
            await request.Body.CopyToAsync(memory, stop);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw CockpitFaults.FileTooLarge.Exception("", Table.LargestMebibytes);
        }

        return memory.Length <= (long)Table.LargestMebibytes << 20
            ? memory.ToArray()
            : throw CockpitFaults.FileTooLarge.Exception("", Table.LargestMebibytes);
    }
}
