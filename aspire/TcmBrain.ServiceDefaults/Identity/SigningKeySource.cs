using Microsoft.Extensions.Configuration;

namespace TcmBrain.ServiceDefaults.Identity;

/// <summary>Where the public keys come from, as a JWK set (RFC 7517).</summary>
public interface ISigningKeySource
{
    /// <returns>the JWK set as JSON text</returns>
    /// <exception cref="HttpRequestException">when the source is away</exception>
    Task<string> FetchAsync(CancellationToken cancellationToken);
}

/// <summary>The keys given in configuration (<c>Identity:Jwks</c>), for tests and closed installations.</summary>
internal sealed class ConfiguredSigningKeys(string jwks) : ISigningKeySource
{
    public Task<string> FetchAsync(CancellationToken cancellationToken) => Task.FromResult(jwks);
}

/// <summary>The institutions service's published keys.</summary>
internal sealed class PublishedSigningKeys(IHttpClientFactory clients, IConfiguration configuration) : ISigningKeySource
{
    public const string Client = "tcmbrain-jwks";

    private readonly string address = configuration["Identity:JwksAddress"] ?? "http://institutions/.well-known/jwks.json";

    public async Task<string> FetchAsync(CancellationToken cancellationToken)
    {
        using var client = clients.CreateClient(Client);
        return await client.GetStringAsync(new Uri(address), cancellationToken);
    }
}
