using System.Globalization;

namespace TcmBrain.Cockpit.Drilling;

/// <summary>Where a page ended: the time and position of its last record.</summary>
internal readonly record struct RecordToken(DateTimeOffset At, long Id)
{
    /// <summary>Before the first page.</summary>
    public static readonly RecordToken Beginning = new(new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero), long.MaxValue);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At.UtcTicks}-{Id}");

    public static RecordToken? Parse(string text) =>
        text.Split('-') is [var ticks, var id]
        && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
        && at <= DateTime.MaxValue.Ticks
        && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            ? new(new DateTimeOffset(at, TimeSpan.Zero), position)
            : null;
}
