using System.Net.Http.Json;
using Microsoft.Extensions.Configuration;

namespace TcmBrain.ServiceDefaults.Identity;

/// <summary>Tokens that no longer hold although they have not expired. Either a session, or an account below an epoch.</summary>
public sealed record Revocation(Guid? Session, string? Account, int? Epoch);

/// <summary>What was revoked since the number asked with.</summary>
/// <param name="Seq">to be asked with the next time</param>
/// <param name="Keys">changes when the published signing keys do</param>
public sealed record RevocationNews(long Seq, string Keys, IReadOnlyList<Revocation> Items);

/// <summary>Where revocations come from.</summary>
public interface IRevocationSource
{
    /// <param name="after">0 for all that still matters</param>
    /// <exception cref="HttpRequestException">when the source is away</exception>
    Task<RevocationNews> FetchAsync(long after, CancellationToken cancellationToken);
}

/// <summary>The institutions service's list; the gateway has no way there.</summary>
internal sealed class PublishedRevocations(IHttpClientFactory clients, IConfiguration configuration) : IRevocationSource
{
    public const string Client = "tcmbrain-revocations";
    public const string Path = "/identity/revocations";

    private readonly string address = configuration["Identity:RevocationsAddress"] ?? "http://institutions" + Path;

    public async Task<RevocationNews> FetchAsync(long after, CancellationToken cancellationToken)
    {
        using var client = clients.CreateClient(Client);
        return await client.GetFromJsonAsync<RevocationNews>(
                new Uri(FormattableString.Invariant($"{address}?after={after}")),
                cancellationToken
            ) ?? throw new HttpRequestException("The list of revocations is empty.");
    }
}
