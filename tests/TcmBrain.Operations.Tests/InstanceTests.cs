using System.Text.Json;
using TcmBrain.Contracts;
using TcmBrain.Operations.Events;

namespace TcmBrain.Operations.Tests;

/// <summary>Where the running platform is, or one sentence why there is none.</summary>
public sealed class InstanceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tcm-operations-").FullName;

    [Fact]
    public async Task The_state_file_tells_databases_and_broker()
    {
        Write(Environment.ProcessId, [.. Topology.Services.Select(s => $"{s.Name}-db"), "rabbitmq"]);
        await using var instance = Instance.Find(_folder);

        instance.Broker.ShouldBe("text of rabbitmq");
        instance.ConnectionString("pharmacy").ShouldBe("Host=pharmacy-db");
        instance.Databases.Keys.Order().ShouldBe(Topology.Services.Select(s => s.Name).Order());
    }

    [Fact]
    public void Where_nothing_runs_it_says_so()
    {
        Should.Throw<OperationsException>(() => Instance.Find(_folder)).Message.ShouldContain("Nothing is running");
        Should.Throw<OperationsException>(() => Instance.Find(Path.Combine(_folder, "nowhere"))).Message.ShouldContain("./tcm up");
        // Left behind by one that was killed: no process has so high a number.
        Write(int.MaxValue, ["rabbitmq"]);
        Should.Throw<OperationsException>(() => Instance.Find(_folder)).Message.ShouldContain("Nothing is running");
    }

    [Fact]
    public void A_damaged_file_or_an_instance_that_is_not_up_yet_is_named()
    {
        Write(Environment.ProcessId, ["rabbitmq"]);
        Should.Throw<OperationsException>(() => Instance.Find(_folder)).Message.ShouldContain("institutions-db");
        File.WriteAllText(Path.Combine(_folder, "run", "localhost.json"), "{");
        Should.Throw<OperationsException>(() => Instance.Find(_folder)).Message.ShouldContain("localhost.json");
    }

    [Theory]
    [InlineData("pharmacy")]
    [InlineData("pharmacy_error")]
    [InlineData("pharmacy_skipped")]
    public void A_queue_is_known_by_any_of_its_names(string name) => EventsCommands.Listener(name).Name.ShouldBe("pharmacy");

    [Theory]
    [InlineData("institutions")]
    [InlineData("apothecary")]
    public void A_queue_that_is_none_is_refused_with_those_there_are(string name) =>
        Should.Throw<OperationsException>(() => EventsCommands.Listener(name)).Message.ShouldContain("prescriptions, pharmacy");

    [Fact]
    public void A_type_that_the_listener_does_not_hear_is_refused()
    {
        EventsCommands.EventType("PrescriptionApproved", Topology.Of("pharmacy")).Name.ShouldBe("PrescriptionApproved");
        Should.Throw<OperationsException>(() => EventsCommands.EventType("TreeHeadSigned", Topology.Of("pharmacy")));
        Should.Throw<OperationsException>(() => EventsCommands.EventType("Nonsense", Topology.Of("pharmacy")));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Write(int pid, string[] resources)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "run"));
        File.WriteAllText(
            Path.Combine(_folder, "run", "localhost.json"),
            JsonSerializer.Serialize(
                new
                {
                    pid,
                    resources = resources
                        .Append("gateway")
                        .Select(r => new
                        {
                            name = r,
                            connectionString = r.EndsWith("-db", StringComparison.Ordinal) ? $"Host={r}"
                            : r == "gateway" ? null
                            : $"text of {r}",
                        }),
                }
            )
        );
    }
}
