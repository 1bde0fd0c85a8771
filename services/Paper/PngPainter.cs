using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace TcmBrain.Paper;

/// <summary>A page as a grey picture, for the screen and for printers that take no PDF.</summary>
public static class PngPainter
{
    /// <summary>Dots a millimetre: 300 dpi.</summary>
    private const double Dots = 300 / 25.4;

    public static byte[] Draw(Sheet sheet, TrueTypeFont font)
    {
        var raster = new Raster((int)Math.Round(sheet.Width * Dots), (int)Math.Round(sheet.Height * Dots));
        foreach (var mark in sheet.Marks)
        {
            switch (mark)
            {
                case TextMark text:
                    Write(raster, font, text);
                    break;
                case BoxMark box:
                    raster.Box(box.X * Dots, box.Y * Dots, box.Width * Dots, box.Height * Dots, box.Ink);
                    break;
                case LineMark line:
                    Fill(raster, AlongLine(line), line.Ink);
                    break;
                case AreaMark area:
                    Fill(raster, area.Corners, area.Ink);
                    break;
                case CodeMark code:
                    var (modules, runs) = QrSquares.Of(code.Content);
                    // Whole dots a module: every square is as sharp as the next.
                    var side = Math.Max(1, Math.Floor(code.Side * Dots / modules));
                    var inset = (code.Side * Dots - side * modules) / 2;
                    foreach (var (x, y, length) in runs)
                    {
                        raster.Box(
                            Math.Round(code.X * Dots + inset) + x * side,
                            Math.Round(code.Y * Dots + inset) + y * side,
                            length * side,
                            side
                        );
                    }

                    break;
            }
        }

        return Encode(raster);
    }

    private static void Write(Raster raster, TrueTypeFont font, TextMark text)
    {
        var glyphs = text.Text.EnumerateRunes().Select(rune => font.GlyphOf(rune.Value)).ToList();
        var em = text.Size * Dots;
        var width = glyphs.Sum(glyph => font.AdvanceOf(glyph) * em / font.UnitsPerEm);
        var fit = Math.Min(1, text.Width * Dots / Math.Max(1, width));
        em *= fit;
        var scale = em / font.UnitsPerEm;
        var x =
            text.X * Dots
            - text.Align switch
            {
                Align.Middle => width * fit / 2,
                Align.End => width * fit,
                _ => 0,
            };
        foreach (var glyph in glyphs)
        {
            var outline = font.OutlineOf(glyph);
            raster.Fill(outline, x, text.Y * Dots, scale, text.Ink);
            if (text.Bold)
            {
                raster.Fill(outline, x + em * 0.03, text.Y * Dots, scale, text.Ink);
            }

            x += font.AdvanceOf(glyph) * scale;
        }
    }

    private static void Fill(Raster raster, IReadOnlyList<(double X, double Y)> corners, Ink ink) =>
        // Upwards in an outline, downwards on paper.
        raster.Fill(
            [
                [.. corners.Select(c => new OutlinePoint(c.X, -c.Y, true))],
            ],
            0,
            0,
            Dots,
            ink
        );

    /// <summary>The line as what it covers.</summary>
    private static (double X, double Y)[] AlongLine(LineMark line)
    {
        var (dx, dy) = (line.X2 - line.X1, line.Y2 - line.Y1);
        var half = line.Width / 2 / Math.Max(1e-9, Math.Sqrt(dx * dx + dy * dy));
        var (x, y) = (-dy * half, dx * half);
        return [(line.X1 + x, line.Y1 + y), (line.X2 + x, line.Y2 + y), (line.X2 - x, line.Y2 - y), (line.X1 - x, line.Y1 - y)];
    }

    private static byte[] Encode(Raster raster)
    {
        using var stream = new MemoryStream();
        stream.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, raster.Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), raster.Height);
        // Eight bits, grey.
        header[8] = 8;
        Chunk(stream, "IHDR", header);
        var resolution = new byte[9];
        BinaryPrimitives.WriteInt32BigEndian(resolution, 11811);
        BinaryPrimitives.WriteInt32BigEndian(resolution.AsSpan(4), 11811);
        resolution[8] = 1;
        Chunk(stream, "pHYs", resolution);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (var y = 0; y < raster.Height; y++)
            {
                zlib.WriteByte(0);
                zlib.Write(raster.Row(y));
            }
        }

        Chunk(stream, "IDAT", packed.ToArray());
        Chunk(stream, "IEND", []);
        return stream.ToArray();
    }

    private static void Chunk(MemoryStream stream, string kind, byte[] content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        stream.Write(number);
        byte[] body = [.. Encoding.ASCII.GetBytes(kind), .. content];
        stream.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body));
        stream.Write(number);
    }

    /// <summary>CRC-32 of PNG (ISO 3309).</summary>
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
            }
        }

        return ~crc;
    }
}
