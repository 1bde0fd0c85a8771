using System.Globalization;
using System.Text;

namespace TcmBrain.Decoction.Labels;

/// <summary>Labels as PDF, one a page, with the glyphs they use embedded: what a label printer is sent.</summary>
internal sealed class PdfPainter
{
    private readonly TrueTypeFont font;
    private readonly List<GlyphFont> fonts = [];

    private PdfPainter(TrueTypeFont font) => this.font = font;

    /// <exception cref="ServiceDefaults.Faults.FaultException">DEC-0623</exception>
    public static byte[] Draw(IReadOnlyList<LabelSheet> sheets, LabelFont fonts) => new PdfPainter(fonts.Font).Draw(sheets);

    private byte[] Draw(IReadOnlyList<LabelSheet> sheets)
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
                        $"<< /Type /Page /Parent {pages} 0 R /MediaBox [0 0 {Points(sheet.Width):0.###} {Points(sheet.Height):0.###}] /Resources {resources} 0 R /Contents {stream} 0 R >>"
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
        return file.Save(file.Add(FormattableString.Invariant($"<< /Type /Catalog /Pages {pages} 0 R /Lang (zh-CN) >>")));
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
                    $"{(box.Light ? 1 : 0)} g {Points(box.X):0.###} {Points(height - box.Y - box.Height):0.###} {Points(box.Width):0.###} {Points(box.Height):0.###} re f\n"
                );
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
        var width = runes.Sum(rune => (double)font.AdvanceOf(font.GlyphOf(rune))) / font.UnitsPerEm * text.Size;
        var size = Points(text.Size) * Math.Min(1, text.Width / Math.Max(1e-6, width));
        content.Append(
            CultureInfo.InvariantCulture,
            $"{(text.Light ? "1 g 1 G" : "0 g 0 G")} BT {Points(text.X):0.###} {Points(height - text.Y):0.###} Td\n"
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

    private static double Points(double millimetres) => millimetres * 72 / 25.4;
}
