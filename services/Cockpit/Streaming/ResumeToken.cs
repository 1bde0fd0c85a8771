using System.Globalization;

namespace TcmBrain.Cockpit.Streaming;

/// <summary>A place in the stream of facts with the numbering that it is of: <c>4711.0a1b2c3d</c>.</summary>
/// <param name="Log">null: not said, as by who has a bare position</param>
internal readonly record struct ResumeToken(long Position, string? Log)
{
    /// <returns>null when it is none</returns>
    public static ResumeToken? Parse(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var position = dot < 0 ? text : text[..dot];
        return long.TryParse(position, NumberStyles.None, CultureInfo.InvariantCulture, out var after)
            ? new ResumeToken(after, dot < 0 ? null : text[(dot + 1)..])
            : null;
    }

    public override string ToString() =>
        Log is null ? Position.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{Position}.{Log}");
}
