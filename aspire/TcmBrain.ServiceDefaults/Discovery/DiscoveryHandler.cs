namespace TcmBrain.ServiceDefaults.Discovery;

/// <summary>
/// Turns a service's name into one of its replicas' addresses, anew for every attempt. When a replica cannot be connected to, nothing was
/// sent, so the next one is asked at once.
/// </summary>
internal sealed class DiscoveryHandler(ServiceEndpoints endpoints) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri is not { } named)
        {
            return await base.SendAsync(request, cancellationToken);
        }

        var left = endpoints.CountOf(named);
        while (true)
        {
            var replica = endpoints.Resolve(named);
            request.RequestUri = replica;
            try
            {
                return await base.SendAsync(request, cancellationToken);
            }
            catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ConnectionError && --left > 0)
            {
                endpoints.LetRest(replica);
            }
            finally
            {
                request.RequestUri = named;
            }
        }
    }
}
