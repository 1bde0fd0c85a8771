using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using TcmBrain.Contracts;
using TcmBrain.Paper;
using TcmBrain.Quality.Facts;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Quality.Reports;

/// <summary>Section <c>Reports</c>.</summary>
public sealed class ReportSettings
{
    /// <summary>Where the web is served, scheme and host, for the links of a PDF.</summary>
    [Required]
    public string PageAddress { get; set; } = "https://tcmbrain.example";

    /// <summary>A file with TrueType outlines of Chinese characters; empty: the usual places are looked at.</summary>
    public string FontFile { get; set; } = "";
}

/// <summary>The font of reports, read once.</summary>
internal sealed class ReportFont(IOptions<ReportSettings> settings)
{
    private readonly Lazy<TrueTypeFont?> font = new(() => PaperFont.Find(settings.Value.FontFile));

    /// <exception cref="ServiceDefaults.Faults.FaultException">QUA-0722</exception>
    public TrueTypeFont Font => font.Value ?? throw QualityFaults.ReportFont.Exception();
}

public sealed record ReportList(IReadOnlyList<ReportItem> Items);

/// <param name="Sound">its hash is right</param>
public sealed record ReportView(ReportItem Report, bool Sound, MonthlyReport Content);

/// <param name="Region">GB/T 2260; null: the caller's own</param>
/// <param name="Month">yyyy-MM; null: the current one, which makes a provisional report</param>
public sealed record FreezeRequest(string? Region, string? Month);

public sealed record FreezeAnswer(ReportItem Report, bool Recorded);

internal static class ReportFeature
{
    public static WebApplicationBuilder AddReports(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ReportSettings>().BindConfiguration("Reports").ValidateDataAnnotations();
        builder.Services.AddSingleton<ReportReader>().AddSingleton<ReportStore>().AddSingleton<ReportFont>();
        return builder;
    }

    public static void MapReports(this IEndpointRouteBuilder app)
    {
        var figures = app.MapGroup("/api/quality/figures").WithTags("reports").RequireRole(Roles.Quality, Roles.Regulator, Roles.Operator);
        figures.MapGet("", FiguresAsync).WithName("ReadMonthFigures");
        figures.MapGet("/{code}/records", RecordsAsync).WithName("ListFigureRecords");
        var reports = app.MapGroup("/api/quality/reports").WithTags("reports");
        var readers = reports.MapGroup("").RequireRole(Roles.Quality, Roles.Regulator, Roles.Operator);
        readers.MapGet("", ListAsync).WithName("ListReports");
        readers.MapGet("/{reportId:guid}", ReadAsync).WithName("ReadReport");
        readers
            .MapGet("/{reportId:guid}/html", HtmlAsync)
            .WithName("ReadReportAsHtml")
            .Produces(StatusCodes.Status200OK, contentType: "text/html");
        readers
            .MapGet("/{reportId:guid}/pdf", PdfAsync)
            .WithName("ReadReportAsPdf")
            .Produces(StatusCodes.Status200OK, contentType: "application/pdf");
        readers
            .MapGet("/{reportId:guid}/charts/{chart}", ChartAsync)
            .WithName("ReadReportChart")
            .Produces(StatusCodes.Status200OK, contentType: "image/svg+xml");
        reports.MapPost("", FreezeAsync).RequireRole(Roles.Quality, Roles.Regulator).WithName("FreezeReport");
    }

    /// <summary>The numbers of a region's month as they stand now; a report freezes these.</summary>
    private static async Task<Ok<MonthFigures>> FiguresAsync(
        ClaimsPrincipal caller,
        ReportReader reader,
        IOptions<SupervisionSettings> settings,
        TimeProvider time,
        string? region,
        string? month,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await reader.FiguresAsync(RegionOf(region, caller, settings.Value), MonthOf(month, time), cancellationToken));

    /// <summary>The prescriptions, lots or nonconformities behind a number: of a share those of its denominator, what does not count first.</summary>
    private static async Task<Ok<FigureRecords>> RecordsAsync(
        string code,
        ClaimsPrincipal caller,
        ReportReader reader,
        IOptions<SupervisionSettings> settings,
        TimeProvider time,
        string? region,
        string? month,
        int? limit,
        CancellationToken cancellationToken
    ) =>
        TypedResults.Ok(
            await reader.RecordsAsync(
                code,
                RegionOf(region, caller, settings.Value),
                MonthOf(month, time),
                limit is null ? 100
                    : limit is >= 1 and <= 500 ? limit.Value
                    : throw QualityFaults.BadPage.Exception("limit"),
                cancellationToken
            )
        );

