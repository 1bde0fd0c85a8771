using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Npgsql;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.ServiceDefaults.Storage;

/// <summary>One page of a list ordered by (time, id); the token names the last row seen, so that rows added meanwhile shift nothing.</summary>
public readonly record struct Page(DateTimeOffset AfterTime, Guid AfterId, int Limit)
{
    private const int Default = 100;
    private const int Most = 500;

    /// <exception cref="FaultException"><paramref name="bad"/>: a token that is not ours, or a limit outside 1…500.</exception>
    public static Page Of(string? token, int? limit, FaultDefinition bad)
    {
        if (limit is < 1 or > Most)
        {
            throw bad.Exception("limit");
        }

        if (string.IsNullOrEmpty(token))
        {
            return new Page(DateTimeOffset.UnixEpoch, Guid.Empty, limit ?? Default);
        }

        if (
            Base64Url.IsValid(token)
            && Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)).Split('.') is [var ticks, var id]
            && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            && at <= DateTime.MaxValue.Ticks
            && Guid.TryParseExact(id, "N", out var guid)
        )
        {
            return new Page(new DateTimeOffset(at, TimeSpan.Zero), guid, limit ?? Default);
        }

        throw bad.Exception("next");
    }

    public void Bind(NpgsqlCommand command)
    {
        command.Parameters.AddWithValue("after_time", AfterTime);
        command.Parameters.AddWithValue("after_id", AfterId);
        command.Parameters.AddWithValue("limit", Limit);
    }

    /// <summary>The token of the page after this one; null when this one was not full.</summary>
    public string? Next(int count, Func<(DateTimeOffset Time, Guid Id)> last)
    {
        if (count < Limit)
        {
            return null;
        }

        var (time, id) = last();
        return Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{time.UtcTicks}.{id:N}")));
    }
}
