namespace Grpc.Core;

/// <summary>Adds headers to a call before it leaves.</summary>
/// <param name="context">What is called.</param>
/// <param name="metadata">The headers, to be added to.</param>
public delegate Task AsyncAuthInterceptor(AuthInterceptorContext context, Metadata metadata);

/// <summary>What is called, for one who decides on its credentials.</summary>
public class AuthInterceptorContext
{
    /// <summary>A call of this method at this service.</summary>
    public AuthInterceptorContext(string serviceUrl, string methodName)
        : this(serviceUrl, methodName, CancellationToken.None) { }

    /// <summary>A call of this method at this service.</summary>
    public AuthInterceptorContext(string serviceUrl, string methodName, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(serviceUrl);
        ArgumentNullException.ThrowIfNull(methodName);
        ServiceUrl = serviceUrl;
        MethodName = methodName;
        CancellationToken = cancellationToken;
    }

    /// <summary>The service's address, with its name and without the method.</summary>
    public string ServiceUrl { get; }

    /// <summary>The method's own name.</summary>
    public string MethodName { get; }

    /// <summary>Fires when the call is given up.</summary>
    public CancellationToken CancellationToken { get; }
}

/// <summary>Says who calls, call by call.</summary>
public abstract class CallCredentials
{
    /// <summary>Credentials that apply one after the other.</summary>
    /// <exception cref="ArgumentException">Fewer than two were given.</exception>
    public static CallCredentials Compose(params CallCredentials[] credentials) => new CompositeCallCredentials(credentials);

    /// <summary>Credentials that ask this function before each call.</summary>
    public static CallCredentials FromInterceptor(AsyncAuthInterceptor interceptor)
    {
        ArgumentNullException.ThrowIfNull(interceptor);
        return new InterceptorCallCredentials(interceptor);
    }

    /// <summary>Tells a transport which kind these are. For transports only.</summary>
    public abstract void InternalPopulateConfiguration(CallCredentialsConfiguratorBase configurator, object? state);

    private sealed class InterceptorCallCredentials(AsyncAuthInterceptor interceptor) : CallCredentials
    {
        public override void InternalPopulateConfiguration(CallCredentialsConfiguratorBase configurator, object? state) =>
            configurator.SetAsyncAuthInterceptorCredentials(state, interceptor);
    }

    private sealed class CompositeCallCredentials : CallCredentials
    {
        private readonly CallCredentials[] parts;

        public CompositeCallCredentials(CallCredentials[] parts)
        {
            ArgumentNullException.ThrowIfNull(parts);
            if (parts.Length < 2)
            {
                throw new ArgumentException("Composite credentials have two parts or more.", nameof(parts));
            }

            this.parts = [.. parts];
        }

        public override void InternalPopulateConfiguration(CallCredentialsConfiguratorBase configurator, object? state) =>
            configurator.SetCompositeCredentials(state, parts);
    }
}

/// <summary>How a transport learns the kind of call credentials.</summary>
public abstract class CallCredentialsConfiguratorBase
{
    /// <summary>They apply one after the other.</summary>
    public abstract void SetCompositeCredentials(object? state, IReadOnlyList<CallCredentials> credentials);

    /// <summary>They ask this function.</summary>
    public abstract void SetAsyncAuthInterceptorCredentials(object? state, AsyncAuthInterceptor interceptor);
}
