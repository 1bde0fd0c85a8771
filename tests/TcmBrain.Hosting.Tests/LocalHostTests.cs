using System.Net;
using System.Net.Sockets;
using TcmBrain.MachineServers;

namespace TcmBrain.Hosting.Tests;

public sealed class LocalHostTests
{
    [Fact]
    public async Task Variables_have_Aspires_names_and_forms()
    {
        await using var host = new SampleHost("services");
        await host.UntilReadyAsync();

        host.JournalLines.Take(2).ShouldBe(["back-end started", "back-end started"]);
        host.JournalLines[2].ShouldBe("front started");
        var front = await host.EnvironmentOfAsync("front");
        front["services__back-end__http__0"].ShouldBe(host.Url("back-end"));
        front["services__back-end__http__1"].ShouldBe(host.Url("back-end-2"));
        front["services__back-end__grpc__0"].ShouldBe(host.Url("back-end", 1));
        front["BACK_END_HTTP"].ShouldBe(host.Url("back-end"));
        front["ASPNETCORE_URLS"].ShouldBe(host.Url("front"), "an endpoint with a variable of its own stays out");
        host.Url("front", 1).ShouldEndWith(":" + front["OWN_PORT"]);
        front["OTEL_SERVICE_NAME"].ShouldBe("front");

        foreach (var instance in new[] { "back-end", "back-end-2" })
        {
            var back = await host.EnvironmentOfAsync(instance);
            back["ASPNETCORE_URLS"].ShouldBe($"{host.Url(instance)};{host.Url(instance, 1)}");
            host.Url(instance, 1).ShouldEndWith(":" + back["Endpoints__Grpc__Port"]);
            back["Sample__Given"].ShouldBe("a value");
            Convert.FromBase64String(back["Sample__Key"]).Length.ShouldBe(32);
        }
    }

    [Fact]
    public async Task What_dies_is_started_again_and_the_buttons_work_with_the_token_only()
    {
        await using var host = new SampleHost("services");
        await host.UntilReadyAsync();
        var first = host.Resource("front").GetProperty("pid").GetInt32();

        await Should.ThrowAsync<HttpRequestException>(() => host.Http.PostAsync(host.Url("front") + "/die", null));
        await host.UntilAsync(() => IsBack(host, "front", restarts: 1), "front is back");
        host.Resource("front").GetProperty("pid").GetInt32().ShouldNotBe(first);

        (await host.PostAsync("/api/resources/front/stop", null)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await host.PostAsync("/api/resources/front/stop", "guess")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await host.PostAsync("/api/resources/nobody/stop", host.Token)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await host.PostAsync("/api/resources/front/stop", host.Token)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await host.UntilAsync(() => StateOf(host, "front") == "Exited", "front is stopped");
        (await host.PostAsync("/api/resources/front/start", host.Token)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await host.UntilAsync(() => IsBack(host, "front", restarts: 1), "front is started");

        using var foreign = new HttpRequestMessage(HttpMethod.Get, host.OperationsUrl + "/") { Headers = { Host = "evil.example" } };
        (await host.Http.SendAsync(foreign)).StatusCode.ShouldBe(HttpStatusCode.MisdirectedRequest);
        var page = await host.Http.GetStringAsync(host.OperationsUrl);
        page.ShouldContain("lang=\"zh-CN\"");
        page.ShouldContain("id=\"resource-back-end-2\"");
        (await host.Http.GetStringAsync(host.OperationsUrl + "/?lang=en")).ShouldContain("Running");
        await using var logs = await host.Http.GetStreamAsync(host.OperationsUrl + "/api/resources/front/logs");
        using var reader = new StreamReader(logs);
        await reader.ReadLineAsync();
        (await reader.ReadLineAsync())!.ShouldContain("front started");
    }

    [Fact]
    public async Task A_killed_host_takes_everything_with_it_and_the_next_one_starts_on_its_data()
    {
        var folder = TemporaryFolder.Create();
        string key;
        await using (var host = new SampleHost("services", folder))
        {
            await host.UntilReadyAsync();
            key = (await host.EnvironmentOfAsync("back-end"))["Sample__Key"];
            host.Processes().Count.ShouldBe(4);

            await host.EndAsync("-KILL");

            await host.UntilAsync(() => host.Processes().Count == 0, "it has ended");
        }
        await using (var next = new SampleHost("services", folder))
        {
            await next.UntilReadyAsync();
            (await next.EnvironmentOfAsync("back-end"))["Sample__Key"].ShouldBe(key);
        }
        TemporaryFolder.Remove(folder);
    }

    [Fact]
    public async Task A_service_that_dies_at_start_is_named_with_its_last_words()
    {
        await using var host = new SampleHost("dies");

        (await host.ExitCodeAsync()).ShouldBe(1);

        host.Errors.ShouldContain("mortal ended at start with code 3");
        host.Errors.ShouldContain("the sample has no reason to live");
        host.Processes().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_second_instance_on_the_same_data_is_refused()
    {
        await using var host = new SampleHost("services");
        await host.UntilReadyAsync();
        await using var second = new SampleHost("services", host.DataFolder);

        (await second.ExitCodeAsync()).ShouldBe(1);

        second.Errors.ShouldContain($"in use by another instance (process {host.ProcessId})");
        StateOf(host, "front").ShouldBe("Running");
    }

    [Fact]
    public async Task A_port_in_use_is_named_before_anything_starts()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var taken = ((IPEndPoint)holder.LocalEndpoint).Port;

        await using (var host = new SampleHost("services", port: taken))
        {
            (await host.ExitCodeAsync()).ShouldBe(1);
            host.Errors.ShouldContain($"port {taken}, wanted for front (http), is in use by ");
            File.Exists(host.Journal).ShouldBeFalse();
        }
        await using (var host = new SampleHost("services", operationsPort: taken))
        {
            (await host.ExitCodeAsync()).ShouldBe(1);
            host.Errors.ShouldContain($"port {taken}, wanted for the operations page, is in use by ");
        }
    }

    [Fact]
    public async Task A_circle_of_waits_is_told_instead_of_waited_out()
    {
        await using var host = new SampleHost("circle");
        (await host.ExitCodeAsync()).ShouldBe(1);
        host.Errors.ShouldContain("one → two → one");
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_written_is_named()
    {
        await using var host = new SampleHost("services", "/proc/nowhere");
        (await host.ExitCodeAsync()).ShouldBe(1);
        host.Errors.ShouldContain("the data folder /proc/nowhere can't be written");
    }

    private static string? StateOf(SampleHost host, string name) => host.Resource(name).GetProperty("state").GetString();

    private static bool IsBack(SampleHost host, string name, int restarts) =>
        host.Resource(name) is var resource
        && resource.GetProperty("health").GetString() == "Healthy"
        && resource.GetProperty("restarts").GetInt32() == restarts;
}
