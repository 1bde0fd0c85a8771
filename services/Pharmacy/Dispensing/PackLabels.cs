using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Paper;
using TcmBrain.ServiceDefaults.Identity;
using static TcmBrain.Pharmacy.Dispensing.Bench;

namespace TcmBrain.Pharmacy.Dispensing;

/// <summary>The font that labels are set in: <c>Labels:FontFile</c>, else the usual one. Read once.</summary>
internal sealed class BenchFont(IConfiguration configuration)
{
    private readonly Lazy<TrueTypeFont?> font = new(() => PaperFont.Find(configuration["Labels:FontFile"] ?? ""));

    /// <exception cref="ServiceDefaults.Faults.FaultException">PHA-0920</exception>
    public TrueTypeFont Font => font.Value ?? throw PharmacyFaults.LabelFont.Exception();
}

/// <summary>
/// The label of a bag that is packed apart (另包标签): what to do with it in large letters, what is in it, whose it is by the hospital's number, and the
/// code that is scanned back. No patient: the pharmacy knows none.
/// </summary>
internal static class PackLabels
{
    private const double Width = 60;
    private const double Height = 40;
    private const double Left = 3;
    private const double CodeSide = 17;
    private const int MostPieces = 5;

    public static void MapPackLabels(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/pharmacy/dispensings/{prescriptionId:guid}/pack-label", PrintAsync)
            .WithName("PrintPackLabel")
            .RequireRole(Roles.Dispenser)
            .Produces(StatusCodes.Status200OK, contentType: "application/pdf", additionalContentTypes: "image/png");

    /// <param name="handling">先煎, 后下, 包煎, 另煎, 烊化, 冲服, as the prescription has it</param>
    /// <param name="format">pdf, or png</param>
    private static async Task<FileContentHttpResult> PrintAsync(
        Guid prescriptionId,
        string? handling,
        string? format,
        EventExchange exchange,
        BenchFont font,
        ClaimsPrincipal caller,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        var dossier = await Dossier.LockAsync(work, prescriptionId, Person.Of(caller).CentreCode, cancellationToken);
        RequireState(dossier, "dispensing");
        var lines = dossier.Lines.Where(l => WeighingPlan.ApartAs(l.Handling) == handling).ToArray();
        Require(lines.Length > 0 && handling is { Length: > 0 }, PharmacyFaults.NothingToPack, "handling", Short(handling ?? ""));
        var sheet = Of(handling!, lines, dossier.Doses, dossier.Owner.HisNumber, dossier.LabelOf(handling!));
        context.Response.Headers.CacheControl = "no-store";
        return format == "png"
            ? TypedResults.File(PngPainter.Draw(sheet, font.Font), "image/png")
            : TypedResults.File(PdfPainter.Draw([sheet], font.Font), "application/pdf");
    }

    /// <summary>60 × 40 mm, a usual size of label printers.</summary>
    public static Sheet Of(string handling, IReadOnlyList<PrescriptionLine> lines, int doses, string hisNumber, string label)
    {
        const double right = Width - CodeSide - 3;
        var marks = new List<Mark>
        {
            new TextMark(Left, 11.5, 9, handling, right - Left - 2, Bold: true),
            new LineMark(Left, 14, right - 2, 14, 0.4),
            new CodeMark(right, 3, CodeSide, label),
            new TextMark(Left, 37, 3.4, label, Width - 2 * Left, Bold: true),
            new TextMark(Left, 32.5, 3, "处方号 " + hisNumber, Width - 2 * Left),
        };
        var y = 18.5;
        // A long list is said by its number: the sheet is small, the prescription is there.
        var shown = lines.Count <= MostPieces ? lines : lines.Take(MostPieces - 1);
        foreach (var line in shown)
        {
            Line($"{line.Piece} {line.PerDose.Milligrams / 1000m:0.###} g × {doses} 剂");
        }

        if (lines.Count > MostPieces)
        {
            Line($"等 {lines.Count} 味");
        }

        return new Sheet(Width, Height, marks);

        void Line(string text)
        {
            marks.Add(new TextMark(Left, y, lines.Count > 3 ? 2.6 : 3.4, text, y < 21 ? right - Left - 2 : Width - 2 * Left));
            y += lines.Count > 3 ? 2.9 : 4.4;
        }
    }
}
