using Grpc.Core.Interceptors;

namespace Grpc.Core;

/// <summary>The foot of generated clients.</summary>
public abstract class ClientBase
{
    /// <summary>What a client is made of, so that a copy can differ in its host.</summary>
    protected internal class ClientBaseConfiguration
    {
        private readonly CallInvoker undecoratedCallInvoker;
        private readonly string? host;

        internal ClientBaseConfiguration(CallInvoker undecoratedCallInvoker, string? host)
        {
            ArgumentNullException.ThrowIfNull(undecoratedCallInvoker);
            this.undecoratedCallInvoker = undecoratedCallInvoker;
            this.host = host;
        }

        internal CallInvoker CreateDecoratedCallInvoker() =>
            host is null ? undecoratedCallInvoker : undecoratedCallInvoker.Intercept(new HostInterceptor(host));

        internal ClientBaseConfiguration WithHost(string? newHost) => new(undecoratedCallInvoker, newHost);
    }
}

/// <summary>The foot of generated clients.</summary>
/// <typeparam name="T">The client itself.</typeparam>
public abstract class ClientBase<T> : ClientBase
    where T : ClientBase<T>
{
    private readonly ClientBaseConfiguration configuration;

    /// <summary>For mocks: a client that can't call.</summary>
    protected ClientBase()
        : this(new UnimplementedCallInvoker()) { }

    /// <summary>A client that calls through a channel.</summary>
    protected ClientBase(ChannelBase channel)
        : this((channel ?? throw new ArgumentNullException(nameof(channel))).CreateCallInvoker()) { }

    /// <summary>A client that calls through an invoker.</summary>
    protected ClientBase(CallInvoker callInvoker)
        : this(new ClientBaseConfiguration(callInvoker, null)) { }

    /// <summary>A client with another's parts.</summary>
    protected ClientBase(ClientBaseConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        this.configuration = configuration;
        CallInvoker = configuration.CreateDecoratedCallInvoker();
    }

    /// <summary>What carries this client's calls.</summary>
    protected CallInvoker CallInvoker { get; }

    /// <summary>A client over the same channel whose calls name this host; null is the channel's own.</summary>
    public T WithHost(string host) => NewInstance(configuration.WithHost(host));

    /// <summary>Makes a client of these parts; generated code overrides it.</summary>
    protected abstract T NewInstance(ClientBaseConfiguration configuration);
}
