using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Serialization;

namespace TcmBrain.Integration.Client;

/// <summary>
/// Tokens by OAuth 2.0 client credentials, kept until shortly before they end. One for the whole process: a token serves any number of
/// calls and streams.
/// </summary>
internal sealed class AccessTokens(HttpClient http, Uri endpoint, string clientId, string secret)
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);
    private readonly SemaphoreSlim asking = new(1);
    private string token = "";
    private DateTimeOffset renewAt;

    public async Task<string> CurrentAsync(CancellationToken cancellationToken)
    {
        await asking.WaitAsync(cancellationToken);
        try
        {
            if (DateTimeOffset.UtcNow < renewAt)
            {
                return token;
            }

            using var request = new HttpRequestMessage(HttpMethod.Post, endpoint);
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic",
                Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Uri.EscapeDataString(clientId)}:{Uri.EscapeDataString(secret)}"))
            );
            request.Content = new FormUrlEncodedContent([new("grant_type", "client_credentials")]);
            using var response = await http.SendAsync(request, cancellationToken);
            response.EnsureSuccessStatusCode();
            var answer = (await response.Content.ReadFromJsonAsync<Answer>(cancellationToken))!;
            (token, renewAt) = (answer.AccessToken, DateTimeOffset.UtcNow.AddSeconds(answer.ExpiresIn) - Margin);
            return token;
        }
        finally
        {
            asking.Release();
        }
    }

    /// <summary>The platform does not take it any more; the next call asks for another.</summary>
    public void Forget() => renewAt = default;

    private sealed record Answer(
        [property: JsonPropertyName("access_token")] string AccessToken,
        [property: JsonPropertyName("expires_in")] int ExpiresIn
    );
}
