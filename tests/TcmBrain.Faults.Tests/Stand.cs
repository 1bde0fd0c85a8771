using System.Text.Json;
using TcmBrain.Faults.Tests;
using TcmBrain.Testing.Running;

[assembly: AssemblyFixture(typeof(Stand))]
// One platform, in which one thing at a time is broken.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace TcmBrain.Faults.Tests;

/// <summary>The running platform, with hospitals that keep pushing while something is done to it.</summary>
public sealed class Stand : IAsyncLifetime
{
    /// <summary>A service that was killed before starts again after a pause, and on a machine under load not quickly.</summary>
    public static readonly TimeSpan Recovery = TimeSpan.FromMinutes(5);

    private Platform? platform;

    public Platform Platform => platform ?? throw new InvalidOperationException("The platform has not started.");

    /// <summary>
    /// Pushes while <paramref name="harm"/> is done, and goes on until every prescription is acknowledged. Then everything must add up: what was
    /// acknowledged is stored once and told once to everybody who listens.
    /// </summary>
    /// <param name="perSecond">0: as fast as it is answered</param>
    /// <param name="harm">gets the run's seed, by which its prescriptions are known</param>
    public async Task SurviveAsync(int count, int perSecond, Func<int, Task> harm)
    {
        await Platform.BeHealthyAsync(Recovery);
        var seed = Random.Shared.Next(1_000_000, 900_000_000);
        var pushing = PushAsync(seed, count, perSecond);
        await Eventually.Be(() => Acknowledged(seed).Count > 0 || pushing.IsCompleted, "the stream runs", Recovery);
        try
        {
            await harm(seed);
        }
        finally
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"pushed {Acknowledged(seed).Count} of {count}: {await pushing}");
        }

        await Platform.BeHealthyAsync(Recovery);
        // A hospital that gave up sends the same again.
        var again = await PushAsync(seed, count, perSecond: 0);
        again.ExitCode.ShouldBe(0, again.ToString());
        var report = JsonDocument.Parse(again.Output).RootElement;
        report.GetProperty("accepted").GetInt32().ShouldBe(count, again.Output);

        Acknowledged(seed).Count.ShouldBe(count, "one answer a prescription, the same however often it was asked for");
        (await StoredAsync(seed)).ShouldBe(count);
        await Platform.VerifyAsync(Recovery);
    }

    /// <summary>The distinct acknowledgements of a run: number, id and content.</summary>
    public HashSet<string> Acknowledged(int seed)
    {
        var journal = Path.Combine(Platform.DataFolder, "journal", "acknowledged.jsonl");
        if (!File.Exists(journal))
        {
            return [];
        }

        using var reader = new StreamReader(new FileStream(journal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return
        [
            .. reader.ReadToEnd().Split('\n').Where(line => line.EndsWith('}') && line.Contains($"\"S{seed}-", StringComparison.Ordinal)),
        ];
    }

    public Task<long> StoredAsync(int seed) =>
        Platform.CountAsync("prescriptions", "select count(*) from prescriptions.prescriptions where his_number like $1", $"S{seed}-%");

    /// <summary>Waits until more of the run is acknowledged: the stream goes on.</summary>
    public Task GoesOnAsync(int seed, int count)
    {
        var before = Acknowledged(seed).Count;
        return Eventually.Be(
            () => Acknowledged(seed).Count is var now && (now > before || now == count),
            $"pushes are acknowledged again after {before} of {count}",
            Recovery
        );
    }

    /// <summary>Kills one resource and waits until LocalHost has it healthy again, as a new process.</summary>
    /// <param name="whenDead">done when it is killed, before it is waited for</param>
    public async Task KillAndRecoverAsync(string resource, Func<Task>? whenDead = null)
    {
        var before = Platform.Resource(resource);
        Platform.Kill(resource);
        await (whenDead?.Invoke() ?? Task.CompletedTask);
        await Eventually.Be(
            () => Platform.Resource(resource) is { Health: "Healthy" } now && now.Pid != before.Pid && now.Restarts > before.Restarts,
            $"{resource} runs again",
            Recovery
        );
    }

    public async ValueTask InitializeAsync() => platform = await Platform.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (platform is not null)
        {
            await platform.DisposeAsync();
        }
    }

    private Task<ToolRun> PushAsync(int seed, int count, int perSecond) =>
        Platform.ToolAsync(
            TimeSpan.FromMinutes(20),
            "his",
            "push",
            "--count",
            $"{count}",
            "--rate",
            $"{perSecond}",
            "--seed",
            $"{seed}",
            "--flaw-every",
            "0",
            "--json"
        );
}
