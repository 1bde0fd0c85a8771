using System.Buffers.Text;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Npgsql;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.Traceability.Log;

namespace TcmBrain.Traceability.Standard;

/// <param name="Position">Where the page begins, as the list that made the token wrote it; null for the first page.</param>
/// <param name="Query">The query that the token was made for, as name and values; empty when it was made for none.</param>
public sealed record PageRequest(int PerPage, string? Position, IReadOnlyList<KeyValuePair<string, string[]>> Query);

/// <summary>
/// Paging by perPage and nextPageToken (EPCIS 2.0, 12.5). A token holds the query, the position and its expiry, sealed with the service's
/// key: any replica can go on with it, and nobody can make one up.
/// </summary>
public sealed class PageTokens(LogOptions options, NpgsqlDataSource database, TimeProvider time)
{
    public const int Default = 30;

    /// <summary>Larger values of perPage mean this.</summary>
    public const int Most = 1000;

    private const int SealBytes = 16;

    private static readonly TimeSpan Life = TimeSpan.FromHours(24);

    private readonly byte[] key = HKDF.DeriveKey(
        HashAlgorithmName.SHA256,
        Convert.FromBase64String(options.SigningKey),
        32,
        info: "epcis page tokens"u8.ToArray()
    );

    private sealed record Content(string List, string Position, long Expires, List<KeyValuePair<string, string[]>> Query);

    /// <param name="list">Name of the list: a token of another one is refused.</param>
    /// <exception cref="FaultException">perPage is no whole number above zero, or the token is not good.</exception>
    public async Task<PageRequest> ReadAsync(HttpContext context, string list, CancellationToken cancellationToken)
    {
        var asked = context.Request.Query;
        var perPage = Default;
        if (asked.TryGetValue("perPage", out var text))
        {
            perPage =
                int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
                    ? Math.Min(number, Most)
                    : throw TraceabilityFaults.BadParameter.Exception("perPage", "正整数", "a whole number above zero");
        }

        if (!asked.TryGetValue("nextPageToken", out var token))
        {
            return new PageRequest(perPage, null, []);
        }

        var content = Open(token.ToString());
        if (content is null || content.List != list || await IsEndedAsync(token.ToString(), cancellationToken))
        {
            throw TraceabilityFaults.BadPageToken.Exception("nextPageToken");
        }

        return new PageRequest(perPage, content.Position, content.Query);
    }

    /// <summary>Says where the next page is (RFC 8288) and until when.</summary>
    public void Link(
        HttpContext context,
        string list,
        int perPage,
        string position,
        IReadOnlyList<KeyValuePair<string, string[]>>? query = null
    )
    {
        var expires = time.GetUtcNow() + Life;
        var token = Seal(new Content(list, position, expires.ToUnixTimeSeconds(), [.. query ?? []]));
        var request = context.Request;
        var scheme = First(request.Headers["X-Forwarded-Proto"]) ?? request.Scheme;
        var host = First(request.Headers["X-Forwarded-Host"]) ?? request.Host.ToUriComponent();
        var target = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        var path = target.Split('?')[0];
        context.Response.Headers.Link = string.Create(
            CultureInfo.InvariantCulture,
            $"<{scheme}://{host}{path}?perPage={perPage}&nextPageToken={token}>; rel=\"next\""
        );
        context.Response.Headers["GS1-Next-Page-Token-Expires"] = Leaf.Time(expires);
    }

    /// <summary>Ends a token. One that is not good is ended already.</summary>
    public async Task EndAsync(string token, CancellationToken cancellationToken)
    {
        if (Open(token) is not { } content)
        {
            return;
        }

        await using var command = database.CreateCommand(
            """
            with gone as (delete from traceability.page_token_ended where expires < $3)
            insert into traceability.page_token_ended (token, expires) values ($1, $2) on conflict do nothing
            """
        );
        command.Parameters.Add(new() { Value = Digest(token) });
        command.Parameters.Add(new() { Value = DateTimeOffset.FromUnixTimeSeconds(content.Expires) });
        command.Parameters.Add(new() { Value = time.GetUtcNow().ToUniversalTime() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<bool> IsEndedAsync(string token, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select exists (select from traceability.page_token_ended where token = $1)");
        command.Parameters.Add(new() { Value = Digest(token) });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private string Seal(Content content)
    {
        using var packed = new MemoryStream();
        packed.Write(new byte[SealBytes]);
        using (var deflate = new DeflateStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflate.Write(JsonSerializer.SerializeToUtf8Bytes(content));
        }

        var bytes = packed.ToArray();
        HMACSHA256.HashData(key, bytes.AsSpan(SealBytes)).AsSpan(0, SealBytes).CopyTo(bytes);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Null when it is not ours, or past its time.</summary>
    private Content? Open(string token)
    {
        try
        {
            var bytes = Base64Url.DecodeFromChars(token);
            if (
                bytes.Length <= SealBytes
                || !CryptographicOperations.FixedTimeEquals(
                    HMACSHA256.HashData(key, bytes.AsSpan(SealBytes)).AsSpan(0, SealBytes),
                    bytes.AsSpan(0, SealBytes)
                )
            )
            {
                return null;
            }

            using var inflate = new DeflateStream(new MemoryStream(bytes, SealBytes, bytes.Length - SealBytes), CompressionMode.Decompress);
            var content = JsonSerializer.Deserialize<Content>(inflate);
            return content is not null && content.Expires > time.GetUtcNow().ToUnixTimeSeconds() ? content : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static byte[] Digest(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private static string? First(string? header) => string.IsNullOrEmpty(header) ? null : header.Split(',')[0].Trim();
}
