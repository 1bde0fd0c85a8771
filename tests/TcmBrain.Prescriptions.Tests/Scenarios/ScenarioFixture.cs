using Microsoft.Extensions.DependencyInjection;
using TcmBrain.Contracts.Pharmacy.V1;
using TcmBrain.Testing;

namespace TcmBrain.Prescriptions.Tests.Scenarios;

/// <summary>The real service with PostgreSQL and broker, a pharmacy that answers by script, and time-outs that come when the test says so.</summary>
public sealed class ScenarioFixture(Servers servers) : PrescriptionsFixture(servers)
{
    public ScriptedPharmacy Pharmacy { get; } = new();

    /// <summary>One time-out at a time, so that a look of the worker finds only what the test has made due.</summary>
    public SemaphoreSlim Clock { get; } = new(1);

    private readonly Lock making = new();
    private object? made;

    /// <summary>Made by whoever asks first; xunit makes a new test class for each case, but keeps the fixture.</summary>
    public T Once<T>(Func<T> make)
        where T : class
    {
        lock (making)
        {
            return (T)(made ??= make());
        }
    }

    protected override IReadOnlyDictionary<string, string?> Settings { get; } =
        new Dictionary<string, string?> { ["Lifecycle:DueSeconds"] = "86400" };

    protected override Action<IServiceCollection> Change =>
        services => services.AddSingleton<DispensingService.DispensingServiceClient>(Pharmacy);
}