    private static async Task<Ok<ReportList>> ListAsync(ClaimsPrincipal caller, ReportStore store, CancellationToken cancellationToken) =>
        TypedResults.Ok(new ReportList(await store.ListAsync(caller, cancellationToken)));

    private static async Task<Ok<ReportView>> ReadAsync(
        Guid reportId,
        ClaimsPrincipal caller,
        ReportStore store,
        CancellationToken cancellationToken
    )
    {
        var (item, text) = await store.ReadAsync(caller, reportId, cancellationToken);
        return TypedResults.Ok(new ReportView(item, MonthlyReport.IsSound(text, item.Sha256), MonthlyReport.Read(text)));
    }

    /// <param name="lang">zh-CN (default) or en</param>
    private static async Task<ContentHttpResult> HtmlAsync(
        Guid reportId,
        ClaimsPrincipal caller,
        ReportStore store,
        HttpContext context,
        string? lang,
        CancellationToken cancellationToken
    )
    {
        var (item, text) = await store.ReadAsync(caller, reportId, cancellationToken);
        // Its own style and nothing else: no script, no picture from elsewhere.
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        return TypedResults.Content(
            ReportHtml.Draw(MonthlyReport.Read(text), item, new ReportTexts(lang != "en")),
            "text/html; charset=utf-8",
            Encoding.UTF8
        );
    }

    /// <param name="lang">zh-CN (default) or en</param>
    private static async Task<FileContentHttpResult> PdfAsync(
        Guid reportId,
        ClaimsPrincipal caller,
        ReportStore store,
        ReportFont font,
        IOptions<ReportSettings> settings,
        string? lang,
        CancellationToken cancellationToken
    )
    {
        var (item, text) = await store.ReadAsync(caller, reportId, cancellationToken);
        var pdf = ReportPdf.Draw(MonthlyReport.Read(text), item, new ReportTexts(lang != "en"), font.Font, settings.Value.PageAddress);
        return TypedResults.File(pdf, "application/pdf", $"tcmbrain-{item.RegionCode}-{item.Month}-v{item.Version}.pdf");
    }

    /// <param name="chart">daily, alerts, hospitals or centres</param>
    private static async Task<ContentHttpResult> ChartAsync(
        Guid reportId,
        string chart,
        ClaimsPrincipal caller,
        ReportStore store,
        string? lang,
        CancellationToken cancellationToken
    )
    {
        var (_, text) = await store.ReadAsync(caller, reportId, cancellationToken);
        var (report, chinese) = (MonthlyReport.Read(text), lang != "en");
        var drawing = chart switch
        {
            "daily" => ReportCharts.Daily(report, chinese),
            "alerts" => ReportCharts.Alerts(report, chinese),
            "hospitals" => ReportCharts.Ranking(report.Hospitals, chinese),
            "centres" => ReportCharts.Ranking(report.Centres, chinese),
            _ => throw QualityFaults.ReportNotFound.Exception("chart"),
        };
        return TypedResults.Content(SvgPainter.Draw(drawing, chart), "image/svg+xml", Encoding.UTF8);
    }

    /// <summary>Freezes a month as it stands. The same again is the same report.</summary>
    private static async Task<Ok<FreezeAnswer>> FreezeAsync(
        FreezeRequest request,
        ClaimsPrincipal caller,
        ReportStore store,
        IOptions<SupervisionSettings> settings,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var (item, recorded) = await store.FreezeAsync(
            caller,
            RegionOf(request.Region, caller, settings.Value),
            MonthOf(request.Month, time),
            cancellationToken
        );
        return TypedResults.Ok(new FreezeAnswer(item, recorded));
    }

    private static string RegionOf(string? region, ClaimsPrincipal caller, SupervisionSettings settings) =>
        (region ?? caller.RegionCode()) is var asked && RegionCode.IsWellFormed(asked) && Sight.Of(caller, settings).Holds(asked)
            ? asked
            : throw QualityFaults.RegionNotYours.Exception("region");

    private static Period MonthOf(string? month, TimeProvider time) =>
        month is null ? Period.Now(time)
        : Period.Parse(month) is { Kind: "month" } asked ? asked
        : throw QualityFaults.BadMonth.Exception("month");
}
