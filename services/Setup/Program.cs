using TcmBrain.Contracts;
using TcmBrain.Exchange.Broker;
using TcmBrain.Setup;

// The one-shot job before every service: databases, migrations, broker topology. Runs again at each start and changes nothing
// that stands. Ends with 0 when all is done, 1 with one sentence when it cannot be.
using var stopping = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stopping.Cancel();
};
try
{
    await Task.WhenAll(
        Topology.Services.Select(s =>
            Patience.UntilReachableAsync(
                $"the database of {s.Name}",
                () => Migrations.ApplyAsync(Setting($"ConnectionStrings__{s.Name}-db"), s.Name, stopping.Token),
                stopping.Token
            )
        )
    );
    Console.WriteLine($"{Topology.Services.Length} databases are up to date.");

    var broker = new BrokerTopology(Setting("ConnectionStrings__rabbitmq"));
    await Patience.UntilReachableAsync("the broker", () => broker.DeclareAsync(stopping.Token), stopping.Token);
    Console.WriteLine(
        $"{Topology.EventTypes.Count} exchanges and {Topology.Services.Count(s => s.ListensTo.Length > 0)} queues are declared."
    );
    return 0;
}
catch (Exception e) when (e is MigrationException or InvalidOperationException or TimeoutException or OperationCanceledException)
{
    Console.Error.WriteLine($"Setup failed: {e.Message}");
    return 1;
}

static string Setting(string name) =>
    Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : throw new InvalidOperationException($"{name} is not set.");
