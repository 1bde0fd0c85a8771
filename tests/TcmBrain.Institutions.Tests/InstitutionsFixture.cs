using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;
using TcmBrain.Contracts.Demo;
using TcmBrain.Institutions.Tests;
using TcmBrain.Testing;

[assembly: AssemblyFixture(typeof(InstitutionsFixture))]

namespace TcmBrain.Institutions.Tests;

/// <summary>The service with the demo region, on a database and a virtual host of its own; tokens are its own and not the tests'.</summary>
public sealed class InstitutionsFixture : IAsyncLifetime
{
    public static readonly string TokenKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    public Servers Servers { get; } = new();

    public TestService Service { get; private set; } = null!;

    public NpgsqlDataSource Database { get; private set; } = null!;

    public string Broker { get; private set; } = null!;

    public string ConnectionString { get; private set; } = null!;

    public static Dictionary<string, string?> Settings(string database, string broker) =>
        new()
        {
            ["ConnectionStrings:database"] = database,
            ["ConnectionStrings:rabbitmq"] = broker,
            ["Tokens:Key"] = TokenKey,
            ["Identity:Jwks"] = "",
            ["Demo:Enabled"] = "true",
            ["SignIn:Burst"] = "100000",
        };

    public async ValueTask InitializeAsync()
    {
        ConnectionString = await Servers.DatabaseAsync("institutions");
        Broker = await Servers.BrokerAsync();
        Database = NpgsqlDataSource.Create(ConnectionString);
        Service = await StartAsync(Settings(ConnectionString, Broker));
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await Database.DisposeAsync();
        await Servers.DisposeAsync();
    }

    public static async Task<TestService> StartAsync(Dictionary<string, string?> settings) =>
        await (await TestService.StartAsync(typeof(InstitutionsFaults).Assembly, settings)).HealthyAsync();

    /// <summary>A client that has signed in as a demo program.</summary>
    public async Task<HttpClient> As(string clientId) => Service.Client(await TokenOf(clientId));

    public async Task<string> TokenOf(string clientId)
    {
        var answer = await TokenRequest(clientId, DemoRegion.ClientOf(clientId).Secret);
        var text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue(text);
        return JsonDocument.Parse(text).RootElement.GetProperty("access_token").GetString()!;
    }

    public async Task<HttpResponseMessage> TokenRequest(string id, string secret, string grant = "client_credentials", string? from = null)
    {
        using var client = Service.Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/oauth/token")
        {
            Content = new FormUrlEncodedContent(
                new Dictionary<string, string>
                {
                    ["grant_type"] = grant,
                    ["client_id"] = id,
                    ["client_secret"] = secret,
                }
            ),
        };
        if (from is not null)
        {
            request.Headers.Add("X-Forwarded-For", from);
        }

        return await client.SendAsync(request);
    }

    /// <summary>As if the next signing key had been published a minute earlier, so that it may be rotated in.</summary>
    public async Task AgeNextKeyAsync()
    {
        await using var command = Database.CreateCommand(
            "update institutions.signing_key set created_at = created_at - interval '1 minute' where status = 'next'"
        );
        await command.ExecuteNonQueryAsync();
    }

    public async Task<IReadOnlyList<string>> OutboxAsync(Guid aggregate)
    {
        await using var command = Database.CreateCommand(
            "select type || ' ' || version from exchange.outbox where aggregate_id = $1 order by version"
        );
        command.Parameters.Add(new NpgsqlParameter { Value = aggregate });
        await using var reader = await command.ExecuteReaderAsync();
        var told = new List<string>();
        while (await reader.ReadAsync())
        {
            told.Add(reader.GetString(0));
        }

        return told;
    }
}

internal static class Answers
{
    public static async Task<JsonElement> Json(this HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;

    public static async Task<JsonElement> ShouldRefuse(this HttpResponseMessage response, int status, string code)
    {
        var text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBe(status, text);
        var problem = JsonDocument.Parse(text).RootElement;
        problem.GetProperty("code").GetString().ShouldBe(code, text);
        return problem;
    }

    public static IReadOnlyList<string> FaultsOf(JsonElement problem) =>
        [
            .. problem
                .GetProperty("faults")
                .EnumerateArray()
                .Select(fault => $"{fault.GetProperty("code").GetString()} {fault.GetProperty("field").GetString()}"),
        ];

    public static Task<HttpResponseMessage> PostWithTag(this HttpClient client, string path, object? body, string? tag)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (tag is not null)
        {
            request.Headers.IfMatch.Add(EntityTagHeaderValue.Parse(tag));
        }

        return client.SendAsync(request);
    }
}
