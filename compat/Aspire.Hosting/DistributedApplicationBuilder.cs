using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Running;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

/// <summary>Whether the model is run or published; LocalHost only runs.</summary>
public sealed class DistributedApplicationExecutionContext
{
    public bool IsRunMode => true;

    public bool IsPublishMode => false;
}

/// <summary>Where resources are added.</summary>
public interface IDistributedApplicationBuilder
{
    /// <summary>Environment variables, then the command line.</summary>
    ConfigurationManager Configuration { get; }

    DistributedApplicationExecutionContext ExecutionContext { get; }

    /// <summary>The folder that relative paths of the model start from: where the app host's source lies.</summary>
    string AppHostDirectory { get; }

    IReadOnlyCollection<IResource> Resources { get; }

    /// <exception cref="ArgumentException">The name is taken.</exception>
    IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource;

    DistributedApplication Build();
}

internal sealed class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly List<IResource> resources = [];

    public DistributedApplicationBuilder(string[] args, string appHostDirectory)
    {
        AppHostDirectory = appHostDirectory;
        Configuration.AddEnvironmentVariables();
        Configuration.AddCommandLine(args);
        Options = HostOptions.From(Configuration);
        Data = new DataFolder(Options.DataFolder);
    }

    public ConfigurationManager Configuration { get; } = new();

    public DistributedApplicationExecutionContext ExecutionContext { get; } = new();

    public string AppHostDirectory { get; }

    public IReadOnlyCollection<IResource> Resources => resources;

    internal HostOptions Options { get; }

    internal DataFolder Data { get; }

    public IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource
    {
        if (resources.Any(other => string.Equals(other.Name, resource.Name, StringComparison.OrdinalIgnoreCase)))
            throw new ArgumentException($"there are two resources named '{resource.Name}'");
        resources.Add(resource);
        return new ResourceBuilder<T>(resource, this);
    }

    public DistributedApplication Build() => new(this);
}
