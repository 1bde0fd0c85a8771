namespace TcmBrain.Paper;

/// <summary>A colour to draw with; black when nothing is said.</summary>
public readonly record struct Ink(byte Red, byte Green, byte Blue)
{
    public static readonly Ink Black = new(0, 0, 0);
    public static readonly Ink White = new(255, 255, 255);

    /// <summary>How light it is, 0 to 255 (ITU-R BT.601).</summary>
    internal byte Luminance => (byte)((299 * Red + 587 * Green + 114 * Blue) / 1000);

    /// <exception cref="FormatException">It is not of the form #rrggbb.</exception>
    public static Ink Of(string text) =>
        text is ['#', _, _, _, _, _, _] && Convert.FromHexString(text[1..]) is [var red, var green, var blue]
            ? new Ink(red, green, blue)
            : throw new FormatException($"'{text}' is no colour.");
}

/// <summary>Where a text stands to its X.</summary>
public enum Align
{
    Start,
    Middle,
    End,
}

/// <summary>Something drawn; lengths in millimetres from the upper left corner.</summary>
public abstract record Mark;

/// <param name="Y">of the line that the letters stand on</param>
/// <param name="Size">height of the em, mm</param>
/// <param name="Width">it is set smaller when it would be wider</param>
public sealed record TextMark(
    double X,
    double Y,
    double Size,
    string Text,
    double Width,
    Ink Ink = default,
    bool Bold = false,
    Align Align = Align.Start
) : Mark;

public sealed record BoxMark(double X, double Y, double Width, double Height, Ink Ink = default) : Mark;

public sealed record LineMark(double X1, double Y1, double X2, double Y2, double Width, Ink Ink = default) : Mark;

/// <summary>An area within its corners, closed by itself.</summary>
public sealed record AreaMark(IReadOnlyList<(double X, double Y)> Corners, Ink Ink = default) : Mark;

public sealed record CodeMark(double X, double Y, double Side, string Content) : Mark;

/// <summary>Where a click leads, in a PDF; invisible. A picture has none.</summary>
/// <param name="Address">absolute</param>
public sealed record LinkMark(double X, double Y, double Width, double Height, string Address) : Mark;

/// <summary>A page, ready to be drawn in whatever form.</summary>
public sealed record Sheet(double Width, double Height, IReadOnlyList<Mark> Marks);
