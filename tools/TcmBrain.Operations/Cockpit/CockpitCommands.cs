using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;
using TcmBrain.Cockpit.Audit;

namespace TcmBrain.Operations.Cockpit;

/// <summary><c>cockpit verify</c>: exit code 0 only when every number is what the events say. <c>cockpit rebuild</c>: makes it so.</summary>
internal static class CockpitCommands
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Command Create() => new("cockpit", "数字驾驶舱: looks after the cockpit's numbers") { Verify(), Rebuild() };

    private static Command Verify()
    {
        var json = new Option<bool>("--json") { Description = "Machine-readable" };
        var data = new Option<string?>("--data") { Description = "Data folder of the instance" };
        var outboxes = new Option<bool>("--outboxes") { Description = "Read every event again from the services' outboxes as well" };
        var verify = new Command("verify", "核对: every number is compared with a recomputation, Redis with PostgreSQL")
        {
            outboxes,
            json,
            data,
        };
        verify.SetAction(
            async (parsed, cancellationToken) =>
            {
                await using var instance = Instance.Find(parsed.GetValue(data));
                var database = instance.Databases["cockpit"];
                var numbers = await new CounterAudit(database).RunAsync(cancellationToken);
                var live = await new LiveAudit(database, instance.Redis, TimeProvider.System).RunAsync(cancellationToken);
                List<AuditCheck> checks = [.. numbers.Checks, .. live.Checks];
                if (parsed.GetValue(outboxes))
                {
                    var reread = await new Rereading(database, new Outboxes(instance.Databases)).RunAsync(commit: false, cancellationToken);
                    checks.Add(new("cockpit events without a fact", 0, reread.Missing));
                    checks.Add(new("cockpit facts other than their events", 0, reread.Changed));
                    checks.Add(new("cockpit events that cannot be read", 0, reread.Unreadable));
                }

                List<AuditDifference> differences = [.. numbers.Differences, .. live.Differences];
                if (parsed.GetValue(json))
                {
                    Console.WriteLine(JsonSerializer.Serialize(new { checks, differences }, Json));
                }
                else
                {
                    Show(checks, differences);
                }

                return checks.All(c => c.Holds) ? 0 : 1;
            }
        );
        return verify;
    }

    private static Command Rebuild()
    {
        var json = new Option<bool>("--json") { Description = "Machine-readable" };
        var data = new Option<string?>("--data") { Description = "Data folder of the instance" };
        var own = new Option<bool>("--own") { Description = "From the cockpit's own facts only, without reading the outboxes again" };
        var rebuild = new Command("rebuild", "重算: all numbers anew from the services' outboxes, while readers go on") { own, json, data };
        rebuild.SetAction(
            async (parsed, cancellationToken) =>
            {
                await using var instance = Instance.Find(parsed.GetValue(data));
                var database = instance.Databases["cockpit"];
                var reread = parsed.GetValue(own)
                    ? null
                    : await new Rereading(database, new Outboxes(instance.Databases)).RunAsync(commit: true, cancellationToken);
                var rebuilt = await new Rebuild(database).RunAsync(cancellationToken);
                if (parsed.GetValue(json))
                {
                    Console.WriteLine(JsonSerializer.Serialize(new { reread, rebuilt }, Json));
                    return 0;
                }

                if (reread is not null)
                {
                    Console.WriteLine(
                        $"重读 {Number(reread.Told)} 条事件,补 {Number(reread.Missing)},改 {Number(reread.Changed)}。 "
                            + $"{Number(reread.Told)} events read again in {reread.Seconds:0.0} s: {Number(reread.Missing)} added, "
                            + $"{Number(reread.Changed)} put right, {Number(reread.Older)} facts older than the outboxes kept."
                    );
                }

                Console.WriteLine(
                    $"重算 {Number(rebuilt.Facts)} 条事实。 {Number(rebuilt.Facts)} facts recomputed in {rebuilt.Seconds:0.0} s "
                        + $"({rebuilt.Facts / rebuilt.Seconds:#,0}/s; folding waited {rebuilt.HeldSeconds:0.0} s)."
                );
                return 0;
            }
        );
        return rebuild;
    }

    private static void Show(List<AuditCheck> checks, List<AuditDifference> differences)
    {
        var table = new Table().Border(TableBorder.Minimal).AddColumns("核对 Check", "应为 Expected", "实为 Actual", "");
        table.Columns[1].RightAligned();
        table.Columns[2].RightAligned();
        foreach (var check in checks)
        {
            table.AddRow(
                Markup.Escape(check.Name),
                Number(check.Expected),
                Number(check.Actual),
                check.Holds ? "[green]✓[/]" : "[red]✗[/]"
            );
        }

        AnsiConsole.Write(table);
        foreach (var difference in differences)
        {
            Console.Error.WriteLine($"{difference.Name}: {difference.Expected} ≠ {difference.Actual}");
        }

        var failed = checks.Count(c => !c.Holds);
        Console.WriteLine(
            failed == 0
                ? "全部数字与重算一致。 Every number is what a recomputation gives."
                : $"{failed} 项不一致。 {failed} of {checks.Count} checks do not hold."
        );
    }

    private static string Number(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}
