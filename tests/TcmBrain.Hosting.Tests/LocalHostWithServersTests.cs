namespace TcmBrain.Hosting.Tests;

public sealed class LocalHostWithServersTests
{
    [Fact]
    public async Task Servers_job_and_service_start_in_order_stop_in_reverse_and_leave_nothing()
    {
        await using var host = new SampleHost("servers");
        await host.UntilReadyAsync();

        host.JournalLines.ShouldBe(["job started", "job finished", "service started"]);
        host.Resource("job").GetProperty("state").GetString().ShouldBe("Finished");
        var environment = await host.EnvironmentOfAsync("service");
        environment["ConnectionStrings__database"]
            .ShouldMatch(@"^Host=127\.0\.0\.1;Port=\d+;Username=postgres;Password=\w{32};Database=one-db$");
        environment["ConnectionStrings__rabbitmq"].ShouldMatch(@"^amqp://guest:\w{32}@127\.0\.0\.1:\d+$");
        environment["ConnectionStrings__redis"].ShouldMatch(@"^127\.0\.0\.1:\d+,password=\w{32}$");
        File.GetUnixFileMode(host.StateFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        host.Processes().Count.ShouldBeGreaterThan(8);

        (await host.EndAsync("-TERM")).ShouldBe(0);

        host.Processes().ShouldBeEmpty();
        host.JournalLines[^1].ShouldBe("service stopped");
        File.Exists(host.StateFile).ShouldBeFalse();
        host.Errors.Trim().ShouldBeEmpty();
    }
}
