using System.Globalization;

namespace TcmBrain.Traceability.Log;

/// <summary>
/// Address of a tile as C2SP tlog-tiles writes it: <c>0/x001/x234/067</c>, a partial one <c>0/x001/x234/067.p/12</c>, and with
/// <c>entries</c> in place of the level the leaves themselves.
/// </summary>
/// <param name="Level">Null for entries.</param>
/// <param name="Width">1 to 256 hashes or entries.</param>
public readonly record struct TilePath(short? Level, long Index, int Width)
{
    public const int FullWidth = 256;
    private const int HighestLevel = 7;

    /// <summary>Null when the text is no tile's address; there is one spelling of each.</summary>
    public static TilePath? Parse(string path)
    {
        var parts = path.Split('/');
        short? level = null;
        if (parts[0] != "entries")
        {
            if (parts[0] is not [>= '0' and <= '7'])
            {
                return null;
            }

            level = (short)(parts[0][0] - '0');
        }

        var width = FullWidth;
        var digits = parts.AsSpan(1);
        if (digits.Length >= 2 && digits[^2].EndsWith(".p", StringComparison.Ordinal))
        {
            if (
                !int.TryParse(digits[^1], NumberStyles.None, CultureInfo.InvariantCulture, out width)
                || width is < 1 or >= FullWidth
                || digits[^1][0] == '0'
            )
            {
                return null;
            }

            digits[^2] = digits[^2][..^2];
            digits = digits[..^1];
        }

        long index = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var last = i == digits.Length - 1;
            var text =
                last ? digits[i]
                : digits[i].StartsWith('x') ? digits[i][1..]
                : "";
            if (text.Length != 3 || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var part) || i > 5)
            {
                return null;
            }

            // A longer spelling of a smaller number is none.
            if (i == 0 && !last && part == 0)
            {
                return null;
            }

            index = (index * 1000) + part;
        }

        return digits.Length == 0 || level > HighestLevel ? null : new TilePath(level, index, width);
    }

    /// <summary>How many hashes of the tile a tree of that size has, at most <see cref="FullWidth"/>.</summary>
    public int Available(long size)
    {
        var nodes = size >> (8 * (Level ?? 0));
        return Index > nodes / FullWidth ? 0 : (int)Math.Clamp(nodes - (Index * FullWidth), 0, FullWidth);
    }
}
