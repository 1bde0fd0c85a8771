using System.Globalization;
using TcmBrain.MachineServers.Processes;

namespace TcmBrain.Exchange.Tests.Support;

/// <summary>One service's part of the exchange in a process of its own, to be killed.</summary>
internal static class TestProcess
{
    public static ChildProcess Start(string service, string database, string broker, int batch = 250)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "TcmBrain.Exchange.TestHost.dll");
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        return ChildProcess.Start(
            new ChildStart(dotnet, [program, service, database, broker, batch.ToString(CultureInfo.InvariantCulture)])
        );
    }
}
