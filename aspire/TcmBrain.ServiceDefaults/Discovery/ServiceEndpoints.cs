using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;

namespace TcmBrain.ServiceDefaults.Discovery;

/// <summary>
/// Where the other services are, as the app model tells it through the environment: <c>services__NAME__ENDPOINT__0…N</c>. Replicas
/// are taken in turn; one that could not be connected to is passed over for a few seconds while another is left. Names not told of are
/// left alone, so an ordinary host name still works.
/// </summary>
public sealed class ServiceEndpoints(IConfiguration configuration, TimeProvider time)
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, long> resting = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, Replicas> known = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>All addresses of one endpoint (<c>http</c>, <c>grpc</c>, …) of a service, in the order given; empty when unknown.</summary>
    public IReadOnlyList<Uri> All(string service, string endpoint) => Find(service, endpoint).Addresses;

    /// <summary>
    /// Resolves <c>http://institutions/…</c>, <c>https+http://institutions/…</c> (the first scheme that is told of) and
    /// <c>http://_grpc.prescriptions/…</c> (a named endpoint). Returns the same address when the host is not a known service.
    /// </summary>
    public Uri Resolve(Uri address)
    {
        var (service, endpoints) = Parse(address);
        foreach (var endpoint in endpoints)
        {
            if (Find(service, endpoint).Next(IsResting) is { } replica)
            {
                return new UriBuilder(address)
                {
                    Scheme = replica.Scheme,
                    Host = replica.Host,
                    Port = replica.Port,
                }.Uri;
            }
        }

        return address;
    }

    /// <summary>How many replicas stand behind that name.</summary>
    internal int CountOf(Uri address)
    {
        var (service, endpoints) = Parse(address);
        return endpoints.Select(endpoint => Find(service, endpoint).Addresses.Length).FirstOrDefault(count => count > 0);
    }

    /// <summary>Passes over a replica that could not be connected to.</summary>
    internal void LetRest(Uri replica) => resting[replica.Authority] = time.GetTimestamp();

    private bool IsResting(Uri replica) => resting.TryGetValue(replica.Authority, out var since) && time.GetElapsedTime(since) < Rest;

    private static (string Service, string[] Endpoints) Parse(Uri address)
    {
        var host = address.Host;
        return host.StartsWith('_') && host.IndexOf('.', StringComparison.Ordinal) is > 1 and var dot
            ? (host[(dot + 1)..], [host[1..dot]])
            : (host, address.Scheme.Split('+'));
    }

    private Replicas Find(string service, string endpoint) =>
        known.GetOrAdd(
            $"services:{service}:{endpoint}",
            (section, configuration) =>
                new Replicas([
                    .. configuration
                        .GetSection(section)
                        .GetChildren()
                        .OrderBy(child => int.TryParse(child.Key, out var i) ? i : int.MaxValue)
                        .Select(child => child.Value)
                        .OfType<string>()
                        .Select(value => new Uri(value)),
                ]),
            configuration
        );

    private sealed class Replicas(Uri[] addresses)
    {
        private uint turn = uint.MaxValue;

        public Uri[] Addresses { get; } = addresses;

        public Uri? Next(Func<Uri, bool> isResting)
        {
            for (var i = 0; i < Addresses.Length; i++)
            {
                var replica = Take();
                if (!isResting(replica))
                {
                    return replica;
                }
            }

            return Addresses.Length == 0 ? null : Take();
        }

        private Uri Take() => Addresses[Interlocked.Increment(ref turn) % (uint)Addresses.Length];
    }
}
