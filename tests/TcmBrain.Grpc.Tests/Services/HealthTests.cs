using System.Net;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using TcmBrain.Grpc.Tests.Servers;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace TcmBrain.Grpc.Tests.Services;

public sealed class HealthTests : IAsyncLifetime
{
    private volatile HealthStatus database = HealthStatus.Healthy;
    private WebApplication? app;
    private GrpcChannel? channel;

    private Health.HealthClient Client => new(channel);

    public async ValueTask InitializeAsync()
    {
        var builder = EchoHouse.Quiet();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2)
        );
        builder.Services.AddGrpc();
        builder
            .Services.AddGrpcHealthChecks(health =>
            {
                health.Services.Map("pharmacy", check => check.Tags.Contains("pharmacy"));
                health.Services.Map("idle", _ => false);
            })
            .AddCheck("database", () => new HealthCheckResult(database), ["pharmacy"])
            .AddCheck("self", () => HealthCheckResult.Healthy());
        app = builder.Build();
        app.MapGrpcHealthChecksService();
        await app.StartAsync();
        channel = GrpcChannel.ForAddress(app.Urls.Single());
    }

    public async ValueTask DisposeAsync()
    {
        channel?.Dispose();
        await (app?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    [Theory]
    [InlineData("")]
    [InlineData("pharmacy")]
    public async Task Check_runs_the_checks_when_asked(string service)
    {
        (await Check(service)).ShouldBe(ServingStatus.Serving);

        database = HealthStatus.Unhealthy;
        (await Check(service)).ShouldBe(ServingStatus.NotServing);

        database = HealthStatus.Degraded;
        (await Check(service)).ShouldBe(ServingStatus.Serving);
    }

    [Fact]
    public async Task A_service_without_a_check_is_unknown() => (await Check("idle")).ShouldBe(ServingStatus.Unknown);

    [Fact]
    public async Task A_service_that_nobody_mapped_is_not_found()
    {
        var failure = await Should.ThrowAsync<RpcException>(() => Check("nobody"));

        failure.StatusCode.ShouldBe(StatusCode.NotFound);
    }

    [Fact]
    public async Task Watch_tells_the_status_now_and_each_change_once()
    {
        using var watch = Watch("pharmacy");
        (await Next(watch)).ShouldBe(ServingStatus.Serving);

        database = HealthStatus.Unhealthy;
        await Check("pharmacy");
        await Check("pharmacy");
        (await Next(watch)).ShouldBe(ServingStatus.NotServing);

        database = HealthStatus.Healthy;
        await Check("pharmacy");
        (await Next(watch)).ShouldBe(ServingStatus.Serving);
    }

    [Fact]
    public async Task Watch_tells_what_the_host_publishes()
    {
        using var watch = Watch("pharmacy");
        (await Next(watch)).ShouldBe(ServingStatus.Serving);

        database = HealthStatus.Unhealthy;
        var report = await app!.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        foreach (var publisher in app.Services.GetServices<IHealthCheckPublisher>())
        {
            await publisher.PublishAsync(report, default);
        }

        (await Next(watch)).ShouldBe(ServingStatus.NotServing);
    }

    [Fact]
    public async Task Watching_a_service_that_nobody_mapped_says_so_and_stays_open()
    {
        using var watch = Watch("nobody");

        (await Next(watch)).ShouldBe(ServingStatus.ServiceUnknown);
        watch.ResponseStream.MoveNext().IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_stopping_server_tells_its_watchers_and_lets_them_go()
    {
        using var watch = Watch("pharmacy");
        (await Next(watch)).ShouldBe(ServingStatus.Serving);

        var stop = app!.StopAsync();

        (await Next(watch)).ShouldBe(ServingStatus.NotServing);
        (await watch.ResponseStream.MoveNext()).ShouldBeFalse();
        await stop.WaitAsync(EchoHouse.Patience);
    }

    [Fact]
    public async Task Statuses_may_be_set_by_hand()
    {
        var health = app!.Services.GetRequiredService<global::Grpc.HealthCheck.HealthServiceImpl>();
        using var watch = Watch("manual");
        (await Next(watch)).ShouldBe(ServingStatus.ServiceUnknown);

        health.SetStatus("manual", ServingStatus.Serving);
        (await Next(watch)).ShouldBe(ServingStatus.Serving);

        health.ClearStatus("manual");
        (await Next(watch)).ShouldBe(ServingStatus.ServiceUnknown);

        health.SetStatus("manual", ServingStatus.NotServing);
        (await Next(watch)).ShouldBe(ServingStatus.NotServing);

        health.ClearAll();
        (await Next(watch)).ShouldBe(ServingStatus.ServiceUnknown);
    }

    private async Task<ServingStatus> Check(string service) =>
        (await Client.CheckAsync(new HealthCheckRequest { Service = service }, deadline: EchoHouse.Deadline)).Status;

    private AsyncServerStreamingCall<HealthCheckResponse> Watch(string service) =>
        Client.Watch(new HealthCheckRequest { Service = service }, deadline: EchoHouse.Deadline);

    private static async Task<ServingStatus> Next(AsyncServerStreamingCall<HealthCheckResponse> watch)
    {
        (await watch.ResponseStream.MoveNext()).ShouldBeTrue();
        return watch.ResponseStream.Current.Status;
    }
}
