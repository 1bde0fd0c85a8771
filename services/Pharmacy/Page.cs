using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Pharmacy;

/// <summary>Where a page of documents begins: after this moment and id, newest first.</summary>
internal sealed record DocumentKey(DateTimeOffset At, Guid Id);

/// <summary>A page as it is answered.</summary>
/// <param name="Next">Where the next one begins; null when this is the last.</param>
internal sealed record Paged<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>A page of a list: how many, and after which key. The token is opaque to the caller and changes nothing it may see.</summary>
internal static class Page
{
    private const int DefaultSize = 50;
    private const int MaxSize = 200;

    /// <exception cref="FaultException">Below 1 or above 200.</exception>
    public static int Size(int? limit) =>
        limit is null ? DefaultSize
        : limit is >= 1 and <= MaxSize ? limit.Value
        : throw PharmacyFaults.BadPage.Exception("limit");

    /// <exception cref="FaultException">Not a token that <see cref="Token"/> made.</exception>
    public static TKey? After<TKey>(string? next)
        where TKey : class
    {
        if (next is null)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<TKey>(Base64Url.DecodeFromChars(next)) ?? throw PharmacyFaults.BadPage.Exception("next");
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            throw PharmacyFaults.BadPage.Exception("next");
        }
    }

    /// <summary>The page of a list in the order of a moment, newest first: one more was read than is shown.</summary>
    public static Paged<T> Cut<T, TKey>(List<T> read, int size, Func<T, TKey> key)
    {
        if (read.Count <= size)
        {
            return new Paged<T>(read, null);
        }

        read.RemoveAt(size);
        return new Paged<T>(read, Token(key(read[^1])));
    }

    public static string Token<TKey>(TKey last) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(last)));
}
