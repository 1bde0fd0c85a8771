using System.Globalization;

namespace TcmBrain.Exchange.Operations;

/// <summary>What a message id (UUIDv7) tells of its time.</summary>
public static class MessageIds
{
    /// <summary>The greatest id that can be given in this millisecond: whatever is told later has a greater one.</summary>
    public static Guid LastOf(DateTimeOffset instant)
    {
        var milliseconds = instant.ToUnixTimeMilliseconds().ToString("x12", CultureInfo.InvariantCulture);
        return Guid.ParseExact($"{milliseconds}{new string('f', 20)}", "N");
    }

    /// <summary>When the id was given, to the millisecond; null when it is no UUIDv7.</summary>
    public static DateTimeOffset? TimeOf(Guid id) =>
        id.Version == 7
            ? DateTimeOffset.FromUnixTimeMilliseconds(
                long.Parse(id.ToString("N").AsSpan(0, 12), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
            )
            : null;
}
