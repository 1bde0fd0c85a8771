using System.Globalization;
using System.Text;

namespace TcmBrain.Paper;

/// <summary>
/// The glyphs that a PDF uses, as a font of its own (Type 3, ISO 32000-1 9.6.5): each glyph is its outline, and a table says what sign it is, so
/// that the text can be searched and copied. At most 255 glyphs; a document with more has several.
/// </summary>
internal sealed class GlyphFont(TrueTypeFont source, bool bold)
{
    public const int Most = 255;

    private readonly Dictionary<int, byte> codes = [];
    private readonly List<int> runes = [];

    public bool Bold => bold;

    public bool Holds(int rune) => codes.ContainsKey(rune);

    public bool IsFull => runes.Count == Most;

    public byte CodeOf(int rune)
    {
        if (!codes.TryGetValue(rune, out var code))
        {
            runes.Add(rune);
            codes[rune] = code = (byte)runes.Count;
        }

        return code;
    }

    /// <summary>Writes the font's objects.</summary>
    /// <returns>the number of the font's own object</returns>
    public int Write(PdfFile file)
    {
        var procedures = new StringBuilder();
        var widths = new StringBuilder();
        var differences = new StringBuilder();
        foreach (var rune in runes)
        {
            var glyph = source.GlyphOf(rune);
            var number = file.AddStream("", Procedure(glyph));
            var name = string.Create(CultureInfo.InvariantCulture, $"/g{codes[rune]}");
            procedures.Append(CultureInfo.InvariantCulture, $"{name} {number} 0 R ");
            differences.Append(name).Append(' ');
            widths.Append(CultureInfo.InvariantCulture, $"{source.AdvanceOf(glyph)} ");
        }

        var toUnicode = file.AddStream("", ToUnicode());
        var em = source.UnitsPerEm;
        return file.Add(
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                << /Type /Font /Subtype /Type3 /FontBBox [0 {-em} {em} {em}] /FontMatrix [{1.0 / em:0.########} 0 0 {1.0
                    / em:0.########} 0 0]
                /CharProcs << {procedures}>> /Encoding << /Type /Encoding /Differences [1 {differences}] >>
                /FirstChar 1 /LastChar {runes.Count} /Widths [{widths}] /Resources << >> /ToUnicode {toUnicode} 0 R >>
                """
            )
        );
    }

    private string Procedure(int glyph)
    {
        var path = new StringBuilder();
        // d1: the colour is the text's.
        path.Append(
            CultureInfo.InvariantCulture,
            $"{source.AdvanceOf(glyph)} 0 {-source.UnitsPerEm} {-source.UnitsPerEm} {2 * source.UnitsPerEm} {source.UnitsPerEm} d1\n"
        );
        foreach (var contour in source.OutlineOf(glyph))
        {
            Trace(path, contour);
        }

        // A stroke around it makes it bold.
        path.Append(bold ? string.Create(CultureInfo.InvariantCulture, $"{source.UnitsPerEm / 32} w 1 j B\n") : "f\n");
        return path.ToString();
    }

    /// <summary>Quadratic curves as the cubic ones that PDF knows.</summary>
    private static void Trace(StringBuilder path, OutlinePoint[] contour)
    {
        var points = new List<OutlinePoint>();
        for (var i = 0; i < contour.Length; i++)
        {
            var (here, next) = (contour[i], contour[(i + 1) % contour.Length]);
            points.Add(here);
            if (!here.OnCurve && !next.OnCurve)
            {
                points.Add(new OutlinePoint((here.X + next.X) / 2, (here.Y + next.Y) / 2, true));
            }
        }

        var start = points.FindIndex(p => p.OnCurve);
        if (start < 0)
        {
            return;
        }

        var at = points[start];
        path.Append(CultureInfo.InvariantCulture, $"{at.X:0.##} {at.Y:0.##} m\n");
        for (var i = 1; i <= points.Count; i++)
        {
            var next = points[(start + i) % points.Count];
            if (next.OnCurve)
            {
                path.Append(CultureInfo.InvariantCulture, $"{next.X:0.##} {next.Y:0.##} l\n");
                at = next;
                continue;
            }

            var end = points[(start + ++i) % points.Count];
            path.Append(
                CultureInfo.InvariantCulture,
                $"{at.X + (next.X - at.X) * 2 / 3:0.##} {at.Y + (next.Y - at.Y) * 2 / 3:0.##} {end.X + (next.X - end.X) * 2 / 3:0.##} {end.Y + (next.Y - end.Y) * 2 / 3:0.##} {end.X:0.##} {end.Y:0.##} c\n"
            );
            at = end;
        }

        path.Append("h\n");
    }

    private string ToUnicode()
    {
        var map = new StringBuilder(
            """
            /CIDInit /ProcSet findresource begin 12 dict begin begincmap
            /CMapName /Paper def /CMapType 2 def
            1 begincodespacerange <00> <FF> endcodespacerange

            """
        );
        foreach (var part in runes.Chunk(100))
        {
            map.Append(CultureInfo.InvariantCulture, $"{part.Length} beginbfchar\n");
            foreach (var rune in part)
            {
                map.Append(
                    CultureInfo.InvariantCulture,
                    $"<{codes[rune]:X2}> <{Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(new Rune(rune).ToString()))}>\n"
                );
            }

            map.Append("endbfchar\n");
        }

        return map.Append("endcmap end end\n").ToString();
    }
}
