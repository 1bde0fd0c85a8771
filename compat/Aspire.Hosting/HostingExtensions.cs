using System.Runtime.CompilerServices;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Running;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

public static class ProjectResourceBuilderExtensions
{
    /// <summary>A project of the solution; <typeparamref name="TProject"/> is made from the project references.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new()
    {
        var metadata = new TProject();
        if (metadata is not ILocalProjectMetadata local)
            throw new ArgumentException($"{typeof(TProject)} doesn't tell where its assembly is: import LocalProjects.targets");
        return builder.AddResource(new ProjectResource(name)).WithAnnotation(new ProjectAnnotation(local.ProjectPath, local.AssemblyPath));
    }

    /// <summary>Runs the project so many times. LocalHost has no proxy: each instance has its own ports.</summary>
    public static IResourceBuilder<ProjectResource> WithReplicas(this IResourceBuilder<ProjectResource> builder, int replicas)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 1);
        return builder.WithAnnotation(new ReplicaAnnotation(replicas));
    }
}

public static class ExecutableResourceBuilderExtensions
{
    public static IResourceBuilder<ExecutableResource> AddExecutable(
        this IDistributedApplicationBuilder builder,
        string name,
        string command,
        string workingDirectory,
        params string[] args
    ) =>
        builder
            .AddResource(new ExecutableResource(name, command, Path.GetFullPath(workingDirectory, builder.AppHostDirectory)))
            .WithAnnotation(new ArgumentsAnnotation(args));
}

public static class ParameterResourceBuilderExtensions
{
    /// <summary>
    /// The value of <c>Parameters:NAME</c> in the configuration. When there is none, LocalHost makes one (32 random bytes in
    /// base64; for a name in <c>-password</c> 32 letters and digits) and keeps it in the data folder.
    /// </summary>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder,
        string name,
        bool secret = false
    ) =>
        builder.AddResource(
            new ParameterResource(
                name,
                () => builder.Configuration[$"Parameters:{name}"] ?? Data(builder).Parameters.GetOrCreate(name),
                secret
            )
        );

    /// <summary>A fixed value.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder,
        string name,
        string value,
        bool publishValueAsDefault = false,
        bool secret = false
    )
    {
        _ = publishValueAsDefault;
        return builder.AddResource(new ParameterResource(name, () => builder.Configuration[$"Parameters:{name}"] ?? value, secret));
    }

    internal static ParameterResource Password(IDistributedApplicationBuilder builder, string resource)
    {
        var name = $"{resource}-password";
        return new ParameterResource(
            name,
            () => builder.Configuration[$"Parameters:{name}"] ?? Data(builder).Parameters.GetOrCreate(name),
            secret: true
        );
    }

    private static DataFolder Data(IDistributedApplicationBuilder builder) => ((DistributedApplicationBuilder)builder).Data;
}

public static class PostgresBuilderExtensions
{
    /// <summary>The machine's PostgreSQL. Its data is always kept in the data folder.</summary>
    public static IResourceBuilder<PostgresServerResource> AddPostgres(
        this IDistributedApplicationBuilder builder,
        string name,
        IResourceBuilder<ParameterResource>? userName = null,
        IResourceBuilder<ParameterResource>? password = null,
        int? port = null
    ) =>
        builder.AddResource(
            new PostgresServerResource(
                name,
                userName?.Resource,
                password?.Resource ?? ParameterResourceBuilderExtensions.Password(builder, name),
                port
            )
        );

    public static IResourceBuilder<PostgresDatabaseResource> AddDatabase(
        this IResourceBuilder<PostgresServerResource> builder,
        string name,
        string? databaseName = null
    )
    {
        var database = new PostgresDatabaseResource(name, databaseName ?? name, builder.Resource);
        builder.Resource.DatabaseResources.Add(database);
        return builder.ApplicationBuilder.AddResource(database);
    }

    public static IResourceBuilder<PostgresServerResource> WithDataVolume(
        this IResourceBuilder<PostgresServerResource> builder,
        string? name = null,
        bool isReadOnly = false
    ) => Volumes.Demand(builder, name, isReadOnly);
}

