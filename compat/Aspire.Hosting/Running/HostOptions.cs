using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Running;

/// <summary>How LocalHost itself runs; from the environment or the command line.</summary>
internal sealed record HostOptions(string DataFolder, int OperationsPort, bool ConsoleLogs, string ExternalHost, string? Notice)
{
    /// <summary>
    /// <c>TCM_DATA</c>/<c>--data</c> (default <c>.data</c>), <c>TCM_OPS_PORT</c> (18888; 0: a free one), <c>--logs</c> (services' logs
    /// on the console; default: when it is a terminal), <c>TCM_BIND</c> (where external endpoints listen; default
    /// <c>localhost</c>), <c>TCM_NOTICE</c> (a line shown with the addresses).
    /// </summary>
    public static HostOptions From(IConfiguration configuration)
    {
        var port = configuration.GetValue("TCM_OPS_PORT", 18888);
        return new HostOptions(
            Path.GetFullPath(configuration["data"] ?? configuration["TCM_DATA"] ?? ".data"),
            port == 0 ? TcmBrain.MachineServers.Ports.Free() : port,
            configuration.GetValue("logs", !Console.IsOutputRedirected),
            configuration["TCM_BIND"] ?? "localhost",
            configuration["TCM_NOTICE"]
        );
    }
}
