using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using TcmBrain.Decoction.Parcels;
using TcmBrain.Paper;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Decoction.Labels;

/// <param name="OrderId">the client's own id: ordered again it is the same print and is not counted</param>
/// <param name="Kind">bag or apart; null: everything</param>
/// <param name="Subjects">serials or handlings; null: all</param>
/// <param name="Reason">needed for what was printed before; it stands on the label</param>
/// <param name="Format">pdf (all) or png (the first)</param>
public sealed record PrintOrder(Guid? OrderId, string? Kind, IReadOnlyList<string>? Subjects, string? Reason, string? Format);

/// <param name="Subject">the bag's serial, or the handling of what is packed apart</param>
/// <param name="Prints">how often its label was printed; the last print is valid</param>
public sealed record LabelItem(string Kind, string Subject, int Prints);

public sealed record LabelList(IReadOnlyList<LabelItem> Items);

/// <param name="Valid">whether it is the last print</param>
public sealed record LabelStanding(
    Guid PrescriptionId,
    string Subject,
    int PrintNo,
    int LastPrintNo,
    bool Valid,
    DateTimeOffset PrintedAt,
    string PrintedBy,
    string? Reason
);

/// <summary>Labels of the centre's own jobs.</summary>
internal static class LabelEndpoints
{
    public static void MapLabels(this IEndpointRouteBuilder app)
    {
        var labels = app.MapGroup("/api/decoction").WithTags("labels");
        labels.MapGet("/jobs/{prescriptionId:guid}/labels", ListAsync).RequireRole(Roles.Decoction).WithName("ListLabels");
        labels
            .MapPost("/jobs/{prescriptionId:guid}/labels", PrintAsync)
            .RequireRole(Roles.Decoction)
            .WithName("PrintLabels")
            .Produces(StatusCodes.Status200OK, contentType: "application/pdf", additionalContentTypes: "image/png");
        labels
            .MapGet("/labels/{serial}", StandingAsync)
            .RequireRole(Roles.Decoction, Roles.Courier, Roles.Quality)
            .WithName("ReadLabelStanding");
    }

    private static async Task<Ok<LabelList>> ListAsync(
        Guid prescriptionId,
        LabelPrinter printer,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    ) =>
        TypedResults.Ok(
            new LabelList([
                .. (await printer.SubjectsAsync(prescriptionId, caller.InstitutionCode(), cancellationToken)).Select(s => new LabelItem(
                    s.Kind,
                    s.Name,
                    s.Prints
                )),
            ])
        );

    /// <summary>The labels themselves. Each order is a look at the patient's name, which prescriptions records.</summary>
    private static async Task<FileContentHttpResult> PrintAsync(
        Guid prescriptionId,
        PrintOrder order,
        LabelPrinter printer,
        LabelFont font,
        ClaimsPrincipal caller,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        // Before anything is counted: without a font there is nothing to print.
        _ = font.Font;
        var sheets = await printer.PrintAsync(
            prescriptionId,
            order.Kind,
            order.Subjects,
            order.Reason,
            order.OrderId ?? throw DecoctionFaults.Missing.Exception("orderId"),
            new Reporter(caller.Subject(), caller.DisplayName(), caller.InstitutionCode()),
            cancellationToken
        );
        context.Response.Headers.CacheControl = "no-store";
        return order.Format == "png"
            ? TypedResults.File(PngPainter.Draw(sheets[0], font.Font), "image/png")
            : TypedResults.File(PdfPainter.Draw(sheets, font.Font), "application/pdf");
    }

    /// <summary>Whether a print that is held in the hand is the valid one.</summary>
    private static async Task<Ok<LabelStanding>> StandingAsync(
        string serial,
        int? print,
        NpgsqlDataSource database,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.CreateCommand(
            $"""
            select l.prescription_id, l.print_no, max(o.print_no), l.printed_at, l.printed_name, l.reason
            from decoction.label_print l
            join decoction.job job using (prescription_id)
            join decoction.label_print o on (o.prescription_id, o.kind, o.subject) = (l.prescription_id, l.kind, l.subject)
            where l.kind = 'bag' and l.subject = @serial and l.print_no = @print and {Sight.Where}
            group by l.prescription_id, l.kind, l.subject, l.print_no
            """
        );
        Sight.Of(caller).Guard(command);
        command.Parameters.AddWithValue("serial", serial);
        command.Parameters.AddWithValue("print", print ?? 1);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? TypedResults.Ok(
                new LabelStanding(
                    row.GetGuid(0),
                    serial,
                    row.GetInt32(1),
                    row.GetInt32(2),
                    row.GetInt32(1) == row.GetInt32(2),
                    row.GetFieldValue<DateTimeOffset>(3),
                    row.GetString(4),
                    row.TextAt(5)
                )
            )
            : throw DecoctionFaults.LabelVoid.Exception("serial");
    }
}
