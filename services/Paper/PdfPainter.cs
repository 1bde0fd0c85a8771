using System.Globalization;
using System.Text;

namespace TcmBrain.Paper;

/// <summary>Pages as PDF with the glyphs they use embedded. The same pages give the same bytes.</summary>
public sealed class PdfPainter
{
    private readonly TrueTypeFont font;
    private readonly List<GlyphFont> fonts = [];

    private PdfPainter(TrueTypeFont font) => this.font = font;

    /// <param name="language">of the text, such as zh-CN</param>
    /// <param name="title">shown by readers; null: none</param>
    public static byte[] Draw(IReadOnlyList<Sheet> sheets, TrueTypeFont font, string language = "zh-CN", string? title = null) =>
        new PdfPainter(font).Draw(sheets, language, title);

    private byte[] Draw(IReadOnlyList<Sheet> sheets, string language, string? title)
    {
        var file = new PdfFile();
        var (pages, resources) = (file.Reserve(), file.Reserve());
        var numbers = new List<int>();
        foreach (var sheet in sheets)
        {
            var content = new StringBuilder();
            foreach (var mark in sheet.Marks)
            {
                Draw(content, mark, sheet.Height);
            }

            var stream = file.AddStream("", content.ToString());
            numbers.Add(
                file.Add(
                    FormattableString.Invariant(
                        $"<< /Type /Page /Parent {pages} 0 R /MediaBox [0 0 {Points(sheet.Width):0.###} {Points(sheet.Height):0.###}] /Resources {resources} 0 R /Contents {stream} 0 R{Links(sheet)} >>"
                    )
                )
            );
        }

        var written = fonts.Select((f, i) => FormattableString.Invariant($"/F{i} {f.Write(file)} 0 R")).ToList();
        file.Put(resources, $"<< /Font << {string.Join(' ', written)} >> >>");
        file.Put(
            pages,
            FormattableString.Invariant(
                $"<< /Type /Pages /Count {numbers.Count} /Kids [{string.Join(' ', numbers.Select(n => n.ToString(CultureInfo.InvariantCulture) + " 0 R"))}] >>"
            )
        );
        return file.Save(
            file.Add(FormattableString.Invariant($"<< /Type /Catalog /Pages {pages} 0 R /Lang ({language}) >>")),
            title is null ? null : file.Add($"<< /Title {Hexadecimal(title)} >>")
        );
    }

    private void Draw(StringBuilder content, Mark mark, double height)
    {
        switch (mark)
        {
            case TextMark text:
                Write(content, text, height);
                break;
            case BoxMark box:
                content.Append(
                    CultureInfo.InvariantCulture,
                    $"{Fill(box.Ink)} {Points(box.X):0.###} {Points(height - box.Y - box.Height):0.###} {Points(box.Width):0.###} {Points(box.Height):0.###} re f\n"
                );
                break;
            case LineMark line:
                content.Append(
                    CultureInfo.InvariantCulture,
                    $"{Fill(line.Ink).ToUpperInvariant()} {Points(line.Width):0.###} w {Points(line.X1):0.###} {Points(height - line.Y1):0.###} m {Points(line.X2):0.###} {Points(height - line.Y2):0.###} l S\n"
                );
                break;
            case AreaMark area:
                content.Append(CultureInfo.InvariantCulture, $"{Fill(area.Ink)} ");
                for (var i = 0; i < area.Corners.Count; i++)
                {
                    var (x, y) = area.Corners[i];
                    content.Append(CultureInfo.InvariantCulture, $"{Points(x):0.###} {Points(height - y):0.###} {(i == 0 ? 'm' : 'l')} ");
                }

                content.Append("h f\n");
                break;
            case CodeMark code:
                var (modules, runs) = QrSquares.Of(code.Content);
                var side = Points(code.Side) / modules;
                content.Append("0 g\n");
                foreach (var (x, y, length) in runs)
                {
                    // A hair higher, so that no printer leaves a white line between rows.
                    content.Append(
                        CultureInfo.InvariantCulture,
                        $"{Points(code.X) + x * side:0.###} {Points(height - code.Y) - (y + 1) * side:0.###} {length * side:0.###} {side * 1.02:0.###} re\n"
                    );
                }

                content.Append("f\n");
                break;
        }
    }

    private void Write(StringBuilder content, TextMark text, double height)
    {
        var runes = text.Text.EnumerateRunes().Select(rune => rune.Value).ToList();
        var width = font.WidthOf(text.Text, text.Size);
        var fit = Math.Min(1, text.Width / Math.Max(1e-6, width));
        var size = Points(text.Size) * fit;
        var x =
            text.X
            - text.Align switch
            {
                Align.Middle => width * fit / 2,
                Align.End => width * fit,
                _ => 0,
            };
        content.Append(
            CultureInfo.InvariantCulture,
            $"{Fill(text.Ink)} {Fill(text.Ink).ToUpperInvariant()} BT {Points(x):0.###} {Points(height - text.Y):0.###} Td\n"
        );
        for (var i = 0; i < runes.Count; )
        {
            var chosen = FontFor(runes[i], text.Bold);
            content.Append(CultureInfo.InvariantCulture, $"/F{fonts.IndexOf(chosen)} {size:0.###} Tf <");
            for (; i < runes.Count && FontFor(runes[i], text.Bold) == chosen; i++)
            {
                content.Append(CultureInfo.InvariantCulture, $"{chosen.CodeOf(runes[i]):X2}");
            }

            content.Append("> Tj\n");
        }

        content.Append("ET\n");
    }

    private GlyphFont FontFor(int rune, bool bold)
    {
        if (fonts.Find(f => f.Bold == bold && f.Holds(rune)) is { } holding)
        {
            return holding;
        }

        if (fonts.Find(f => f.Bold == bold && !f.IsFull) is not { } room)
        {
            room = new GlyphFont(font, bold);
            fonts.Add(room);
        }

        room.CodeOf(rune);
        return room;
    }

    /// <summary>The page's links as annotations (ISO 32000-1 12.5.6.5).</summary>
    private static string Links(Sheet sheet)
    {
        var links = sheet.Marks.OfType<LinkMark>().ToList();
        return links.Count == 0
            ? ""
            : " /Annots ["
                + string.Join(
                    ' ',
                    links.Select(link =>
                        FormattableString.Invariant(
                            $"<< /Type /Annot /Subtype /Link /Border [0 0 0] /Rect [{Points(link.X):0.###} {Points(sheet.Height - link.Y - link.Height):0.###} {Points(link.X + link.Width):0.###} {Points(sheet.Height - link.Y):0.###}] /A << /S /URI /URI ({Escaped(link.Address)}) >> >>"
                        )
                    )
                )
                + "]";
    }

    /// <summary>A byte string: what means something in it is marked, what is not ASCII is percent-encoded as addresses are.</summary>
    private static string Escaped(string address) =>
        new Uri(address)
            .AbsoluteUri.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("(", "\\(", StringComparison.Ordinal)
            .Replace(")", "\\)", StringComparison.Ordinal);

    private static string Hexadecimal(string text) => "<FEFF" + Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(text)) + ">";

    /// <summary>The operator that fills with a colour; in capitals it is the one that strokes.</summary>
    private static string Fill(Ink ink) =>
        ink == Ink.Black ? "0 g"
        : ink == Ink.White ? "1 g"
        : FormattableString.Invariant($"{ink.Red / 255.0:0.###} {ink.Green / 255.0:0.###} {ink.Blue / 255.0:0.###} rg");

    private static double Points(double millimetres) => millimetres * 72 / 25.4;
}
