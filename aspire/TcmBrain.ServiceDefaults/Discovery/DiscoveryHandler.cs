namespace TcmBrain.ServiceDefaults.Discovery;

/// <summary>Turns a service's name into one of its replicas' addresses, anew for every attempt.</summary>
internal sealed class DiscoveryHandler(ServiceEndpoints endpoints) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var named = request.RequestUri;
        if (named is not null)
        {
            request.RequestUri = endpoints.Resolve(named);
        }

        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        finally
        {
            request.RequestUri = named;
        }
    }
}
