using System.Reflection;
using TcmBrain.MachineServers;
using TcmBrain.Testing;

namespace TcmBrain.Gateway.Tests;

/// <summary>The gateway by its own Program.cs, with its three endpoints, in front of the backends that a test names.</summary>
internal static class GatewayUnderTest
{
    public static async Task<(TestService Gateway, Uri Internal)> StartAsync(params (string Key, string? Value)[] settings)
    {
        var grpc = Ports.Free();
        var inner = Ports.Free();
        var all = new Dictionary<string, string?>
        {
            ["urls"] = $"http://127.0.0.1:0;http://127.0.0.1:{grpc};http://127.0.0.1:{inner}",
            ["Endpoints:Grpc:Port"] = $"{grpc}",
            ["Endpoints:Internal:Port"] = $"{inner}",
            ["Logging:LogLevel:Default"] = "None",
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        var gateway = await TestService.StartAsync(Assembly.Load("TcmBrain.Gateway"), all);
        return (gateway, new Uri($"http://127.0.0.1:{inner}"));
    }

    public static (string, string?) Backend(string service, Uri address, string endpoint = "http", int replica = 0) =>
        ($"services:{service}:{endpoint}:{replica}", address.ToString());
}
