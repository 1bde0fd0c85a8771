using Npgsql;
using TcmBrain.MachineServers;
using TcmBrain.MachineServers.Postgres;
using TcmBrain.MachineServers.Processes;

namespace TcmBrain.Hosting.Tests;

public sealed class PostgresServerTests
{
    private static readonly Dictionary<string, string> Small = new() { ["shared_buffers"] = "16MB" };

    [Fact]
    public async Task What_was_committed_outlives_a_kill_and_a_restart_on_the_same_port()
    {
        var server = new PostgresServer(
            new PostgresOptions
            {
                Password = "p",
                Databases = ["brain"],
                Settings = Small,
            }
        );
        await using (server)
        {
            await server.StartAsync();
            var port = server.Port;
            await ExecuteAsync(server, "CREATE TABLE herb (name text)");
            await ExecuteAsync(server, "INSERT INTO herb VALUES ('甘草')");
            var processes = ProcessTree.Of(server.ProcessId!.Value);
            processes.Count.ShouldBeGreaterThan(3);

            await server.KillAsync();
            processes.ShouldAllBe(process => !process.IsAlive);
            (await server.IsHealthyAsync()).ShouldBeFalse();

            await server.StartAsync();
            (await ExecuteAsync(server, "SELECT name FROM herb")).ShouldBe("甘草");
            await server.RestartAsync();
            (await ExecuteAsync(server, "SELECT name FROM herb")).ShouldBe("甘草");
            server.Port.ShouldBe(port);
            processes = ProcessTree.Of(server.ProcessId!.Value);
            await server.StopAsync();
            processes.ShouldAllBe(process => !process.IsAlive);
        }
        Directory.Exists(server.DataFolder).ShouldBeFalse();
    }

    [Fact]
    public async Task It_is_durable_and_refuses_a_wrong_password()
    {
        await using var server = new PostgresServer(
            new PostgresOptions
            {
                Password = "p",
                Databases = ["brain"],
                Settings = Small,
            }
        );
        await server.StartAsync();
        (await ExecuteAsync(server, "SELECT current_setting('fsync') || current_setting('synchronous_commit')")).ShouldBe("onon");

        await using var stranger = new NpgsqlConnection(server.ConnectionString("brain").Replace("Password=p", "Password=q"));
        var refused = await Should.ThrowAsync<PostgresException>(() => stranger.OpenAsync());
        refused.SqlState.ShouldBe(PostgresErrorCodes.InvalidPassword);
    }

    [Fact]
    public async Task Nobody_works_on_for_a_killed_server_beside_the_next_one()
    {
        await using var server = new PostgresServer(
            new PostgresOptions
            {
                Password = "p",
                Databases = ["brain"],
                Settings = Small,
            }
        );
        await server.StartAsync();
        await using var connection = new NpgsqlConnection(server.ConnectionString("brain") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT pg_backend_pid()", connection);
        var worker = ProcessIdentity.Of((int)(await command.ExecuteScalarAsync())!)!.Value;
        // One that is held up does not see its server's end.
        Signal("STOP", worker.Id);

        Signal("KILL", server.ProcessId!.Value);
        await server.Exit;
        worker.IsAlive.ShouldBeTrue();
        await server.StartAsync();

        worker.IsAlive.ShouldBeFalse();
        (await ExecuteAsync(server, "SELECT 1")).ShouldBe(1);
    }

    [Fact]
    public async Task A_database_is_made_although_somebody_is_at_the_template()
    {
        await using var server = new PostgresServer(new PostgresOptions { Password = "p", Settings = Small });
        await server.StartAsync();
        await using var visitor = new NpgsqlConnection(server.ConnectionString("template1") + ";Pooling=false");
        await visitor.OpenAsync();

        await server.EnsureDatabaseAsync("brain");
        await server.EnsureDatabaseAsync("brain");

        (await ExecuteAsync(server, "SELECT current_database()::text")).ShouldBe("brain");
    }

    [Fact]
    public async Task A_broken_data_folder_gets_a_sentence_of_its_own()
    {
        var folder = TemporaryFolder.Create();
        try
        {
            await using (var first = Server(folder, "p"))
                await first.StartAsync();

            (await FailureAsync(Server(folder, "another"))).ShouldSatisfyAllConditions(
                failure => failure.Failure.ShouldBe(ServerFailure.DataFolder),
                failure => failure.Message.ShouldContain("another user or password")
            );

            var control = Path.Combine(folder, "cluster", "global", "pg_control");
            var bytes = await File.ReadAllBytesAsync(control);
            await File.WriteAllBytesAsync(control, new byte[bytes.Length]);
            (await FailureAsync(Server(folder, "p"))).ShouldSatisfyAllConditions(
                failure => failure.Failure.ShouldBe(ServerFailure.DiedAtStart),
                failure => failure.Message.ShouldContain(folder),
                failure => failure.Message.ShouldMatch("FATAL|PANIC")
            );

            await File.WriteAllTextAsync(Path.Combine(folder, "cluster", "PG_VERSION"), "9.6\n");
            (await FailureAsync(Server(folder, "p"))).ShouldSatisfyAllConditions(
                failure => failure.Failure.ShouldBe(ServerFailure.DataFolder),
                failure => failure.Message.ShouldContain("made by PostgreSQL 9.6"),
                failure => failure.Message.ShouldContain("install postgresql-9.6")
            );

            var file = Path.Combine(folder, "file");
            await File.WriteAllTextAsync(file, "");
            (await FailureAsync(Server(Path.Combine(file, "in"), "p"))).Message.ShouldContain("can't be written");
        }
        finally
        {
            TemporaryFolder.Remove(folder);
        }
    }

    private static PostgresServer Server(string folder, string password) =>
        new(
            new PostgresOptions
            {
                DataFolder = folder,
                Password = password,
                Settings = Small,
            }
        );

    private static async Task<MachineServerException> FailureAsync(PostgresServer server)
    {
        await using (server)
        {
            var failure = await Should.ThrowAsync<MachineServerException>(() => server.StartAsync());
            server.IsRunning.ShouldBeFalse();
            return failure;
        }
    }

    private static void Signal(string signal, int process)
    {
        using var kill = System.Diagnostics.Process.Start("kill", ["-s", signal, $"{process}"]);
        kill.WaitForExit();
        kill.ExitCode.ShouldBe(0);
    }

    private static async Task<object?> ExecuteAsync(PostgresServer server, string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString("brain") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