public static class RabbitMQBuilderExtensions
{
    /// <summary>The machine's RabbitMQ. Its data is always kept in the data folder, and the management plugin is always on.</summary>
    public static IResourceBuilder<RabbitMQServerResource> AddRabbitMQ(
        this IDistributedApplicationBuilder builder,
        string name,
        IResourceBuilder<ParameterResource>? userName = null,
        IResourceBuilder<ParameterResource>? password = null,
        int? port = null
    ) =>
        builder.AddResource(
            new RabbitMQServerResource(
                name,
                userName?.Resource,
                password?.Resource ?? ParameterResourceBuilderExtensions.Password(builder, name),
                port
            )
        );

    public static IResourceBuilder<RabbitMQServerResource> WithManagementPlugin(
        this IResourceBuilder<RabbitMQServerResource> builder,
        int? port = null
    )
    {
        builder.Resource.ManagementPort = port;
        return builder;
    }

    public static IResourceBuilder<RabbitMQServerResource> WithDataVolume(
        this IResourceBuilder<RabbitMQServerResource> builder,
        string? name = null,
        bool isReadOnly = false
    ) => Volumes.Demand(builder, name, isReadOnly);
}

public static class RedisBuilderExtensions
{
    /// <summary>The machine's Redis. Its append-only file is always kept in the data folder.</summary>
    public static IResourceBuilder<RedisResource> AddRedis(
        this IDistributedApplicationBuilder builder,
        string name,
        int? port = null,
        IResourceBuilder<ParameterResource>? password = null
    ) =>
        builder.AddResource(
            new RedisResource(name, password?.Resource ?? ParameterResourceBuilderExtensions.Password(builder, name), port)
        );

    public static IResourceBuilder<RedisResource> WithDataVolume(
        this IResourceBuilder<RedisResource> builder,
        string? name = null,
        bool isReadOnly = false
    ) => Volumes.Demand(builder, name, isReadOnly);

    /// <summary>In Aspire snapshots at an interval; here the append-only file keeps more than that.</summary>
    public static IResourceBuilder<RedisResource> WithPersistence(
        this IResourceBuilder<RedisResource> builder,
        TimeSpan? interval = null,
        long keysChangedThreshold = 1
    )
    {
        _ = (interval, keysChangedThreshold);
        return builder;
    }
}

public static class JavaScriptHostingExtensions
{
    public static IResourceBuilder<ViteAppResource> AddViteApp(
        this IDistributedApplicationBuilder builder,
        string name,
        string appDirectory,
        string runScriptName = "dev"
    )
    {
        _ = runScriptName;
        return builder.AddResource(new ViteAppResource(name, Path.GetFullPath(appDirectory, builder.AppHostDirectory)));
    }

    /// <summary>LocalHost installs no packages: <c>./tcm</c> builds the web UI before.</summary>
    public static IResourceBuilder<ViteAppResource> WithNpm(this IResourceBuilder<ViteAppResource> builder, bool install = true)
    {
        _ = install;
        return builder;
    }

    /// <summary>The project serves the built files from this folder of its own.</summary>
    public static IResourceBuilder<T> PublishWithContainerFiles<T>(
        this IResourceBuilder<T> builder,
        IResourceBuilder<IResourceWithContainerFiles> source,
        string destinationPath
    )
        where T : IContainerFilesDestinationResource =>
        builder.WithAnnotation(new ContainerFilesAnnotation(source.Resource, destinationPath));
}

public static class DockerComposeEnvironmentExtensions
{
    /// <summary>Says where the model is published to; nothing at run time.</summary>
    public static IResourceBuilder<DockerComposeEnvironmentResource> AddDockerComposeEnvironment(
        this IDistributedApplicationBuilder builder,
        string name
    ) => builder.AddResource(new DockerComposeEnvironmentResource(name));
}

internal static class Volumes
{
    /// <exception cref="NotSupportedException">A volume that LocalHost couldn't honour.</exception>
    public static IResourceBuilder<T> Demand<T>(
        IResourceBuilder<T> builder,
        string? name,
        bool isReadOnly,
        [CallerMemberName] string caller = ""
    )
        where T : IResource =>
        name is null && !isReadOnly
            ? builder
            : throw new NotSupportedException($"{caller} of '{builder.Resource.Name}': LocalHost keeps data in its own data folder");
}
