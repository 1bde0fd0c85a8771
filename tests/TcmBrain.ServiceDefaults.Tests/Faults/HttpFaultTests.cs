using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Npgsql;
using TcmBrain.MachineServers;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Storage;
using TcmBrain.Testing;

namespace TcmBrain.ServiceDefaults.Tests.Faults;

public sealed class HttpFaultTests : IAsyncLifetime
{
    public sealed record Order(string Herb, int Milligrams);

    private static readonly FaultDefinition Heavy = new("TST-0001", 422, "第{0}味药过重", "herb {0} is too heavy");
    private TestApp app = null!;
    private HttpClient client = null!;

    public async ValueTask InitializeAsync()
    {
        app = await TestApp.StartAsync(
            routes =>
            {
                routes.MapGet("/boom", string () => throw new InvalidOperationException("secret detail"));
                routes.MapPost(
                    "/orders",
                    (Order order) =>
                        new FaultList().Require(order.Milligrams < 10, Heavy, "milligrams", 7).Require(order.Herb != "", Heavy, "herb", 8)
                );
                routes.MapPost(
                    "/refuse",
                    void () => new FaultList().Add(Heavy, "lines[6].milligrams", 7).Add(Heavy, "lines[8].milligrams", 9).ThrowIfAny()
                );
                routes.MapGet(
                    "/slow",
                    string () =>
                        throw new FaultException(429, GeneralFaults.TooManyRequests.At("")) { RetryAfter = TimeSpan.FromSeconds(1.2) }
                );
                routes.MapGet(
                    "/database",
                    async (NpgsqlDataSource database) =>
                    {
                        await using var c = await database.OpenConnectionAsync();
                    }
                );
                routes.MapPost(
                    "/sink",
                    async (HttpContext context) =>
                    {
                        await context.Request.Body.CopyToAsync(Stream.Null);
                    }
                );
            },
            builder => builder.AddDatabase(),
            ("ConnectionStrings:database", $"Host=127.0.0.1;Port={Ports.Free()};Username=u;Password=p;Database=d;Timeout=1")
        );
        client = app.Client(TestTokens.Of("a", "b", "330100"));
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await app.DisposeAsync();
    }

    private Task<HttpResponseMessage> Post(string path, byte[] body) =>
        client.PostAsync(path, new ByteArrayContent(body) { Headers = { { "Content-Type", "application/json" } } });

    [Fact]
    public async Task What_nobody_foresaw_is_GEN_0500_without_a_detail()
    {
        var answer = await client.GetAsync("/boom");
        await answer.ShouldBeProblem(500, "GEN-0500");
        (await answer.Content.ReadAsStringAsync()).ShouldNotContain("secret");
    }

    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    public async Task No_environment_shows_more_than_another(string environment)
    {
        await using var other = await TestApp.StartAsync(
            routes => routes.MapGet("/boom", string () => throw new InvalidOperationException("secret detail")),
            null,
            ("environment", environment)
        );
        other.App.Environment.EnvironmentName.ShouldBe(environment);
        using var caller = other.Client(TestTokens.Of("a", "b", "330100"));
        await (await caller.GetAsync("/boom")).ShouldBeProblem(500, "GEN-0500");
        using var nobody = other.Client();
        await (await nobody.GetAsync("/boom")).ShouldBeProblem(401, "GEN-0001");
    }

    [Fact]
    public async Task Every_fault_is_named_and_located()
    {
        var problem = await (await Post("/refuse", [])).ShouldBeProblem(422, "TST-0001");
        problem.GetProperty("faults").GetArrayLength().ShouldBe(2);
        problem.GetProperty("faults")[1].GetProperty("field").GetString().ShouldBe("lines[8].milligrams");
        problem.GetProperty("faults")[1].GetProperty("zh").GetString().ShouldBe("第9味药过重");
    }

    [Fact]
    public async Task Broken_json_is_malformed()
    {
        await (await Post("/orders", "{"u8.ToArray())).ShouldBeProblem(400, "GEN-0003");
        await (await Post("/orders", "[]"u8.ToArray())).ShouldBeProblem(400, "GEN-0003");
        await (await Post("/orders", ""u8.ToArray())).ShouldBeProblem(400, "GEN-0003");
    }

    [Fact]
    public async Task A_wrong_type_is_located()
    {
        var problem = await (await Post("/orders", """{"herb":"甘草","milligrams":"many"}"""u8.ToArray())).ShouldBeProblem(400, "GEN-0003");
        problem.GetProperty("faults")[0].GetProperty("field").GetString().ShouldBe("milligrams");
        await (await Post("/orders", """{"herb":null,"milligrams":1}"""u8.ToArray())).ShouldBeProblem(400, "GEN-0003");
        await (await Post("/orders", """{"herb":"a","herb":"b","milligrams":1}"""u8.ToArray())).ShouldBeProblem(400, "GEN-0003");
    }

    [Fact]
    public async Task Invalid_utf8_is_said_to_be_so() =>
        await (await Post("/orders", [.. "{\"herb\":\""u8, 0xFF, 0xFE, .. "\",\"milligrams\":1}"u8])).ShouldBeProblem(400, "GEN-0004");

    [Fact]
    public async Task A_wrong_media_type_is_415() =>
        await (await client.PostAsync("/orders", new StringContent("x", Encoding.UTF8, "text/plain"))).ShouldBeProblem(415, "GEN-0008");

    [Fact]
    public async Task Over_one_mebibyte_is_413_however_long_it_is_sent()
    {
        var large = new byte[20 << 20];
        for (var i = 0; i < 30; i++)
        {
            await (await Post("/sink", large[..((1 << 20) + 1)])).ShouldBeProblem(413, "GEN-0005");
            await (await Post("/sink", large)).ShouldBeProblem(413, "GEN-0005");
            await (await Post("/nowhere", large)).ShouldBeProblem(404, "GEN-0006");
        }

        (await Post("/sink", new byte[1 << 20])).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_unknown_address_and_a_wrong_method_are_coded()
    {
        await (await client.GetAsync("/nowhere")).ShouldBeProblem(404, "GEN-0006");
        var wrong = await client.DeleteAsync("/boom");
        await wrong.ShouldBeProblem(405, "GEN-0007");
        wrong.Content.Headers.Allow.ShouldContain("GET");
    }

    [Fact]
    public async Task Retry_after_is_whole_seconds_rounded_up()
    {
        var answer = await client.GetAsync("/slow");
        await answer.ShouldBeProblem(429, "GEN-0009");
        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task A_database_that_is_away_is_503_and_health_says_so_while_the_service_lives()
    {
        await (await client.GetAsync("/database")).ShouldBeProblem(503, "GEN-0503");
        using var anyone = app.Client();
        (await anyone.GetAsync("/health")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await anyone.GetAsync("/alive")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public void The_catalogue_is_documented() => FaultCatalogue.Check(typeof(GeneralFaults), "general", "GEN");
}
