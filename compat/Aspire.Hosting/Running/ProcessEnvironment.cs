using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Running;

/// <summary>The variables that an instance receives, in Aspire's forms.</summary>
internal sealed class ProcessEnvironment(DistributedApplicationExecutionContext execution, string externalHost)
{
    /// <summary>Null values take an inherited variable away: addresses come from the model alone.</summary>
    public async Task<IReadOnlyDictionary<string, string?>> ForAsync(IResource resource, int instance)
    {
        var variables = new Dictionary<string, string?>
        {
            ["ASPNETCORE_HTTP_PORTS"] = null,
            ["ASPNETCORE_HTTPS_PORTS"] = null,
            ["HTTP_PORTS"] = null,
            ["HTTPS_PORTS"] = null,
            ["DOTNET_URLS"] = null,
            ["ASPNETCORE_URLS"] = null,
            ["OTEL_SERVICE_NAME"] = resource.Name,
            ["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={Instances.Name(resource, instance)}",
        };
        var endpoints = resource.Annotations.OfType<EndpointAnnotation>().ToList();
        var urls = endpoints
            .Where(endpoint => endpoint.UriScheme is "http" or "https" && endpoint.TargetPortVariable is null)
            .Select(endpoint => $"{endpoint.UriScheme}://{(endpoint.IsExternal ? externalHost : "localhost")}:{endpoint.PortOf(instance)}")
            .ToList();
        if (urls.Count > 0 && resource is ProjectResource)
            variables["ASPNETCORE_URLS"] = string.Join(';', urls);
        foreach (var endpoint in endpoints.Where(endpoint => endpoint.TargetPortVariable is not null))
            variables[endpoint.TargetPortVariable!] = $"{endpoint.PortOf(instance)}";

        var context = new EnvironmentCallbackContext(resource, instance, execution);
        foreach (var annotation in resource.Annotations.OfType<EnvironmentAnnotation>())
            await annotation.Callback(context).ConfigureAwait(false);
        foreach (var (name, value) in context.EnvironmentVariables)
            variables[name] = value switch
            {
                EndpointReferenceExpression own when own.Endpoint.Resource == resource => own.ValueOf(instance),
                EndpointReference own when own.Resource == resource => own.UrlOf(instance),
                IValueProvider provider => await provider.GetValueAsync().ConfigureAwait(false),
                _ => value.ToString(),
            };
        return variables;
    }
}
