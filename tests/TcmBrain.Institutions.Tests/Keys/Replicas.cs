using System.Text.Json;
using Npgsql;
using TcmBrain.Contracts.Demo;
using TcmBrain.Testing;

namespace TcmBrain.Institutions.Tests;

/// <summary>Services of a test's own, beside the fixture's.</summary>
internal static class Replicas
{
    public static async Task<string> TokenAsync(TestService service, string clientId)
    {
        using var client = service.Client();
        using var form = new FormUrlEncodedContent(
            new Dictionary<string, string>
            {
                ["grant_type"] = "client_credentials",
                ["client_id"] = clientId,
                ["client_secret"] = DemoRegion.ClientOf(clientId).Secret,
            }
        );
        var answer = await client.PostAsync("/oauth/token", form);
        var text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue(text);
        return JsonDocument.Parse(text).RootElement.GetProperty("access_token").GetString()!;
    }

    public static async Task<string> NextKeyAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand("select kid from institutions.signing_key where status = 'next'");
        return (string)(await command.ExecuteScalarAsync())!;
    }

    public static async Task AgeNextKeyAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(
            "update institutions.signing_key set created_at = created_at - interval '1 minute' where status = 'next'"
        );
        await command.ExecuteNonQueryAsync();
    }
}
