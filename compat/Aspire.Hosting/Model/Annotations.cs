namespace Aspire.Hosting.ApplicationModel;

internal sealed record ProjectAnnotation(string ProjectPath, string AssemblyPath) : IResourceAnnotation;

internal sealed record ReplicaAnnotation(int Replicas) : IResourceAnnotation;

internal sealed record ArgumentsAnnotation(IReadOnlyList<string> Arguments) : IResourceAnnotation;

/// <summary>Adds variables to the environment of one instance; called anew for each start.</summary>
internal sealed record EnvironmentAnnotation(Func<EnvironmentCallbackContext, Task> Callback) : IResourceAnnotation;

internal sealed record HttpHealthAnnotation(string Path, int StatusCode, string? EndpointName) : IResourceAnnotation;

internal enum WaitKind
{
    Started,
    Healthy,
    Completed,
}

internal sealed record WaitAnnotation(IResource Resource, WaitKind Kind, int ExitCode = 0) : IResourceAnnotation;

internal sealed record ContainerFilesAnnotation(IResourceWithContainerFiles Source, string Destination) : IResourceAnnotation;

/// <summary>What a variable's callback may read and write.</summary>
public sealed class EnvironmentCallbackContext(IResource resource, int instance, DistributedApplicationExecutionContext execution)
{
    public IResource Resource { get; } = resource;

    public DistributedApplicationExecutionContext ExecutionContext { get; } = execution;

    /// <summary>Strings, or <see cref="IValueProvider"/>s that are asked just before the start.</summary>
    public Dictionary<string, object> EnvironmentVariables { get; } = [];

    internal int Instance { get; } = instance;
}

/// <summary>One address at which a resource listens.</summary>
public sealed class EndpointAnnotation(string name, string uriScheme, int? port, int? targetPort) : IResourceAnnotation
{
    private readonly Dictionary<int, int> allocated = [];

    public string Name { get; } = name;

    public string UriScheme { get; set; } = uriScheme;

    /// <summary><c>http</c> or <c>http2</c>; tells proxies and publishers, not the process.</summary>
    public string Transport { get; set; } = "http";

    /// <summary>Where clients come; null: LocalHost chooses.</summary>
    public int? Port { get; set; } = port;

    /// <summary>Where the process listens. LocalHost has no proxy between, so it is also where clients come when <see cref="Port"/> is null.</summary>
    public int? TargetPort { get; set; } = targetPort;

    /// <summary>Reachable from outside the application.</summary>
    public bool IsExternal { get; set; }

    internal string? TargetPortVariable { get; set; }

    /// <summary>The port of one instance: the given one for a single instance, else a free one that stays the same.</summary>
    internal int PortOf(int instance)
    {
        lock (allocated)
        {
            if (!allocated.TryGetValue(instance, out var number))
                allocated[instance] = number = (instance == 0 ? Port ?? TargetPort : null) ?? TcmBrain.MachineServers.Ports.Free();
            return number;
        }
    }
}

public enum EndpointProperty
{
    Url,
    Host,
    Port,
    Scheme,
    TargetPort,
    HostAndPort,
}

/// <summary>An endpoint of a resource, to be given to another one.</summary>
public sealed class EndpointReference(IResourceWithEndpoints owner, string endpointName) : IValueProvider
{
    public IResourceWithEndpoints Resource { get; } = owner;

    public string EndpointName { get; } = endpointName;

    public EndpointAnnotation EndpointAnnotation =>
        Resource.Annotations.OfType<EndpointAnnotation>().FirstOrDefault(one => one.Name == EndpointName)
        ?? throw new InvalidOperationException($"resource '{Resource.Name}' has no endpoint '{EndpointName}'");

    public bool IsHttp => EndpointAnnotation.UriScheme == "http";

    public string Host => "localhost";

    public int Port => EndpointAnnotation.PortOf(0);

    public string Scheme => EndpointAnnotation.UriScheme;

    public string Url => UrlOf(0);

    public EndpointReferenceExpression Property(EndpointProperty property) => new(this, property);

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => new(Url);

    internal string UrlOf(int instance) => $"{Scheme}://{Host}:{EndpointAnnotation.PortOf(instance)}";
}

/// <summary>One property of an endpoint, in the instance that asks when the endpoint is its own.</summary>
public sealed class EndpointReferenceExpression(EndpointReference endpoint, EndpointProperty property) : IValueProvider
{
    public EndpointReference Endpoint { get; } = endpoint;

    public EndpointProperty Property { get; } = property;

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => new(ValueOf(0));

    internal string ValueOf(int instance)
    {
        var port = Endpoint.EndpointAnnotation.PortOf(instance);
        return Property switch
        {
            EndpointProperty.Url => Endpoint.UrlOf(instance),
            EndpointProperty.Host => Endpoint.Host,
            EndpointProperty.Scheme => Endpoint.Scheme,
            EndpointProperty.HostAndPort => $"{Endpoint.Host}:{port}",
            _ => $"{port}",
        };
    }
}
