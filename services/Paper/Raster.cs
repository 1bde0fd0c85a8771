namespace TcmBrain.Paper;

/// <summary>A grey picture that outlines are filled into, with four lines a row for smooth edges; the filling rule is non-zero winding.</summary>
internal sealed class Raster(int width, int height)
{
    private const int Lines = 4;
    private const int CurveSteps = 6;

    private readonly byte[] grey = White(width * height);

    public int Width => width;

    public int Height => height;

    public ReadOnlySpan<byte> Row(int y) => grey.AsSpan(y * width, width);

    public void Box(double x, double y, double boxWidth, double boxHeight, Ink ink = default)
    {
        for (var row = Math.Max(0, (int)Math.Round(y)); row < Math.Min(height, (int)Math.Round(y + boxHeight)); row++)
        {
            var from = Math.Clamp((int)Math.Round(x), 0, width);
            var to = Math.Clamp((int)Math.Round(x + boxWidth), 0, width);
            grey.AsSpan(row * width + from, Math.Max(0, to - from)).Fill(ink.Luminance);
        }
    }

    /// <param name="baseline">dots from above</param>
    public void Fill(IReadOnlyList<OutlinePoint[]> outline, double x, double baseline, double scale, Ink ink)
    {
        var edges = outline.SelectMany(contour => Edges(contour, x, baseline, scale)).ToList();
        if (edges.Count == 0)
        {
            return;
        }

        var top = Math.Max(0, (int)Math.Floor(edges.Min(e => Math.Min(e.Y0, e.Y1))));
        var bottom = Math.Min(height - 1, (int)Math.Ceiling(edges.Max(e => Math.Max(e.Y0, e.Y1))));
        var cover = new double[width + 1];
        for (var row = top; row <= bottom; row++)
        {
            Array.Clear(cover);
            for (var line = 0; line < Lines; line++)
            {
                Span(edges, row + (line + 0.5) / Lines, cover);
            }

            for (var column = 0; column < width; column++)
            {
                var share = Math.Min(1, cover[column] / Lines);
                if (share > 0)
                {
                    ref var dot = ref grey[row * width + column];
                    dot = (byte)Math.Round(dot + (ink.Luminance - dot) * share);
                }
            }
        }
    }

    private void Span(List<Edge> edges, double y, double[] cover)
    {
        var crossings = new List<(double X, int Turn)>();
        foreach (var edge in edges)
        {
            if (edge.Y0 <= y != edge.Y1 <= y)
            {
                crossings.Add((edge.X0 + (y - edge.Y0) / (edge.Y1 - edge.Y0) * (edge.X1 - edge.X0), edge.Y1 > edge.Y0 ? 1 : -1));
            }
        }

        crossings.Sort((a, b) => a.X.CompareTo(b.X));
        var winding = 0;
        for (var i = 0; i + 1 < crossings.Count; i++)
        {
            winding += crossings[i].Turn;
            if (winding != 0)
            {
                Cover(cover, crossings[i].X, crossings[i + 1].X);
            }
        }
    }

    private void Cover(double[] cover, double from, double to)
    {
        from = Math.Clamp(from, 0, width);
        to = Math.Clamp(to, 0, width);
        for (var column = (int)from; column < width && column < to; column++)
        {
            cover[column] += Math.Min(to, column + 1) - Math.Max(from, column);
        }
    }

    private readonly record struct Edge(double X0, double Y0, double X1, double Y1);

    private static IEnumerable<Edge> Edges(OutlinePoint[] contour, double x, double baseline, double scale)
    {
        var line = Flatten(contour).Select(p => (X: x + p.X * scale, Y: baseline - p.Y * scale)).ToList();
        for (var i = 0; i < line.Count; i++)
        {
            var next = line[(i + 1) % line.Count];
            yield return new Edge(line[i].X, line[i].Y, next.X, next.Y);
        }
    }

    /// <summary>Between two points off the curve there is one on it, in the middle.</summary>
    private static IEnumerable<(double X, double Y)> Flatten(OutlinePoint[] contour)
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
        for (var i = 0; start >= 0 && i < points.Count; i++)
        {
            var here = points[(start + i) % points.Count];
            if (here.OnCurve)
            {
                yield return (here.X, here.Y);
                continue;
            }

            var (before, after) = (points[(start + i - 1) % points.Count], points[(start + i + 1) % points.Count]);
            for (var step = 1; step < CurveSteps; step++)
            {
                var t = (double)step / CurveSteps;
                var u = 1 - t;
                yield return (
                    u * u * before.X + 2 * u * t * here.X + t * t * after.X,
                    u * u * before.Y + 2 * u * t * here.Y + t * t * after.Y
                );
            }
        }
    }

    private static byte[] White(int size)
    {
        var all = new byte[size];
        Array.Fill(all, (byte)255);
        return all;
    }
}
