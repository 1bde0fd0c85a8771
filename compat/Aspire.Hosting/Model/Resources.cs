namespace Aspire.Hosting.ApplicationModel;

/// <summary>A part of the application: a server, a database, a project, a parameter.</summary>
public interface IResource
{
    /// <summary>1–64 letters, digits and single hyphens; starts with a letter.</summary>
    string Name { get; }

    ICollection<IResourceAnnotation> Annotations { get; }
}

/// <summary>A fact about a resource.</summary>
public interface IResourceAnnotation;

/// <summary>Gives a value when the application runs.</summary>
public interface IValueProvider
{
    ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default);
}

public interface IResourceWithEndpoints : IResource;

public interface IResourceWithEnvironment : IResource;

public interface IResourceWithArgs : IResource;

public interface IResourceWithWaitSupport : IResource;

/// <summary>Others find their endpoints through <c>services__NAME__ENDPOINT__N</c>.</summary>
public interface IResourceWithServiceDiscovery : IResourceWithEndpoints;

/// <summary>Others reach it through <c>ConnectionStrings__NAME</c>.</summary>
public interface IResourceWithConnectionString : IResource, IValueProvider
{
    /// <summary>Null until the resource has its port.</summary>
    ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default);

    ValueTask<string?> IValueProvider.GetValueAsync(CancellationToken cancellationToken) => GetConnectionStringAsync(cancellationToken);
}

public interface IResourceWithParent<out T> : IResource
    where T : IResource
{
    T Parent { get; }
}

/// <summary>Its built files can be put into another resource's container.</summary>
public interface IResourceWithContainerFiles : IResource;

/// <summary>Takes another resource's built files into its container.</summary>
public interface IContainerFilesDestinationResource : IResource;

public abstract class Resource : IResource
{
    /// <exception cref="ArgumentException">The name breaks the rule.</exception>
    protected Resource(string name)
    {
        ResourceName.Demand(name);
        Name = name;
    }

    public string Name { get; }

    public ICollection<IResourceAnnotation> Annotations { get; } = [];
}

/// <summary>A .NET project, started from its build output.</summary>
public class ProjectResource(string name)
    : Resource(name),
        IResourceWithEnvironment,
        IResourceWithArgs,
        IResourceWithServiceDiscovery,
        IResourceWithWaitSupport,
        IContainerFilesDestinationResource;

/// <summary>A program of the machine.</summary>
public class ExecutableResource(string name, string command, string workingDirectory)
    : Resource(name),
        IResourceWithEnvironment,
        IResourceWithArgs,
        IResourceWithServiceDiscovery,
        IResourceWithWaitSupport
{
    public string Command { get; } = command;

    public string WorkingDirectory { get; } = workingDirectory;
}

/// <summary>A value from outside: <c>Parameters:NAME</c> of the configuration, or made and kept by LocalHost.</summary>
public class ParameterResource(string name, Func<string> value, bool secret) : Resource(name), IValueProvider
{
    public bool Secret { get; } = secret;

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => new(value());
}

public class PostgresServerResource(string name, ParameterResource? userName, ParameterResource password, int? port)
    : Resource(name),
        IResourceWithConnectionString,
        IResourceWithEndpoints,
        IResourceWithWaitSupport
{
    internal TcmBrain.MachineServers.Postgres.PostgresServer? Server { get; set; }

    public ParameterResource? UserNameParameter { get; } = userName;

    public ParameterResource PasswordParameter { get; } = password;

    internal int? Port { get; } = port;

    internal List<PostgresDatabaseResource> DatabaseResources { get; } = [];

    /// <summary>Resource name to database name.</summary>
    public IReadOnlyDictionary<string, string> Databases =>
        DatabaseResources.ToDictionary(database => database.Name, database => database.DatabaseName);

    /// <summary><c>Host=h;Port=p;Username=postgres;Password=…</c></summary>
    public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) =>
        new(Server?.ConnectionString("postgres").Replace(";Database=postgres", "", StringComparison.Ordinal));
}

public class PostgresDatabaseResource(string name, string databaseName, PostgresServerResource parent)
    : Resource(name),
        IResourceWithConnectionString,
        IResourceWithParent<PostgresServerResource>
{
    public PostgresServerResource Parent { get; } = parent;

    public string DatabaseName { get; } = databaseName;

    /// <summary><c>Host=h;Port=p;Username=postgres;Password=…;Database=d</c></summary>
    public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) =>
        new(Parent.Server?.ConnectionString(DatabaseName));
}

public class RabbitMQServerResource(string name, ParameterResource? userName, ParameterResource password, int? port)
    : Resource(name),
        IResourceWithConnectionString,
        IResourceWithEndpoints,
        IResourceWithWaitSupport
{
    internal TcmBrain.MachineServers.RabbitMq.RabbitMqServer? Server { get; set; }

    public ParameterResource? UserNameParameter { get; } = userName;

    public ParameterResource PasswordParameter { get; } = password;

    internal int? Port { get; } = port;

    internal int? ManagementPort { get; set; }

    /// <summary><c>amqp://guest:pw@h:p</c></summary>
    public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) => new(Server?.ConnectionString);
}

public class RedisResource(string name, ParameterResource? password, int? port)
    : Resource(name),
        IResourceWithConnectionString,
        IResourceWithEndpoints,
        IResourceWithWaitSupport
{
    internal TcmBrain.MachineServers.Redis.RedisServer? Server { get; set; }

    public ParameterResource? PasswordParameter { get; } = password;

    internal int? Port { get; } = port;

    /// <summary><c>h:p,password=…</c></summary>
    public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) => new(Server?.ConnectionString);
}

/// <summary>
/// A web UI made by Vite. LocalHost serves its built files through the project that takes them in
/// (<see cref="JavaScriptHostingExtensions.PublishWithContainerFiles"/>) and runs no development server.
/// </summary>
public class ViteAppResource(string name, string workingDirectory)
    : Resource(name),
        IResourceWithEnvironment,
        IResourceWithServiceDiscovery,
        IResourceWithWaitSupport,
        IResourceWithContainerFiles
{
    public string WorkingDirectory { get; } = workingDirectory;
}

/// <summary>Where the application is published to as a compose file; nothing at run time.</summary>
public class DockerComposeEnvironmentResource(string name) : Resource(name);
