using System.Buffers.Binary;

namespace TcmBrain.Paper;

/// <summary>A point of an outline in font units; off the curve it is the control point of a quadratic curve.</summary>
public readonly record struct OutlinePoint(double X, double Y, bool OnCurve);

/// <summary>
/// A font with TrueType outlines, alone or the first of a collection: what drawing needs of it and no more (OpenType 1.9: cmap formats 4
/// and 12, glyf, hmtx). Kerning, hinting and composition of scripts are not needed for Chinese.
/// </summary>
public sealed class TrueTypeFont
{
    private readonly byte[] data;
    private readonly Dictionary<string, (int Offset, int Length)> tables = [];
    private readonly int cmap;
    private readonly int cmapFormat;
    private readonly bool longOffsets;
    private readonly int metrics;

    /// <exception cref="InvalidDataException">It has no TrueType outlines, or no Unicode table.</exception>
    public TrueTypeFont(byte[] file)
    {
        data = file;
        var start = file.AsSpan(0, 4).SequenceEqual("ttcf"u8) ? (int)U32(12) : 0;
        for (var i = 0; i < U16(start + 4); i++)
        {
            var entry = start + 12 + 16 * i;
            tables[System.Text.Encoding.ASCII.GetString(file, entry, 4)] = ((int)U32(entry + 8), (int)U32(entry + 12));
        }

        if (!tables.ContainsKey("glyf") || !tables.ContainsKey("loca"))
        {
            throw new InvalidDataException("The font has no TrueType outlines.");
        }

        UnitsPerEm = U16(Table("head") + 18);
        longOffsets = U16(Table("head") + 50) == 1;
        metrics = U16(Table("hhea") + 34);
        (cmap, cmapFormat) = FindCmap();
    }

    public int UnitsPerEm { get; }

    /// <summary>0 for what the font does not have.</summary>
    public int GlyphOf(int rune)
    {
        if (cmapFormat == 12)
        {
            var groups = (int)U32(cmap + 12);
            for (int low = 0, high = groups - 1; low <= high; )
            {
                var middle = (low + high) / 2;
                var group = cmap + 16 + 12 * middle;
                if (rune < U32(group))
                {
                    high = middle - 1;
                }
                else if (rune > U32(group + 4))
                {
                    low = middle + 1;
                }
                else
                {
                    return (int)(U32(group + 8) + (rune - U32(group)));
                }
            }

            return 0;
        }

        var segments = U16(cmap + 6) / 2;
        for (var i = 0; i < segments; i++)
        {
            if (U16(cmap + 14 + 2 * i) < rune)
            {
                continue;
            }

            var first = U16(cmap + 16 + 2 * segments + 2 * i);
            if (rune > 0xFFFF || first > rune)
            {
                return 0;
            }

            var delta = U16(cmap + 16 + 4 * segments + 2 * i);
            var at = cmap + 16 + 6 * segments + 2 * i;
            var range = U16(at);
            var glyph = range == 0 ? rune : U16(at + range + 2 * (rune - first));
            return glyph == 0 ? 0 : (glyph + delta) & 0xFFFF;
        }

        return 0;
    }

    /// <summary>How wide a text is at this size, in the size's own unit.</summary>
    public double WidthOf(string text, double size) =>
        text.EnumerateRunes().Sum(rune => (double)AdvanceOf(GlyphOf(rune.Value))) / UnitsPerEm * size;

    public int AdvanceOf(int glyph) => U16(Table("hmtx") + 4 * Math.Min(glyph, metrics - 1));

    /// <summary>The contours of a glyph, each closed.</summary>
    public List<OutlinePoint[]> OutlineOf(int glyph, int depth = 0)
    {
        var loca = Table("loca");
        var (from, to) = longOffsets
            ? ((int)U32(loca + 4 * glyph), (int)U32(loca + 4 * glyph + 4))
            : (2 * U16(loca + 2 * glyph), 2 * U16(loca + 2 * glyph + 2));
        if (from == to || depth > 5)
        {
            return [];
        }

        var at = Table("glyf") + from;
        var contours = I16(at);
        return contours >= 0 ? Simple(at, contours) : Composite(at + 10, depth);
    }

