using System.Diagnostics;
using TcmBrain.MachineServers;

namespace TcmBrain.Hosting.Tests;

internal static class Health
{
    /// <summary>Returns as soon as the server answers its user, however long that takes on a machine under load.</summary>
    public static async Task BeHealthyAsync(this MachineServer server)
    {
        var watch = Stopwatch.StartNew();
        while (!await server.IsHealthyAsync())
        {
            server.IsRunning.ShouldBeTrue(string.Join('\n', server.Tail));
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(3), $"{server.Name} does not answer");
        }
    }
}
