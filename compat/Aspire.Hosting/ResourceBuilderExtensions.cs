using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Running;

namespace Aspire.Hosting;

/// <summary>Endpoints, environment, references, waits and health of any resource.</summary>
public static class ResourceBuilderExtensions
{
    public static IResourceBuilder<T> WithAnnotation<T>(this IResourceBuilder<T> builder, IResourceAnnotation annotation)
        where T : IResource
    {
        builder.Resource.Annotations.Add(annotation);
        return builder;
    }

    /// <param name="env">A variable that tells the process its port. Such an endpoint stays out of <c>ASPNETCORE_URLS</c>.</param>
    public static IResourceBuilder<T> WithEndpoint<T>(
        this IResourceBuilder<T> builder,
        int? port = null,
        int? targetPort = null,
        string? scheme = null,
        string? name = null,
        string? env = null,
        bool isProxied = true,
        bool? isExternal = null
    )
        where T : IResourceWithEndpoints
    {
        _ = isProxied;
        var endpoint = new EndpointAnnotation(name ?? scheme ?? "tcp", scheme ?? "tcp", port, targetPort)
        {
            TargetPortVariable = env,
            IsExternal = isExternal ?? false,
        };
        if (builder.Resource.Annotations.OfType<EndpointAnnotation>().Any(other => other.Name == endpoint.Name))
            throw new ArgumentException($"resource '{builder.Resource.Name}' has two endpoints named '{endpoint.Name}'");
        return builder.WithAnnotation(endpoint);
    }

    /// <summary>Changes an endpoint, or makes it.</summary>
    public static IResourceBuilder<T> WithEndpoint<T>(
        this IResourceBuilder<T> builder,
        string endpointName,
        Action<EndpointAnnotation> callback,
        bool createIfNotExists = true
    )
        where T : IResourceWithEndpoints
    {
        var endpoint = builder.Resource.Annotations.OfType<EndpointAnnotation>().FirstOrDefault(one => one.Name == endpointName);
        if (endpoint is null && createIfNotExists)
            builder.WithAnnotation(endpoint = new EndpointAnnotation(endpointName, "tcp", null, null));
        if (endpoint is not null)
            callback(endpoint);
        return builder;
    }

    public static IResourceBuilder<T> WithHttpEndpoint<T>(
        this IResourceBuilder<T> builder,
        int? port = null,
        int? targetPort = null,
        string? name = null,
        string? env = null,
        bool isProxied = true
    )
        where T : IResourceWithEndpoints => builder.WithEndpoint(port, targetPort, "http", name ?? "http", env, isProxied);

    /// <summary>Marks every HTTP endpoint as reachable from outside.</summary>
    public static IResourceBuilder<T> WithExternalHttpEndpoints<T>(this IResourceBuilder<T> builder)
        where T : IResourceWithEndpoints
    {
        foreach (var endpoint in Http(builder))
            endpoint.IsExternal = true;
        return builder;
    }

    /// <summary>Marks every HTTP endpoint as HTTP/2.</summary>
    public static IResourceBuilder<T> AsHttp2Service<T>(this IResourceBuilder<T> builder)
        where T : IResourceWithEndpoints
    {
        foreach (var endpoint in Http(builder))
            endpoint.Transport = "http2";
        return builder;
    }

