namespace TcmBrain.Decoction.Labels;

/// <summary>Something drawn on a label; lengths in millimetres from the upper left corner.</summary>
internal abstract record Mark;

/// <param name="Y">of the line that the letters stand on</param>
/// <param name="Size">height of the em, mm</param>
/// <param name="Width">it is set smaller when it would be wider</param>
internal sealed record TextMark(double X, double Y, double Size, string Text, double Width, bool Light = false, bool Bold = false) : Mark;

internal sealed record BoxMark(double X, double Y, double Width, double Height, bool Light = false) : Mark;

internal sealed record CodeMark(double X, double Y, double Side, string Content) : Mark;

/// <summary>A label, ready to be drawn in whatever form.</summary>
internal sealed record LabelSheet(double Width, double Height, IReadOnlyList<Mark> Marks);
