using System.Threading.Channels;
using Grpc.Core;
using Grpc.Health.V1;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Grpc.HealthCheck;

/// <summary>The health service over statuses that someone sets. Safe for concurrent use.</summary>
public class HealthServiceImpl : Health.V1.Health.HealthBase
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, ServingStatus> statuses = [];
    private readonly Dictionary<string, HashSet<Channel<ServingStatus>>> watchers = [];
    private bool stopped;

    /// <summary>Sets a service's status and tells who watches it. Setting the same again tells nobody anything.</summary>
    public void SetStatus(string service, ServingStatus status)
    {
        ArgumentNullException.ThrowIfNull(service);
        lock (gate)
        {
            statuses[service] = status;
            Tell(service, status);
        }
    }

    /// <summary>Forgets a service. Forgetting one that is not known does nothing.</summary>
    public void ClearStatus(string service)
    {
        ArgumentNullException.ThrowIfNull(service);
        lock (gate)
        {
            statuses.Remove(service);
            Tell(service, ServingStatus.ServiceUnknown);
        }
    }

    /// <summary>Forgets every service.</summary>
    public void ClearAll()
    {
        lock (gate)
        {
            foreach (var service in statuses.Keys.ToArray())
            {
                ClearStatus(service);
            }
        }
    }

    /// <inheritdoc/>
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        lock (gate)
        {
            return statuses.TryGetValue(request.Service, out var status)
                ? Task.FromResult(new HealthCheckResponse { Status = status })
                : throw UnknownService(request.Service);
        }
    }

    /// <inheritdoc/>
    public override async Task Watch(
        HealthCheckRequest request,
        IServerStreamWriter<HealthCheckResponse> responseStream,
        ServerCallContext context
    )
    {
        var news = Subscribe(request.Service);
        try
        {
            ServingStatus? told = null;
            await foreach (var status in news.Reader.ReadAllAsync(context.CancellationToken))
            {
                if (status != told)
                {
                    await responseStream.WriteAsync(new HealthCheckResponse { Status = status });
                    told = status;
                }
            }
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            // Cancelling is how a watcher ends its call.
        }
        finally
        {
            Unsubscribe(request.Service, news);
        }
    }

    /// <summary>Tells every watcher NOT_SERVING and ends its call, so that a server can stop without waiting for them.</summary>
    internal void Stop()
    {
        lock (gate)
        {
            stopped = true;
            foreach (var news in watchers.Values.SelectMany(channels => channels))
            {
                news.Writer.TryWrite(ServingStatus.NotServing);
                news.Writer.TryComplete();
            }
        }
    }

    internal static RpcException UnknownService(string service) =>
        new(new Status(StatusCode.NotFound, $"The service '{service}' is not known here."));

    private Channel<ServingStatus> Subscribe(string service)
    {
        // Only the latest status matters to a slow watcher.
        var news = Channel.CreateBounded<ServingStatus>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (gate)
        {
            if (stopped)
            {
                news.Writer.TryWrite(ServingStatus.NotServing);
                news.Writer.TryComplete();
                return news;
            }

            news.Writer.TryWrite(statuses.GetValueOrDefault(service, ServingStatus.ServiceUnknown));
            if (!watchers.TryGetValue(service, out var channels))
            {
                watchers[service] = channels = [];
            }

            channels.Add(news);
        }

        return news;
    }

    private void Unsubscribe(string service, Channel<ServingStatus> news)
    {
        lock (gate)
        {
            if (watchers.TryGetValue(service, out var channels) && channels.Remove(news) && channels.Count == 0)
            {
                watchers.Remove(service);
            }
        }
    }

    private void Tell(string service, ServingStatus status)
    {
        foreach (var news in watchers.GetValueOrDefault(service) ?? [])
        {
            news.Writer.TryWrite(status);
        }
    }
}