    public static EndpointReference GetEndpoint<T>(this IResourceBuilder<T> builder, string name)
        where T : IResourceWithEndpoints => new(builder.Resource, name);

    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, string? value)
        where T : IResourceWithEnvironment => builder.WithEnvironment(context => context.EnvironmentVariables[name] = value ?? "");

    public static IResourceBuilder<T> WithEnvironment<T>(
        this IResourceBuilder<T> builder,
        string name,
        IResourceBuilder<ParameterResource> parameter
    )
        where T : IResourceWithEnvironment => builder.WithEnvironment(context => context.EnvironmentVariables[name] = parameter.Resource);

    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, EndpointReference endpoint)
        where T : IResourceWithEnvironment => builder.WithEnvironment(context => context.EnvironmentVariables[name] = endpoint);

    public static IResourceBuilder<T> WithEnvironment<T, TValue>(this IResourceBuilder<T> builder, string name, TValue value)
        where T : IResourceWithEnvironment
        where TValue : IValueProvider => builder.WithEnvironment(context => context.EnvironmentVariables[name] = value);

    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, Action<EnvironmentCallbackContext> callback)
        where T : IResourceWithEnvironment =>
        builder.WithAnnotation(
            new EnvironmentAnnotation(context =>
            {
                callback(context);
                return Task.CompletedTask;
            })
        );

    /// <summary>Adds to the command line.</summary>
    public static IResourceBuilder<T> WithArgs<T>(this IResourceBuilder<T> builder, params string[] args)
        where T : IResourceWithArgs => builder.WithAnnotation(new ArgumentsAnnotation(args));

    /// <summary>Gives the connection string as <c>ConnectionStrings__NAME</c>.</summary>
    public static IResourceBuilder<T> WithReference<T>(
        this IResourceBuilder<T> builder,
        IResourceBuilder<IResourceWithConnectionString> source,
        string? connectionName = null,
        bool optional = false
    )
        where T : IResourceWithEnvironment =>
        builder.WithAnnotation(
            new EnvironmentAnnotation(async context =>
            {
                var value = await source.Resource.GetConnectionStringAsync().ConfigureAwait(false);
                if (value is null && !optional)
                    throw new InvalidOperationException(
                        $"'{source.Resource.Name}' has no connection string yet: let '{builder.Resource.Name}' wait for it"
                    );
                if (value is not null)
                    context.EnvironmentVariables[$"ConnectionStrings__{connectionName ?? source.Resource.Name}"] = value;
            })
        );

    /// <summary>
    /// Gives every HTTP endpoint as <c>services__NAME__ENDPOINT__N</c>, N counting the instances, and as <c>NAME_ENDPOINT</c>.
    /// </summary>
    public static IResourceBuilder<T> WithReference<T>(
        this IResourceBuilder<T> builder,
        IResourceBuilder<IResourceWithServiceDiscovery> source
    )
        where T : IResourceWithEnvironment =>
        builder.WithEnvironment(context =>
        {
            foreach (var endpoint in source.Resource.Annotations.OfType<EndpointAnnotation>())
                AddService(context, new EndpointReference(source.Resource, endpoint.Name));
        });

    /// <summary>Gives one endpoint of a resource.</summary>
    public static IResourceBuilder<T> WithReference<T>(this IResourceBuilder<T> builder, EndpointReference endpoint)
        where T : IResourceWithEnvironment => builder.WithEnvironment(context => AddService(context, endpoint));

    /// <summary>Starts when the other one runs and is healthy.</summary>
    public static IResourceBuilder<T> WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport => builder.WithAnnotation(new WaitAnnotation(dependency.Resource, WaitKind.Healthy));

    /// <summary>Starts when the other one runs.</summary>
    public static IResourceBuilder<T> WaitForStart<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport => builder.WithAnnotation(new WaitAnnotation(dependency.Resource, WaitKind.Started));

    /// <summary>Starts when the other one ended with the exit code. LocalHost takes the other one for a job: it isn't restarted.</summary>
    public static IResourceBuilder<T> WaitForCompletion<T>(
        this IResourceBuilder<T> builder,
        IResourceBuilder<IResource> dependency,
        int exitCode = 0
    )
        where T : IResourceWithWaitSupport => builder.WithAnnotation(new WaitAnnotation(dependency.Resource, WaitKind.Completed, exitCode));

    /// <summary>Healthy while a GET of the path answers the status (default 200), on the endpoint given or the first HTTP one.</summary>
    public static IResourceBuilder<T> WithHttpHealthCheck<T>(
        this IResourceBuilder<T> builder,
        string? path = null,
        int? statusCode = null,
        string? endpointName = null
    )
        where T : IResourceWithEndpoints => builder.WithAnnotation(new HttpHealthAnnotation(path ?? "/", statusCode ?? 200, endpointName));

    private static IEnumerable<EndpointAnnotation> Http<T>(IResourceBuilder<T> builder)
        where T : IResourceWithEndpoints =>
        builder.Resource.Annotations.OfType<EndpointAnnotation>().Where(one => one.UriScheme is "http" or "https");

    private static void AddService(EnvironmentCallbackContext context, EndpointReference endpoint)
    {
        var name = endpoint.Resource.Name;
        for (var instance = 0; instance < Instances.Of(endpoint.Resource); instance++)
            context.EnvironmentVariables[$"services__{name}__{endpoint.EndpointName}__{instance}"] = endpoint.UrlOf(instance);
        context.EnvironmentVariables[$"{name}_{endpoint.EndpointName}".Replace('-', '_').ToUpperInvariant()] = endpoint.Url;
    }
}
