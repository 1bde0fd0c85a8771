using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;
using TcmBrain.Operations.Verify;
using TcmBrain.Pharmacy.Ledger;

namespace TcmBrain.Operations.Pharmacy;

/// <summary><c>pharmacy audit</c>: proves the ledger of grams; exit code 0 only when every invariant holds.</summary>
internal static class PharmacyCommands
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Machine-readable" };
        var data = new Option<string?>("--data") { Description = "Data folder of the instance" };
        var audit = new Command("audit", "账实核对: the ledger of grams is recomputed and compared") { json, data };
        audit.SetAction(
            async (parsed, cancellationToken) =>
            {
                await using var instance = Instance.Find(parsed.GetValue(data));
                var report = await LedgerAudit.ReportAsync(instance.Databases["pharmacy"], cancellationToken);
                if (parsed.GetValue(json))
                {
                    Console.WriteLine(JsonSerializer.Serialize(report, Json));
                }
                else
                {
                    Show(report);
                }

                return report.Ok ? 0 : 1;
            }
        );
        return new Command("pharmacy", "共享中药房: looks after the shared pharmacy") { audit };
    }

    private static void Show(LedgerReport report)
    {
        var checks = new Table().Border(TableBorder.Minimal).AddColumns("核对 Invariant", "应为 Expected", "实为 Actual", "");
        checks.Columns[1].RightAligned();
        checks.Columns[2].RightAligned();
        foreach (var check in report.Checks)
        {
            checks.AddRow(
                Markup.Escape(CheckTitles.Of(check.Name)),
                Number(check.Expected),
                Number(check.Actual),
                check.Ok ? "[green]✓[/]" : "[red]✗[/]"
            );
        }

        AnsiConsole.Write(checks);
        var accounts = new Table().Border(TableBorder.Minimal).AddColumns("账户 Account", "毫克 Milligrams");
        accounts.Columns[1].RightAligned();
        foreach (var (account, milligrams) in report.Totals)
        {
            accounts.AddRow(account, Number(milligrams));
        }

        AnsiConsole.Write(accounts);
        foreach (var lot in report.BrokenLots)
        {
            Console.Error.WriteLine($"{lot.LotId} {lot.CentreCode} {lot.Piece} {lot.LotNumber}: {lot.Finding}");
        }

        var failed = report.Checks.Count(c => !c.Ok);
        Console.WriteLine(
            failed == 0
                ? $"{report.Lots:#,0} 批、{report.Entries:#,0} 笔分录全部相符。 {report.Lots:#,0} lots and {report.Entries:#,0} entries balance."
                : $"{report.Checks.Count} 项中 {failed} 项不符。 {failed} of {report.Checks.Count} invariants do not hold."
        );
    }

    private static string Number(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}
