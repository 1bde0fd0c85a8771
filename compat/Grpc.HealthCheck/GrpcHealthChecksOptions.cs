using System.Collections;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Grpc.AspNetCore.HealthChecks;

/// <summary>How the health service answers.</summary>
public sealed class GrpcHealthChecksOptions
{
    /// <summary>Which health checks make up which service's status. The service "" is all of them unless mapped otherwise.</summary>
    public ServiceMappingCollection Services { get; } = [];

    /// <summary>
    /// Whether Check answers what was last published (see <see cref="HealthCheckPublisherOptions.Period"/>) instead of running
    /// the checks. False unless set.
    /// </summary>
    public bool UseHealthChecksCache { get; set; }

    /// <summary>Whether Watch calls are left open when the application stops, which holds up its shutdown. False unless set.</summary>
    public bool SuppressCompletionOnShutdown { get; set; }
}

/// <summary>One health check, for one who decides whether it counts for a service.</summary>
/// <param name="name">The check's name.</param>
/// <param name="tags">The check's tags.</param>
public sealed class HealthCheckMapContext(string name, IEnumerable<string> tags)
{
    /// <summary>The check's name.</summary>
    public string Name { get; } = name;

    /// <summary>The check's tags.</summary>
    public IEnumerable<string> Tags { get; } = tags;
}

/// <summary>A service and the health checks that make up its status.</summary>
/// <param name="name">The service's name.</param>
/// <param name="predicate">Which checks count.</param>
public sealed class ServiceMapping(string name, Func<HealthCheckMapContext, bool> predicate)
{
    /// <summary>The service's name.</summary>
    public string Name { get; } = name;

    /// <summary>Which checks count.</summary>
    public Func<HealthCheckMapContext, bool> HealthCheckPredicate { get; } = predicate;
}

/// <summary>The services that have a status, by name.</summary>
public sealed class ServiceMappingCollection : IEnumerable<ServiceMapping>
{
    private readonly Dictionary<string, ServiceMapping> mappings = [];

    /// <summary>How many there are.</summary>
    public int Count => mappings.Count;

    /// <summary>Gives a service a status; replaces what it had.</summary>
    public void Map(string name, Func<HealthCheckMapContext, bool> predicate)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(predicate);
        mappings[name] = new ServiceMapping(name, predicate);
    }

    /// <summary>Takes a service's status away.</summary>
    public void Remove(string name) => mappings.Remove(name);

    /// <summary>Takes every service's status away.</summary>
    public void Clear() => mappings.Clear();

    /// <inheritdoc/>
    public IEnumerator<ServiceMapping> GetEnumerator() => mappings.Values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal ServiceMapping? Find(string name) => mappings.GetValueOrDefault(name);
}
