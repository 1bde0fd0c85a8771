using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;

namespace TcmBrain.Operations.Verify;

/// <summary><c>verify</c>: exit code 0 only when every check holds.</summary>
internal static class VerifyCommand
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
        var wait = new Option<int>("--wait")
        {
            Description = "Seconds to wait at most until everything has arrived",
            DefaultValueFactory = _ => 60,
        };
        wait.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > 3600)
            {
                result.AddError("--wait is between 0 and 3600 seconds.");
            }
        });
        var command = new Command("verify", "自查: the platform audits itself") { json, data, wait };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                await using var instance = Instance.Find(parsed.GetValue(data));
                var checks = await new Verification(instance, TimeSpan.FromSeconds(parsed.GetValue(wait))).RunAsync(cancellationToken);
                if (parsed.GetValue(json))
                {
                    Console.WriteLine(JsonSerializer.Serialize(new { checks }, Json));
                }
                else
                {
                    Show(checks);
                }

                foreach (var check in checks.Where(c => c is { Ok: false, Detail.Length: > 0 }))
                {
                    Console.Error.WriteLine($"{check.Name}: {check.Detail}");
                }

                return checks.All(c => c.Ok) ? 0 : 1;
            }
        );
        return command;
    }

    private static void Show(IReadOnlyList<Check> checks)
    {
        var table = new Table().Border(TableBorder.Minimal).AddColumns("自查 Check", "应为 Expected", "实为 Actual", "");
        table.Columns[1].RightAligned();
        table.Columns[2].RightAligned();
        foreach (var check in checks)
        {
            table.AddRow(
                Markup.Escape(CheckTitles.Of(check.Name)),
                Markup.Escape(Text(check.Expected)),
                Markup.Escape(Text(check.Actual)),
                check.Ok ? "[green]✓[/]" : "[red]✗[/]"
            );
        }

        AnsiConsole.Write(table);
        var failed = checks.Count(c => !c.Ok);
        Console.WriteLine(
            failed == 0
                ? $"全部 {checks.Count} 项相符。 All {checks.Count} checks hold."
                : $"{checks.Count} 项中 {failed} 项不符。 {failed} of {checks.Count} checks do not hold."
        );
    }

    private static string Text(object value) =>
        value is long number
            ? number.ToString("#,0", CultureInfo.InvariantCulture)
            : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