    private List<OutlinePoint[]> Simple(int at, int contours)
    {
        var ends = Enumerable.Range(0, contours).Select(i => (int)U16(at + 10 + 2 * i)).ToArray();
        var count = contours == 0 ? 0 : ends[^1] + 1;
        var p = at + 10 + 2 * contours;
        p += 2 + U16(p);
        var flags = new byte[count];
        for (var i = 0; i < count; i++)
        {
            var flag = flags[i] = data[p++];
            for (var again = (flag & 8) != 0 ? data[p++] : 0; again > 0; again--)
            {
                flags[++i] = flag;
            }
        }

        var xs = Coordinates(flags, 2, 16, ref p);
        var ys = Coordinates(flags, 4, 32, ref p);
        var outline = new List<OutlinePoint[]>(contours);
        var first = 0;
        foreach (var end in ends)
        {
            outline.Add([.. Enumerable.Range(first, end - first + 1).Select(i => new OutlinePoint(xs[i], ys[i], (flags[i] & 1) != 0))]);
            first = end + 1;
        }

        return outline;
    }

    private int[] Coordinates(byte[] flags, int shortBit, int sameBit, ref int p)
    {
        var all = new int[flags.Length];
        var value = 0;
        for (var i = 0; i < flags.Length; i++)
        {
            var same = (flags[i] & sameBit) != 0;
            if ((flags[i] & shortBit) != 0)
            {
                value += same ? data[p] : -data[p];
                p++;
            }
            else if (!same)
            {
                value += I16(p);
                p += 2;
            }

            all[i] = value;
        }

        return all;
    }

    private List<OutlinePoint[]> Composite(int p, int depth)
    {
        var outline = new List<OutlinePoint[]>();
        int flags;
        do
        {
            flags = U16(p);
            var part = U16(p + 2);
            p += 4;
            double dx,
                dy;
            if ((flags & 1) != 0)
            {
                (dx, dy) = (I16(p), I16(p + 2));
                p += 4;
            }
            else
            {
                (dx, dy) = ((sbyte)data[p], (sbyte)data[p + 1]);
                p += 2;
            }

            double a = 1,
                b = 0,
                c = 0,
                d = 1;
            if ((flags & 8) != 0)
            {
                a = d = I16(p) / 16384.0;
                p += 2;
            }
            else if ((flags & 0x40) != 0)
            {
                (a, d) = (I16(p) / 16384.0, I16(p + 2) / 16384.0);
                p += 4;
            }
            else if ((flags & 0x80) != 0)
            {
                (a, b, c, d) = (I16(p) / 16384.0, I16(p + 2) / 16384.0, I16(p + 4) / 16384.0, I16(p + 6) / 16384.0);
                p += 8;
            }

            foreach (var contour in OutlineOf(part, depth + 1))
            {
                outline.Add([.. contour.Select(q => new OutlinePoint(a * q.X + c * q.Y + dx, b * q.X + d * q.Y + dy, q.OnCurve))]);
            }
        } while ((flags & 0x20) != 0);

        return outline;
    }

    private (int Offset, int Format) FindCmap()
    {
        var table = Table("cmap");
        var found = Enumerable
            .Range(0, U16(table + 2))
            .Select(i => (Platform: U16(table + 4 + 8 * i), Offset: table + (int)U32(table + 8 + 8 * i)))
            .Where(s => s.Platform is 0 or 3 && U16(s.Offset) is 4 or 12)
            .Select(s => (s.Offset, Format: (int)U16(s.Offset)))
            .OrderByDescending(s => s.Format)
            .ToList();
        return found.Count > 0 ? found[0] : throw new InvalidDataException("The font has no Unicode table.");
    }

    private int Table(string name) => tables[name].Offset;

    private ushort U16(int at) => BinaryPrimitives.ReadUInt16BigEndian(data.AsSpan(at));

    private short I16(int at) => BinaryPrimitives.ReadInt16BigEndian(data.AsSpan(at));

    private uint U32(int at) => BinaryPrimitives.ReadUInt32BigEndian(data.AsSpan(at));
}
