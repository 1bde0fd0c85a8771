using System.Text.Json;
using TcmBrain.Contracts;
using TcmBrain.Testing.Running;

namespace TcmBrain.EndToEnd.Tests.Commands;

/// <summary><c>./tcm</c> over the running platform. That <c>down</c> leaves nothing is seen when the assembly ends.</summary>
public sealed class CommandTests(Region region)
{
    [Fact]
    public async Task The_same_push_again_is_acknowledged_alike_and_stored_once()
    {
        const int count = 40;
        var seed = Random.Shared.Next(1_000_000, 900_000_000);
        string[] push = ["his", "push", "--count", $"{count}", "--seed", $"{seed}", "--flaw-every", "8", "--json"];
        var first = await region.Platform.ToolAsync(TimeSpan.FromMinutes(5), push);
        first.ExitCode.ShouldBe(0, first.ToString());
        var lines = Acknowledged(seed);
        var second = await region.Platform.ToolAsync(TimeSpan.FromMinutes(5), [.. push, "--unary"]);
        second.ExitCode.ShouldBe(0, second.ToString());

        var report = JsonDocument.Parse(first.Output).RootElement;
        var accepted = report.GetProperty("accepted").GetInt32();
        accepted.ShouldBeGreaterThan(count * 3 / 4);
        (accepted + report.GetProperty("refused").GetInt32()).ShouldBe(count);
        report.GetProperty("failed").GetInt32().ShouldBe(0);
        var again = JsonDocument.Parse(second.Output).RootElement;
        foreach (var same in (string[])["accepted", "refused", "states", "refusals"])
        {
            again.GetProperty(same).ToString().ShouldBe(report.GetProperty(same).ToString(), same);
        }

        lines.Count.ShouldBe(accepted);
        var both = Acknowledged(seed);
        both.Count.ShouldBe(2 * accepted);
        both.Distinct().Count().ShouldBe(accepted, "id and content are the same in both answers");
        var stored = await region.Platform.CountAsync(
            "prescriptions",
            "select count(*) from prescriptions.prescriptions where his_number like $1",
            $"S{seed}-%"
        );
        stored.ShouldBe(accepted);
        var told = await region.Platform.CountAsync(
            "prescriptions",
            """
            select count(*) from exchange.outbox o join prescriptions.prescriptions p on p.id = o.aggregate_id
            where p.his_number like $1 and o.type = 'PrescriptionReceived'
            """,
            $"S{seed}-%"
        );
        told.ShouldBe(accepted);
    }

    [Fact]
    public async Task Status_shows_every_resource_of_the_app_model()
    {
        // What is asked now and then for its health may for a moment be too busy to answer.
        var run = default(ToolRun);
        List<JsonElement> resources = [];
        await Eventually.Hold(async () =>
        {
            run = await region.Platform.TcmAsync("status", "--json");
            run.ExitCode.ShouldBe(0, run.ToString());
            resources = [.. JsonDocument.Parse(run.Output).RootElement.GetProperty("resources").EnumerateArray()];
            resources.ShouldAllBe(r => r.GetProperty("health").GetString() == "Healthy", run.ToString());
        });
        var names = resources.Select(r => r.GetProperty("name").GetString()!).ToList();
        string[] expected =
        [
            "postgres",
            "rabbitmq",
            "redis",
            "setup",
            "gateway",
            "web",
            .. Topology.Services.SelectMany(s => (string[])[s.Name, $"{s.Name}-db"]),
        ];
        expected.Except(names).ShouldBeEmpty();
        foreach (var twice in (string[])["prescriptions", "cockpit"])
        {
            names
                .Count(n => n.StartsWith(twice, StringComparison.Ordinal) && !n.EndsWith("-db", StringComparison.Ordinal))
                .ShouldBe(2, twice);
        }

        foreach (var resource in resources)
        {
            resource.EnumerateObject().Select(p => p.Name).ShouldBe(["name", "kind", "state", "health", "urls", "pid", "restarts"]);
        }

        run!.Output.ShouldNotContain("Password");
        var table = await region.Platform.TcmAsync("status");
        table.ExitCode.ShouldBe(0, table.ToString());
        names.ShouldAllBe(n => table.Output.Contains(n));
    }

    [Fact]
    public async Task A_second_instance_on_the_same_folder_is_refused_in_one_sentence()
    {
        var run = await region.Platform.TcmAsync("up", "--detach");
        run.ExitCode.ShouldBe(1, run.ToString());
        run.Errors.ShouldContain("already running");
    }

    [Fact]
    public async Task What_nobody_runs_is_told_as_such()
    {
        var folder = Directory.CreateTempSubdirectory("tcm-nothing-");
        try
        {
            var status = await region.Platform.TcmAsync("status", "--json", "--data", folder.FullName);
            status.ExitCode.ShouldBe(1);
            status.Output.ReplaceLineEndings("").ShouldBe("""{"resources":[]}""");
            var down = await region.Platform.TcmAsync("down", "--data", folder.FullName);
            down.ExitCode.ShouldBe(0, down.ToString());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The simulator's journal lines of a run.</summary>
    private List<string> Acknowledged(int seed) =>
        [
            .. File.ReadAllLines(Path.Combine(region.Platform.DataFolder, "journal", "acknowledged.jsonl"))
                .Where(line => line.Contains($"\"S{seed}-", StringComparison.Ordinal)),
        ];
}
