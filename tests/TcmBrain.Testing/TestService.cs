using System.Diagnostics;
using System.Net.Http.Headers;
using System.Reflection;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TcmBrain.MachineServers;

namespace TcmBrain.Testing;

/// <summary>
/// A service, run in this process by its own Program.cs on real Kestrel with free ports: one for HTTP, one for gRPC. Its Program must hand
/// <c>args</c> to <c>WebApplication.CreateBuilder</c>.
/// </summary>
public sealed class TestService : IAsyncDisposable
{
    private static readonly TimeSpan StartBound = TimeSpan.FromSeconds(180);
    private readonly IHost host;
    private readonly Task program;

    private TestService(IHost host, Task program, Uri http, Uri grpc)
    {
        this.host = host;
        this.program = program;
        Http = http;
        Grpc = grpc;
    }

    /// <summary>Base address of HTTP/1.1.</summary>
    public Uri Http { get; }

    /// <summary>Base address of gRPC, HTTP/2 in clear text.</summary>
    public Uri Grpc { get; }

    /// <summary>The running service's container.</summary>
    public IServiceProvider Services => host.Services;

    /// <param name="assembly">the service's assembly: <c>typeof(InstitutionsFaults).Assembly</c></param>
    /// <param name="settings">configuration, keys in the form <c>ConnectionStrings:database</c>; test tokens are trusted unless <c>Identity:Jwks</c> is given (empty: fetched)</param>
    /// <param name="configure">changes the service's registrations before it is built</param>
    public static async Task<TestService> StartAsync(
        Assembly assembly,
        IReadOnlyDictionary<string, string?> settings,
        Action<IServiceCollection>? configure = null
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await StartOnceAsync(assembly, settings, configure);
            }
            catch (IOException e)
                when (e.InnerException is AddressInUseException && !settings.ContainsKey("Endpoints:Grpc:Port") && attempt < 5)
            {
                // Tests in another process took the port between the look and the listening.
            }
        }
    }

    private static async Task<TestService> StartOnceAsync(
        Assembly assembly,
        IReadOnlyDictionary<string, string?> settings,
        Action<IServiceCollection>? configure
    )
    {
        var grpcPort = Ports.Free();
        var all = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["urls"] = $"http://127.0.0.1:0;http://127.0.0.1:{grpcPort}",
            ["environment"] = "Development",
            ["applicationName"] = assembly.GetName().Name,
            ["contentRoot"] = Path.GetDirectoryName(assembly.Location),
            ["Endpoints:Grpc:Port"] = grpcPort.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["Identity:Jwks"] = TestTokens.Jwks,
            ["Logging:LogLevel:Default"] = "Warning",
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        grpcPort = int.Parse(all["Endpoints:Grpc:Port"]!, System.Globalization.CultureInfo.InvariantCulture);
        string[] args = [.. all.Where(s => !string.IsNullOrEmpty(s.Value)).Select(s => $"--{s.Key}={s.Value}")];
        var (host, program) = await RunAsync(assembly, args, configure);
        var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        if (await Task.WhenAny(started.Task, program, Task.Delay(StartBound)) != started.Task)
        {
            await program.WaitAsync(TimeSpan.FromSeconds(1));
            throw new InvalidOperationException($"{assembly.GetName().Name} ended before it had started.");
        }

        var addresses = host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        var grpc = addresses.Select(a => new Uri(a)).First(a => a.Port == grpcPort);
        var http = addresses.Select(a => new Uri(a)).First(a => a.Port != grpcPort);
        return new TestService(host, program, http, grpc);
    }

    /// <summary>Returns when <c>/health</c> says so; throws what ended the service when it died instead.</summary>
    public async Task<TestService> HealthyAsync(TimeSpan? within = null)
    {
        using var client = Client();
        await Eventually.Be(
            async () => program.IsCompleted || (await client.GetAsync("/health")).IsSuccessStatusCode,
            "healthy",
            within ?? StartBound
        );
        if (program.IsCompleted)
        {
            await program;
            throw new InvalidOperationException("The service stopped before it was healthy; its log says why.");
        }

        return this;
    }

    /// <summary>A client of the HTTP endpoint; with a bearer token when one is given. Cookies and redirects are left to the test.</summary>
    public HttpClient Client(string? token = null)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = Http };
        if (token is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return client;
    }

    /// <summary>Stops it as SIGTERM would: what is in hand is finished.</summary>
    public async ValueTask DisposeAsync()
    {
        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await program.WaitAsync(StartBound);
    }

    private static async Task<(IHost Host, Task Program)> RunAsync(Assembly assembly, string[] args, Action<IServiceCollection>? configure)
    {
        var entry = assembly.EntryPoint ?? throw new ArgumentException($"{assembly.GetName().Name} is not a program.");
        var built = new TaskCompletionSource<IHost>(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                using var watch = HostWatch.Begin(built, configure);
                var parameters = entry.GetParameters().Length == 0 ? null : new object[] { args };
                if (entry.Invoke(null, BindingFlags.DoNotWrapExceptions, null, parameters, null) is Task task)
                {
                    task.GetAwaiter().GetResult();
                }

                ended.SetResult();
                built.TrySetException(new InvalidOperationException($"{assembly.GetName().Name} ended without building a host."));
            }
            catch (Exception exception)
            {
                built.TrySetException(exception);
                ended.TrySetException(exception);
            }
        })
        {
            IsBackground = true,
            Name = assembly.GetName().Name,
        };
        thread.Start();
        return (await built.Task.WaitAsync(StartBound), ended.Task);
    }

    /// <summary>Catches the host that Program.cs builds, by the diagnostic events the framework raises for this purpose.</summary>
    private sealed class HostWatch : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
    {
        private static readonly AsyncLocal<HostWatch?> Current = new();
        private readonly TaskCompletionSource<IHost> built;
        private readonly Action<IServiceCollection>? configure;
        private readonly List<IDisposable> subscriptions = [];
        private bool isDisposed;

        private HostWatch(TaskCompletionSource<IHost> built, Action<IServiceCollection>? configure)
        {
            this.built = built;
            this.configure = configure;
        }

        public static HostWatch Begin(TaskCompletionSource<IHost> built, Action<IServiceCollection>? configure)
        {
            var watch = new HostWatch(built, configure);
            Current.Value = watch;
            watch.Keep(DiagnosticListener.AllListeners.Subscribe(watch));
            return watch;
        }

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == "Microsoft.Extensions.Hosting")
            {
                Keep(value.Subscribe(this));
            }
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            // Other services may be starting in parallel; only what this one's thread raises is ours.
            if (Current.Value != this)
            {
                return;
            }

            if (value is { Key: "HostBuilding", Value: IHostBuilder builder } && configure is not null)
            {
                builder.ConfigureServices((_, services) => configure(services));
            }
            else if (value is { Key: "HostBuilt", Value: IHost host })
            {
                built.TrySetResult(host);
            }
        }

        public void OnCompleted() { }

        public void OnError(Exception error) { }

        public void Dispose()
        {
            lock (subscriptions)
            {
                isDisposed = true;
                subscriptions.ForEach(subscription => subscription.Dispose());
            }
        }

        // Called by whichever thread builds a host, also while this watch ends.
        private void Keep(IDisposable subscription)
        {
            lock (subscriptions)
            {
                if (!isDisposed)
                {
                    subscriptions.Add(subscription);
                    return;
                }
            }

            subscription.Dispose();
        }
    }
}
