using Aspire.Hosting.ApplicationModel;
using TcmBrain.MachineServers.Postgres;
using TcmBrain.MachineServers.RabbitMq;
using TcmBrain.MachineServers.Redis;

namespace Aspire.Hosting.Running;

/// <summary>Makes the runners of the model's resources, and ties those that wait to those they wait for.</summary>
internal sealed class RunnerFactory(
    ApplicationRun run,
    IReadOnlyCollection<IResource> resources,
    HostOptions options,
    DataFolder data,
    DistributedApplicationExecutionContext execution,
    ConsoleLog console
)
{
    private readonly Dictionary<IResource, IReadOnlyList<ResourceRunner>> runners = [];

    /// <exception cref="StartFailure">Resources wait for each other in a circle.</exception>
    public IReadOnlyList<ResourceRunner> Create()
    {
        // Parents are added to a model before their children.
        foreach (var resource in resources)
            if (Create(resource) is { Count: > 0 } created)
                runners[resource] = created;
        foreach (var (resource, own) in runners)
            Tie(resource, own);
        DemandNoCircle();
        return [.. resources.Where(runners.ContainsKey).SelectMany(resource => runners[resource])];
    }

    private IReadOnlyList<ResourceRunner> Create(IResource resource)
    {
        switch (resource)
        {
            case PostgresServerResource postgres:
                postgres.Server = new PostgresServer(
                    new PostgresOptions
                    {
                        DataFolder = data.Server(postgres.Name),
                        Port = postgres.Port ?? 0,
                        UserName = Value(postgres.UserNameParameter) ?? "postgres",
                        Password = Value(postgres.PasswordParameter)!,
                    }
                );
                return
                [
                    new ServerRunner(
                        postgres.Name,
                        "postgres",
                        postgres.Server,
                        postgres.Port,
                        () => [],
                        () => postgres.Server.ConnectionString("postgres"),
                        run,
                        Log(postgres.Name, quiet: true)
                    ),
                ];
            case PostgresDatabaseResource database:
                return
                [
                    new DatabaseRunner(
                        database.Name,
                        database.DatabaseName,
                        database.Parent.Server!,
                        runners[database.Parent][0],
                        run,
                        Log(database.Name, quiet: true)
                    ),
                ];
            case RabbitMQServerResource rabbit:
                rabbit.Server = new RabbitMqServer(
                    new RabbitMqOptions
                    {
                        DataFolder = data.Server(rabbit.Name),
                        Port = rabbit.Port ?? 0,
                        ManagementPort = rabbit.ManagementPort ?? 0,
                        UserName = Value(rabbit.UserNameParameter) ?? "guest",
                        Password = Value(rabbit.PasswordParameter)!,
                    }
                );
                return
                [
                    new ServerRunner(
                        rabbit.Name,
                        "rabbitmq",
                        rabbit.Server,
                        rabbit.Port,
                        () => [$"http://localhost:{rabbit.Server.ManagementPort}"],
                        () => rabbit.Server.ConnectionString,
                        run,
                        Log(rabbit.Name, quiet: true)
                    ),
                ];
            case RedisResource redis:
                redis.Server = new RedisServer(
                    new RedisOptions
                    {
                        DataFolder = data.Server(redis.Name),
                        Port = redis.Port ?? 0,
                        Password = Value(redis.PasswordParameter),
                    }
                );
                return
                [
                    new ServerRunner(
                        redis.Name,
                        "redis",
                        redis.Server,
                        redis.Port,
                        () => [],
                        () => redis.Server.ConnectionString,
                        run,
                        Log(redis.Name, quiet: true)
                    ),
                ];
            case ProjectResource or ExecutableResource:
                var environment = new ProcessEnvironment(execution, options.ExternalHost);
                return
                [
                    .. Enumerable
                        .Range(0, Instances.Of(resource))
                        .Select(instance => new ProcessRunner(
                            resource,
                            instance,
                            ProcessCommand.For(resource),
                            environment,
                            run,
                            Log(Instances.Name(resource, instance))
                        )),
                ];
            case ViteAppResource vite:
                return [new BuiltFilesRunner(vite.Name, FolderOf(vite), run, Log(vite.Name, quiet: true))];
            default:
                return [];
        }
    }

    private void Tie(IResource resource, IReadOnlyList<ResourceRunner> own)
    {
        if (resource is PostgresDatabaseResource database)
            foreach (var runner in own)
                runner.Waits.Add(new RunnerWait(runners[database.Parent], WaitKind.Healthy, 0));
        foreach (var wait in resource.Annotations.OfType<WaitAnnotation>())
        {
            if (!runners.TryGetValue(wait.Resource, out var others))
                continue;
            foreach (var runner in own)
                runner.Waits.Add(new RunnerWait(others, wait.Kind, wait.ExitCode));
            if (wait.Kind == WaitKind.Completed)
                foreach (var other in others)
                    other.IsJob = true;
        }
    }

    private void DemandNoCircle()
    {
        var fine = new HashSet<ResourceRunner>();
        var path = new List<ResourceRunner>();
        foreach (var runner in runners.Values.SelectMany(own => own))
            Visit(runner);

        void Visit(ResourceRunner runner)
        {
            if (path.Contains(runner))
                throw new StartFailure(
                    $"the model's resources wait for each other in a circle: {string.Join(" → ", path.Append(runner).Select(one => one.Name))}"
                );
            if (fine.Contains(runner))
                return;
            path.Add(runner);
            foreach (var other in runner.Waits.SelectMany(wait => wait.Others))
                Visit(other);
            path.RemoveAt(path.Count - 1);
            fine.Add(runner);
        }
    }

    /// <summary>The folder into which the service that takes the files in has them built.</summary>
    private string? FolderOf(ViteAppResource vite) =>
        resources
            .SelectMany(resource =>
                resource
                    .Annotations.OfType<ContainerFilesAnnotation>()
                    .Where(files => files.Source == vite)
                    .Select(files => (Files: files, Project: resource.Annotations.OfType<ProjectAnnotation>().FirstOrDefault()))
            )
            .Where(found => found.Project is not null)
            .Select(found => Path.GetFullPath(found.Files.Destination, Path.GetDirectoryName(found.Project!.ProjectPath)!))
            .FirstOrDefault();

    private LogBook Log(string name, bool quiet = false) =>
        new(Path.Combine(data.Logs, name + ".log"), options.ConsoleLogs && !quiet ? console.For(name) : null);

    private static string? Value(ParameterResource? parameter) => parameter?.GetValueAsync().AsTask().GetAwaiter().GetResult();
}
