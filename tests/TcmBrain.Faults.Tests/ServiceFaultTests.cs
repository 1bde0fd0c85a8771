using System.Diagnostics;
using TcmBrain.Testing.Running;

namespace TcmBrain.Faults.Tests;

/// <summary>Services die in the middle of it.</summary>
public sealed class ServiceFaultTests(Stand stand)
{
    [Fact]
    public async Task Each_service_may_be_killed_while_hospitals_push()
    {
        const int count = 600;
        string[] killed = ["gateway", "institutions", "pharmacy", "decoction", "quality", "traceability", "cockpit"];
        await stand.SurviveAsync(
            count,
            perSecond: 20,
            async seed =>
            {
                foreach (var service in killed)
                {
                    await stand.KillAndRecoverAsync(service);
                    await stand.GoesOnAsync(seed, count);
                }
            }
        );
    }

    [Fact]
    public async Task Prescriptions_killed_between_commit_and_acknowledgement_acknowledges_the_same_when_asked_again()
    {
        const int count = 4_000;
        var caught = 0;
        await stand.SurviveAsync(
            count,
            // Time enough to look many times, and always some of them on their way.
            perSecond: 400,
            async seed =>
            {
                var clock = Stopwatch.StartNew();
                while (caught < 2 && stand.Acknowledged(seed).Count < count && clock.Elapsed < Stand.Recovery)
                {
                    // Both replicas are held still while PostgreSQL holds their commits: done there, and answered by nobody.
                    await stand.Platform.BeHealthyAsync(Stand.Recovery);
                    var replicas = stand.Platform.Resources().Where(r => r.Name is "prescriptions" or "prescriptions-2").ToList();
                    await HoldCommitsAsync(async () =>
                    {
                        await Eventually.Be(
                            async () => await WaitingCommitsAsync() > 0 || stand.Acknowledged(seed).Count == count,
                            "a commit is under way",
                            Stand.Recovery
                        );
                        await SignalAsync("STOP", replicas);
                    });
                    var unanswered = await UnansweredAsync(seed);
                    if (unanswered > 0)
                    {
                        caught++;
                        // In turn: the other one goes on and is asked for what this one owes.
                        var victim = replicas[caught % 2];
                        await SignalAsync("KILL", [victim]);
                        await SignalAsync("CONT", [.. replicas.Where(r => r != victim)]);
                        await Eventually.Be(
                            () => stand.Platform.Resource(victim.Name) is { Health: "Healthy" } now && now.Pid != victim.Pid,
                            $"{victim.Name} runs again",
                            Stand.Recovery
                        );
                    }
                    else
                    {
                        await SignalAsync("CONT", replicas);
                    }
                }
            }
        );
        caught.ShouldBeGreaterThan(0, "a moment between commit and acknowledgement was hit");
    }

    [Fact]
    public async Task A_listener_that_is_away_until_everything_was_told_takes_all_of_it_in()
    {
        await stand.Platform.OperateAsync("traceability", "stop");
        await Eventually.Be(() => stand.Platform.Resource("traceability").Pid is null, "traceability has stopped", Stand.Recovery);
        try
        {
            var day = await stand.Platform.ToolAsync(TimeSpan.FromMinutes(20), "his", "push", "--count", "200", "--json");
            day.ExitCode.ShouldBe(0, day.ToString());
            await Eventually.Be(
                async () =>
                    await stand.Platform.CountAsync("prescriptions", "select count(*) from exchange.outbox_pending") == 0
                    && await stand.Platform.CountAsync("pharmacy", "select count(*) from exchange.outbox_pending") == 0,
                "everything is published",
                Stand.Recovery
            );
            stand.Platform.Resource("traceability").Pid.ShouldBeNull();
        }
        finally
        {
            await stand.Platform.OperateAsync("traceability", "start");
        }

        await stand.Platform.BeHealthyAsync(Stand.Recovery);
        await stand.Platform.VerifyAsync(Stand.Recovery);
    }

    /// <summary>
    /// Does it while no commit comes to its end: PostgreSQL has written it, and waits for a standby that does not exist. Afterwards all of them are done.
    /// </summary>
    private async Task HoldCommitsAsync(Func<Task> meanwhile)
    {
        await ConfigureAsync("alter system set synchronous_standby_names = 'nobody'");
        try
        {
            await meanwhile();
        }
        finally
        {
            await ConfigureAsync("alter system reset synchronous_standby_names");
        }

        await Eventually.Be(async () => await WaitingCommitsAsync() == 0, "the commits are done");
    }

    private async Task ConfigureAsync(string sql)
    {
        foreach (var each in (string[])[sql, "select pg_reload_conf()"])
        {
            await using var command = stand.Platform.Database("prescriptions").CreateCommand(each);
            await command.ExecuteNonQueryAsync();
        }
    }

    private Task<long> WaitingCommitsAsync() =>
        stand.Platform.CountAsync(
            "prescriptions",
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'SyncRep'"
        );

    /// <summary>What is committed and not yet in the hospitals' journal, once the answers that had left have arrived.</summary>
    private async Task<long> UnansweredAsync(int seed)
    {
        var (acknowledged, still) = (-1, 0);
        await Eventually.Be(
            () =>
            {
                var now = stand.Acknowledged(seed).Count;
                still = now == acknowledged ? still + 1 : 0;
                acknowledged = now;
                // Looks follow each other at growing intervals: so many are a quarter of a second.
                return still == 6;
            },
            "the answers on their way have arrived"
        );
        return await stand.StoredAsync(seed) - acknowledged;
    }

    private static async Task SignalAsync(string signal, IReadOnlyList<PlatformResource> resources)
    {
        var start = new ProcessStartInfo("/bin/kill", ["-s", signal, .. resources.Select(r => $"{r.Pid}")]);
        var run = await ToolRun.RunAsync(start, TimeSpan.FromSeconds(60));
        run.ExitCode.ShouldBe(0, run.ToString());
    }
}
