using System.Globalization;
using System.Security.Claims;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.Contracts;
using TcmBrain.Pharmacy.Scales;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Pharmacy.Dispensing;

/// <summary>What belongs to the benches of a centre and to no single prescription: scales, trays, counted refusals, the controlled register.</summary>
internal static class BenchEndpoints
{
    private const int MostDays = 400;
    private const int MostExported = 50_000;
    private const string Columns = "序号,类别,时间(UTC),处方号,开方机构,味序,品名,批号,数量(g),结存(g),调配人,核对人(双人),复核人\r\n";

    private sealed record ScaleList(IReadOnlyList<ScaleState> Items);

    private sealed record TrayList(IReadOnlyList<TrayView> Items);

    private sealed record TrayAnswer(bool Recorded);

    /// <param name="Total">over all codes and persons</param>
    private sealed record RefusalList(DateOnly From, DateOnly Until, long Total, IReadOnlyList<RefusalCount> Items);

    private sealed record RegisterKey(long Id);

    private sealed record RegisterPage(IReadOnlyList<RegisterRow> Items, string? Next);

    public static void MapBench(this IEndpointRouteBuilder app)
    {
        var bench = app.MapGroup("/api/pharmacy");
        bench.MapGet("/scales", ScalesAsync).WithName("ListScales").RequireRole(Roles.Dispenser, Roles.Pharmacist);
        bench.MapGet("/trays", TraysAsync).WithName("ListTrays").RequireRole(Roles.Dispenser, Roles.Pharmacist);
        bench.MapPost("/trays/{trayId:guid}", SettleAsync).WithName("SettleTray").RequireRole(Roles.Dispenser, Roles.Pharmacist);
        bench.MapGet("/refusals", RefusalsAsync).WithName("CountRefusals").RequireRole(Roles.Dispenser, Roles.Pharmacist, Roles.Admin);
        var readers = new[] { Roles.Dispenser, Roles.Pharmacist, Roles.Admin, Roles.Quality, Roles.Regulator };
        bench.MapGet("/controlled-register", RegisterAsync).WithName("ListControlledRegister").RequireRole(readers);
        bench.MapGet("/controlled-register/export", ExportAsync).WithName("ExportControlledRegister").RequireRole(readers);
    }

    private static async Task<Ok<ScaleList>> ScalesAsync(ScaleStore scales, ClaimsPrincipal caller, CancellationToken cancellationToken) =>
        TypedResults.Ok(new ScaleList(await scales.ListAsync(caller.InstitutionCode(), cancellationToken)));

    private static async Task<Ok<TrayList>> TraysAsync(TrayDesk desk, ClaimsPrincipal caller, CancellationToken cancellationToken) =>
        TypedResults.Ok(new TrayList(await desk.ListAsync(caller.InstitutionCode(), cancellationToken)));

    private static async Task<Ok<TrayAnswer>> SettleAsync(
        Guid trayId,
        TrayReport report,
        TrayDesk desk,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(new TrayAnswer(await desk.SettleAsync(trayId, Person.Of(caller), report, cancellationToken)));

    /// <param name="from">the region's day, the first; today when left out</param>
    /// <param name="until">the last; the first when left out</param>
    private static async Task<Ok<RefusalList>> RefusalsAsync(
        Refusals refusals,
        ClaimsPrincipal caller,
        TimeProvider time,
        DateOnly? from,
        DateOnly? until,
        CancellationToken cancellationToken
    )
    {
        var (first, last) = Days(from, until, time);
        var items = await refusals.CountAsync(
            caller.InstitutionCode(),
            RegionTime.StartOf(first),
            RegionTime.StartOf(last.AddDays(1)),
            cancellationToken
        );
        return TypedResults.Ok(new RefusalList(first, last, items.Sum(i => i.Count), items));
    }

    private static async Task<Ok<RegisterPage>> RegisterAsync(
        ControlledRegister register,
        ClaimsPrincipal caller,
        TimeProvider time,
        DateOnly? from,
        DateOnly? until,
        string? piece,
        string? next,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        var (first, last) = Days(from, until, time);
        var size = Page.Size(limit);
        var items = await register.ListAsync(
            Sight.Of(caller),
            RegionTime.StartOf(first),
            RegionTime.StartOf(last.AddDays(1)),
            piece,
            Page.After<RegisterKey>(next)?.Id,
            size,
            cancellationToken
        );
        return TypedResults.Ok(new RegisterPage(items, items.Count == size ? Page.Token(new RegisterKey(items[^1].Id)) : null));
    }

    /// <summary>CSV in UTF-8 with its mark, so that spreadsheets read the Chinese; oldest first.</summary>
    private static async Task<FileContentHttpResult> ExportAsync(
        ControlledRegister register,
        ClaimsPrincipal caller,
        TimeProvider time,
        DateOnly? from,
        DateOnly? until,
        string? piece,
        CancellationToken cancellationToken
    )
    {
        var (first, last) = Days(from, until, time);
        var rows = await register.ListAsync(
            Sight.Of(caller),
            RegionTime.StartOf(first),
            RegionTime.StartOf(last.AddDays(1)),
            piece,
            null,
            MostExported,
            cancellationToken
        );
        var text = new StringBuilder("\ufeff").Append(Columns);
        foreach (var row in rows.Reverse())
        {
            text.AppendJoin(
                    ',',
                    new[]
                    {
                        row.Id.ToString(CultureInfo.InvariantCulture),
                        row.Kind == "narcotic" ? "麻醉" : "毒性",
                        row.OccurredAt.Text(),
                        row.HisNumber,
                        row.InstitutionCode,
                        row.LineNumber.ToString(CultureInfo.InvariantCulture),
                        row.Piece,
                        row.LotNumber,
                        Grams(row.Milligrams),
                        Grams(row.BalanceMilligrams),
                        row.Dispenser,
                        row.Witness,
                        row.Checker,
                    }.Select(Cell)
                )
                .Append("\r\n");
        }

        return TypedResults.File(
            Encoding.UTF8.GetBytes(text.ToString()),
            "text/csv; charset=utf-8",
            $"controlled-register-{first.Text()}-{last.Text()}.csv"
        );
    }

    private static (DateOnly From, DateOnly Until) Days(DateOnly? from, DateOnly? until, TimeProvider time)
    {
        var first = from ?? until ?? RegionTime.DayOf(time.GetUtcNow());
        var last = until ?? first;
        return last >= first && last.DayNumber - first.DayNumber < MostDays
            ? (first, last)
            : throw PharmacyFaults.BadDays.Exception("until", MostDays);
    }

    private static string Grams(long milligrams) => (milligrams / 1000m).ToString("0.###", CultureInfo.InvariantCulture);

    /// <summary>RFC 4180; a cell that a spreadsheet would take for a formula is told to be text.</summary>
    private static string Cell(string text)
    {
        var safe = text.Length > 0 && "=+-@\t".Contains(text[0]) ? "'" + text : text;
        return safe.AsSpan().IndexOfAny(",\"\r\n") < 0 ? safe : $"\"{safe.Replace("\"", "\"\"")}\"";
    }
}
