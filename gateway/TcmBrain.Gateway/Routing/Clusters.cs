using System.Net;
using TcmBrain.ServiceDefaults.Discovery;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.LoadBalancing;

namespace TcmBrain.Gateway.Routing;

/// <summary>A service's replicas, from the environment's discovery, taken in turn; one that stops answering is left out until it answers again.</summary>
internal static class Clusters
{
    /// <summary>A gRPC watch or an event stream may be silent for long; the services' own pings keep it alive.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromHours(1);

    public static IReadOnlyList<ClusterConfig> From(ServiceEndpoints endpoints) =>
        [
            .. RouteTable.HttpServices.Select(service =>
                Cluster(service, endpoints.All(service, "http"), HttpVersion.Version11, LongestSilence)
            ),
            .. RouteTable.GrpcServices.Select(service =>
                Cluster(RouteTable.GrpcCluster(service), endpoints.All(service, "grpc"), HttpVersion.Version20, LongestSilence)
            ),
        ];

    private static ClusterConfig Cluster(string id, IReadOnlyList<Uri> replicas, Version version, TimeSpan silence) =>
        new()
        {
            ClusterId = id,
            LoadBalancingPolicy = LoadBalancingPolicies.RoundRobin,
            Destinations = replicas
                .Select((address, i) => (Name: $"{id}-{i}", Address: address))
                .ToDictionary(replica => replica.Name, replica => new DestinationConfig { Address = replica.Address.ToString() }),
            HttpRequest = new ForwarderRequestConfig
            {
                Version = version,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                ActivityTimeout = silence,
                AllowResponseBuffering = false,
            },
            HttpClient = new HttpClientConfig { EnableMultipleHttp2Connections = true },
            HealthCheck = new HealthCheckConfig
            {
                // When all seem away, all are tried: what has just come back is not kept waiting.
                AvailableDestinationsPolicy = "HealthyOrPanic",
                Active = new ActiveHealthCheckConfig
                {
                    Enabled = true,
                    Interval = TimeSpan.FromSeconds(2),
                    Timeout = TimeSpan.FromSeconds(2),
                    Policy = "ConsecutiveFailures",
                    Path = "/alive",
                },
                Passive = new PassiveHealthCheckConfig
                {
                    Enabled = true,
                    Policy = "TransportFailureRate",
                    ReactivationPeriod = TimeSpan.FromSeconds(5),
                },
            },
            Metadata = new Dictionary<string, string>
            {
                ["ConsecutiveFailuresHealthPolicy.Threshold"] = "1",
                ["TransportFailureRateHealthPolicy.RateLimit"] = "0.5",
            },
        };
}
