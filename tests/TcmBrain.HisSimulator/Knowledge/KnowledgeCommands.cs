using System.CommandLine;
using System.Text.Json;
using TcmBrain.Knowledge;
using TcmBrain.Prescriptions.Audit;

namespace TcmBrain.HisSimulator.Knowledge;

/// <summary>
/// A pharmacist's edit cycle: export the release that answers, edit its tables, check, look at the difference, propose; a second person
/// publishes. check needs no running platform.
/// </summary>
internal static class KnowledgeCommands
{
    private static readonly Option<string?> Http = new("--http") { Description = "The gateway's HTTP address" };
    private static readonly Argument<DirectoryInfo> Folder = new("folder") { Description = "A release: its tables as files" };

    public static Command Create()
    {
        var knowledge = new Command("knowledge", "Releases of the audit: tables of pieces, names, pairs, formulas and rules")
        {
            Export(),
            Check(),
            Diff(),
            Publish(),
            Approve(),
            Reject(),
            List(),
        };
        foreach (var command in knowledge.Subcommands.Where(x => x.Name != "check"))
        {
            command.Options.Add(Http);
        }

        return knowledge;
    }

    private static Option<string> By(string usual) =>
        new("--client") { Description = "Who does it: a demo client", DefaultValueFactory = _ => usual };

    private static Command Export()
    {
        var number = new Option<long>("--release") { Description = "Its number; 0: the one that answers" };
        var by = By("pharmacist-1");
        var command = new Command("export", "Write a release's tables into a folder") { Folder, number, by };
        Act(
            command,
            async (arguments, desk, cancellationToken) =>
            {
                var files = await ArchiveAsync(desk, arguments.GetValue(number), cancellationToken);
                var folder = Directory.CreateDirectory(arguments.GetValue(Folder)!.FullName);
                foreach (var name in AuditReleaseFiles.Names)
                {
                    await File.WriteAllBytesAsync(Path.Combine(folder.FullName, name), files.Bytes(name), cancellationToken);
                }

                Console.WriteLine($"{AuditReleaseFiles.Names.Length} files of {AuditRelease.Load(files).Name} in {folder.FullName}");
                return 0;
            },
            by
        );
        return command;
    }

    private static Command Check()
    {
        var command = new Command("check", "Read a folder's release and tell every fault with file, line and reason") { Folder };
        command.SetAction(arguments => Faults(() => Console.WriteLine($"whole: {Load(arguments.GetValue(Folder)!).Name}")));
        return command;
    }

    private static Command Diff()
    {
        var number = new Option<long>("--against") { Description = "Number of the release to compare with; 0: the one that answers" };
        var by = By("pharmacist-1");
        var command = new Command("diff", "What a folder's release changes, row by row; what loosens the audit is marked with !")
        {
            Folder,
            number,
            by,
        };
        Act(
            command,
            async (arguments, desk, cancellationToken) =>
            {
                var standing = AuditRelease.Load(await ArchiveAsync(desk, arguments.GetValue(number), cancellationToken));
                return Faults(() => Console.Write(ReleaseDifference.Between(standing, Load(arguments.GetValue(Folder)!)).Describe()));
            },
            by
        );
        return command;
    }

    private static Command Publish()
    {
        var note = new Option<string>("--note") { Description = "Why", DefaultValueFactory = _ => "" };
        var by = By("pharmacist-1");
        var command = new Command("publish", "Propose a folder's release; a second person then approves it") { Folder, note, by };
        Act(
            command,
            async (arguments, desk, cancellationToken) =>
            {
                AuditRelease? release = null;
                if (Faults(() => release = Load(arguments.GetValue(Folder)!)) != 0)
                {
                    return 1;
                }

                var proposed = await desk.ProposeAsync(release!.Files.ToArchive(), arguments.GetValue(note)!, cancellationToken);
                Console.Write(proposed.GetProperty("difference").GetString());
                Console.WriteLine(
                    $"proposed as number {proposed.GetProperty("release").GetProperty("number").GetInt64()}; somebody else approves it"
                );
                return 0;
            },
            by
        );
        return command;
    }

    private static Command Approve()
    {
        var number = new Argument<long>("number") { Description = "The proposal's number" };
        var by = By("quality-1");
        var command = new Command("approve", "Publish a proposal of somebody else's") { number, by };
        Act(
            command,
            async (arguments, desk, cancellationToken) => Told(await desk.DecideAsync(arguments.GetValue(number), null, cancellationToken)),
            by
        );
        return command;
    }

    private static Command Reject()
    {
        var number = new Argument<long>("number") { Description = "The proposal's number" };
        var reason = new Option<string>("--reason") { Description = "Why", Required = true };
        var by = By("quality-1");
        var command = new Command("reject", "Turn a proposal down") { number, reason, by };
        Act(
            command,
            async (arguments, desk, cancellationToken) =>
                Told(await desk.DecideAsync(arguments.GetValue(number), arguments.GetValue(reason), cancellationToken)),
            by
        );
        return command;
    }

    private static Command List()
    {
        var by = By("pharmacist-1");
        var command = new Command("releases", "The book of releases, newest first, and the one that answers") { by };
        Act(
            command,
            async (_, desk, cancellationToken) =>
            {
                foreach (var entry in (await desk.GetAsync("", cancellationToken)).GetProperty("items").EnumerateArray())
                {
                    Told(entry);
                }

                Console.WriteLine($"answers: {(await desk.GetAsync("/current", cancellationToken)).GetProperty("name").GetString()}");
                return 0;
            },
            by
        );
        return command;
    }

    private static void Act(Command command, Func<ParseResult, ReleaseDesk, CancellationToken, Task<int>> act, Option<string> by) =>
        command.SetAction(
            async (arguments, cancellationToken) =>
            {
                using var gateway = Gateway.From(arguments.GetValue(Http), null);
                return await act(arguments, new ReleaseDesk(gateway, arguments.GetValue(by)!), cancellationToken);
            }
        );

    private static int Told(JsonElement entry)
    {
        Console.WriteLine(
            $"{entry.GetProperty("number").GetInt64(), 4} {entry.GetProperty("state").GetString(), -9} {entry.GetProperty("name").GetString()} "
                + $"{entry.GetProperty("changes").GetInt32()} changes ({entry.GetProperty("loosening").GetInt32()} loosen), "
                + $"proposed by {entry.GetProperty("proposedBy").GetString()}, decided by {entry.GetProperty("decidedBy").GetString() ?? "nobody yet"}"
        );
        return 0;
    }

    private static async Task<AuditReleaseFiles> ArchiveAsync(ReleaseDesk desk, long number, CancellationToken cancellationToken) =>
        AuditReleaseFiles.FromArchive(
            await desk.ArchiveAsync(
                number == 0 ? "current" : number.ToString(System.Globalization.CultureInfo.InvariantCulture),
                cancellationToken
            )
        );

    private static AuditRelease Load(DirectoryInfo folder) => AuditRelease.Load(AuditReleaseFiles.FromFolder(folder.FullName));

    /// <summary>0 when it went well; each fault of a broken release on a line of its own, and 1.</summary>
    private static int Faults(Action act)
    {
        try
        {
            act();
            return 0;
        }
        catch (BrokenReleaseException e)
        {
            foreach (var fault in e.Faults)
            {
                Console.Error.WriteLine(fault);
            }

            Console.Error.WriteLine($"broken: {e.Faults.Length} faults");
            return 1;
        }
    }
}
