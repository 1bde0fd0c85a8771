using System.Globalization;
using System.Net;
using System.Text;

namespace TcmBrain.Paper;

/// <summary>A drawing as SVG for the screen; texts are set in the reader's own fonts. Codes and links are not drawn.</summary>
public static class SvgPainter
{
    /// <param name="title">what a screen reader says of it</param>
    public static string Draw(Sheet sheet, string title)
    {
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {sheet.Width:0.###} {sheet.Height:0.###}\" role=\"img\" font-family=\"sans-serif\"><title>{WebUtility.HtmlEncode(title)}</title>"
        );
        foreach (var mark in sheet.Marks)
        {
            Draw(svg, mark);
        }

        return svg.Append("</svg>").ToString();
    }

    private static void Draw(StringBuilder svg, Mark mark)
    {
        switch (mark)
        {
            case TextMark text:
                var anchor = text.Align switch
                {
                    Align.Middle => "middle",
                    Align.End => "end",
                    _ => "start",
                };
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"<text x=\"{text.X:0.###}\" y=\"{text.Y:0.###}\" font-size=\"{text.Size:0.###}\" text-anchor=\"{anchor}\" fill=\"{Colour(text.Ink)}\"{(text.Bold ? " font-weight=\"bold\"" : "")}>{WebUtility.HtmlEncode(text.Text)}</text>"
                );
                break;
            case BoxMark box:
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"<rect x=\"{box.X:0.###}\" y=\"{box.Y:0.###}\" width=\"{box.Width:0.###}\" height=\"{box.Height:0.###}\" fill=\"{Colour(box.Ink)}\"/>"
                );
                break;
            case LineMark line:
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"<line x1=\"{line.X1:0.###}\" y1=\"{line.Y1:0.###}\" x2=\"{line.X2:0.###}\" y2=\"{line.Y2:0.###}\" stroke=\"{Colour(line.Ink)}\" stroke-width=\"{line.Width:0.###}\"/>"
                );
                break;
            case AreaMark area:
                var points = string.Join(
                    ' ',
                    area.Corners.Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.X:0.###},{c.Y:0.###}"))
                );
                svg.Append(CultureInfo.InvariantCulture, $"<polygon points=\"{points}\" fill=\"{Colour(area.Ink)}\"/>");
                break;
        }
    }

    private static string Colour(Ink ink) => string.Create(CultureInfo.InvariantCulture, $"#{ink.Red:x2}{ink.Green:x2}{ink.Blue:x2}");
}
