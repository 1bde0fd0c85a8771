using TcmBrain.MachineServers;
using TcmBrain.MachineServers.Processes;

namespace TcmBrain.Hosting.Tests;

public sealed class ChildProcessTests
{
    [Fact]
    public async Task All_that_it_wrote_is_handed_on_before_its_end_is_told_however_late_it_is_read()
    {
        var ended = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
        var early = false;
        await using var child = ChildProcess.Start(
            new ChildStart("/bin/sh", ["-c", "echo first; echo last"]),
            line =>
            {
                // A reader without the processor for a while: longer than anybody would wait for a pipe that a stranger holds.
                if (line == "first")
                    early = ended.Task.Result.Wait(TimeSpan.FromSeconds(2));
            }
        );
        ended.SetResult(child.Exit);

        (await child.Exit).ShouldBe(0);

        early.ShouldBeFalse();
        child.Tail.ShouldBe(["first", "last"]);
    }

    [Fact]
    public async Task Its_end_is_told_although_a_child_of_it_still_holds_its_output()
    {
        await using var child = ChildProcess.Start(new ChildStart("/bin/sh", ["-c", "sleep 600 & echo $!"]));

        (await child.Exit).ShouldBe(0);

        var left = ProcessIdentity
            .Of(int.Parse(child.Tail.ShouldHaveSingleItem(), System.Globalization.CultureInfo.InvariantCulture))!
            .Value;
        left.IsAlive.ShouldBeTrue();
        using var process = System.Diagnostics.Process.GetProcessById(left.Id);
        process.Kill();
        (await ProcessTree.WaitUntilGoneAsync([left], TimeSpan.FromMinutes(2))).ShouldBeTrue();
    }

    [Fact]
    public async Task A_folder_in_which_somebody_still_writes_is_removed_when_that_ends()
    {
        var folder = TemporaryFolder.Create();
        using var begun = new ManualResetEventSlim();
        var writing = Task.Factory.StartNew(
            () =>
            {
                for (var i = 0; i < 3_000; i++)
                {
                    try
                    {
                        // Each in a folder of its own, so that there is always one that comes after the look.
                        Directory.CreateDirectory(Path.Combine(folder, $"{i % 50}", $"{i}"));
                    }
                    catch (IOException)
                    {
                        // Its place was just taken away: the next one's is made anew.
                    }
                    if (i == 300)
                        begun.Set();
                }
            },
            TaskCreationOptions.LongRunning
        );
        begun.Wait();

        TemporaryFolder.Remove(folder);
        await writing;
        TemporaryFolder.Remove(folder);

        Directory.Exists(folder).ShouldBeFalse();
    }
}
