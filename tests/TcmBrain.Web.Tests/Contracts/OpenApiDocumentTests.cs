using System.Net;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TcmBrain.Contracts;

namespace TcmBrain.Web.Tests.Contracts;

/// <summary>What the services say of themselves is what is written down, and what the web's clients are made of.</summary>
public sealed class OpenApiDocumentTests
{
    private static readonly JsonSerializerOptions Written = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NewLine = "\n",
    };

    public static TheoryData<string> Services => [.. Topology.Services.Select(service => service.Name)];

    [Theory]
    [MemberData(nameof(Services))]
    public async Task The_document_is_what_the_service_serves(string service)
    {
        await using var running = await StartWithoutWorkAsync(service);
        using var client = running.Client(TestTokens.Of("reader", "", "", "operator"));
        using var document = JsonDocument.Parse(await client.GetStringAsync($"/api/{service}/openapi.json"));
        var paths = document.RootElement.GetProperty("paths").EnumerateObject().ToList();
        paths.ShouldNotBeEmpty();
        DocumentCheck.Equal(
            RepositoryRoot.Combine("docs", "contracts", "openapi", service + ".json"),
            JsonSerializer.Serialize(document.RootElement, Written) + "\n"
        );
    }

    [Fact]
    public async Task The_document_is_for_those_who_are_signed_in_and_only_the_service_s_own_is_there()
    {
        await using var running = await StartWithoutWorkAsync("quality");
        using var stranger = running.Client();
        (await stranger.GetAsync("/api/quality/openapi.json")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var reader = running.Client(TestTokens.Of("reader", "", "", "operator"));
        (await reader.GetAsync("/api/pharmacy/openapi.json")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    /// <summary>The service by its own Program, with its server but none of its background work: so it needs no database and no broker.</summary>
    private static Task<TestService> StartWithoutWorkAsync(string service)
    {
        var name = char.ToUpperInvariant(service[0]) + service[1..];
        return TestService.StartAsync(
            Assembly.Load("TcmBrain." + name),
            new Dictionary<string, string?>
            {
                ["ConnectionStrings:database"] = "Host=127.0.0.1;Port=9;Database=none;Username=none;Password=none",
                ["ConnectionStrings:rabbitmq"] = "amqp://none:none@127.0.0.1:9/",
                ["ConnectionStrings:redis"] = "127.0.0.1:9,abortConnect=false,connectTimeout=100",
                ["Tokens:Key"] = Convert.ToBase64String(new byte[32]),
                ["PatientIdentity:Key"] = Convert.ToBase64String(new byte[32]),
                ["Records:SigningKey"] = Convert.ToBase64String([.. Enumerable.Repeat((byte)1, 32)]),
                ["Log:SigningKey"] = Convert.ToBase64String([.. Enumerable.Repeat((byte)1, 32)]),
                ["Logging:LogLevel:Default"] = "None",
            },
            services =>
            {
                foreach (
                    var work in services
                        .Where(s => s.ServiceType == typeof(IHostedService) && !s.ToString().Contains("GenericWebHost"))
                        .ToList()
                )
                {
                    services.Remove(work);
                }
            }
        );
    }
}
