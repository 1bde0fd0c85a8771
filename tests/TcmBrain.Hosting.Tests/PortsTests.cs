using System.Globalization;
using TcmBrain.MachineServers;

namespace TcmBrain.Hosting.Tests;

public sealed class PortsTests
{
    /// <summary>Five hundred of 22 000 in each: chosen without regard to each other, eleven would be the same.</summary>
    [Fact]
    public async Task Two_processes_are_not_given_the_same_port_although_nobody_listens_yet()
    {
        await using var other = new SampleHost("ports");
        await other.UntilAsync(() => other.Output.Contains("ports ", StringComparison.Ordinal), "it was given its ports");
        var its = other
            .Output.Split('\n')
            .Single(line => line.StartsWith("ports ", StringComparison.Ordinal))
            .Split(' ')
            .Skip(1)
            .Select(port => int.Parse(port, CultureInfo.InvariantCulture))
            .ToHashSet();

        var ours = Enumerable.Range(0, 500).Select(_ => Ports.Free()).ToHashSet();

        its.Count.ShouldBe(500);
        ours.Count.ShouldBe(500);
        ours.Intersect(its).ShouldBeEmpty();
    }
}
