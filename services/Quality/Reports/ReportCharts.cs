using System.Globalization;
using TcmBrain.Paper;

namespace TcmBrain.Quality.Reports;

/// <summary>The report's charts as marks: the same drawing becomes SVG on the screen and part of a page of the PDF.</summary>
internal static class ReportCharts
{
    public const double Width = 180;
    private static readonly Ink Main = Ink.Of("#2f6f5e");
    private static readonly Ink Second = Ink.Of("#c8792b");
    private static readonly Ink Soft = Ink.Of("#d9dfdc");
    private static readonly Ink Grey = Ink.Of("#5b6662");

    /// <summary>Prescriptions a day, with those intercepted in front.</summary>
    public static Sheet Daily(MonthlyReport report, bool chinese)
    {
        const double height = 58;
        const double left = 12;
        const double top = 8;
        const double bottom = height - 7;
        var marks = new List<Mark>();
        var most = Math.Max(1, report.Days.Max(d => d.Received));
        var top5 = Nice(most);
        for (var i = 0; i <= 4; i++)
        {
            var y = bottom - (bottom - top) * i / 4;
            marks.Add(new LineMark(left, y, Width, y, 0.15, Soft));
            marks.Add(new TextMark(left - 1.5, y + 1, 2.8, Number(top5 * i / 4.0), left, Grey, Align: Align.End));
        }

        var step = (Width - left) / report.Days.Count;
        for (var i = 0; i < report.Days.Count; i++)
        {
            var day = report.Days[i];
            var x = left + i * step + step * 0.15;
            Bar(day.Received, Main);
            Bar(day.Intercepted, Second);
            if (i == 0 || day.Day.Day % 5 == 0)
            {
                marks.Add(
                    new TextMark(
                        x + step * 0.35,
                        bottom + 4,
                        2.8,
                        day.Day.Day.ToString(CultureInfo.InvariantCulture),
                        step * 3,
                        Grey,
                        Align: Align.Middle
                    )
                );
            }

            void Bar(int count, Ink ink)
            {
                if (count > 0)
                {
                    var tall = (bottom - top) * count / top5;
                    marks.Add(new BoxMark(x, bottom - tall, step * 0.7, tall, ink));
                }
            }
        }

        Legend(marks, [(chinese ? "接收" : "received", Main), (chinese ? "拦截" : "intercepted", Second)]);
        return new Sheet(Width, height, marks);
    }

    /// <summary>Scores of the ranking, the best above; what could not be scored is left out.</summary>
    public static Sheet Ranking(IReadOnlyList<RankedFigures> ranked, bool chinese, int most = 14)
    {
        var shown = ranked.Where(r => r.Total is not null).Take(most).ToList();
        var height = Math.Max(1, shown.Count) * 6 + 2;
        var marks = new List<Mark>();
        const double left = 62;
        const double right = Width - 16;
        for (var i = 0; i < shown.Count; i++)
        {
            var (row, y) = (shown[i], 1.0 + i * 6);
            var wide = (right - left) * row.Total!.Value / 100_000;
            marks.Add(new TextMark(left - 2, y + 3.8, 3, chinese ? row.Place.Zh : row.Place.En, left - 4, Align: Align.End));
            marks.Add(new BoxMark(left, y + 0.8, right - left, 4, Soft));
            marks.Add(new BoxMark(left, y + 0.8, wide, 4, row.Rank is null ? Grey : Main));
            marks.Add(new TextMark(right + 2, y + 3.9, 3, Points(row.Total.Value), 14, Bold: row.Rank == 1));
        }

        return new Sheet(Width, height, marks);
    }

    /// <summary>Alerts by pattern: raised, and those still open.</summary>
    public static Sheet Alerts(MonthlyReport report, bool chinese)
    {
        var height = report.Alerts.Count * 7 + 8;
        var most = Math.Max(1, report.Alerts.Max(a => a.Raised));
        var marks = new List<Mark>();
        const double left = 62;
        const double right = Width - 16;
        for (var i = 0; i < report.Alerts.Count; i++)
        {
            var (row, y) = (report.Alerts[i], 7.0 + i * 7);
            marks.Add(new TextMark(left - 2, y + 4, 3, chinese ? row.Zh : row.En, left - 4, Align: Align.End));
            marks.Add(new LineMark(left, y, left, y + 6, 0.2, Grey));
            marks.Add(new BoxMark(left, y + 1, (right - left) * row.Raised / most, 4, Main));
            marks.Add(new BoxMark(left, y + 1, (right - left) * row.Open / most, 4, Second));
            marks.Add(
                new TextMark(
                    left + (right - left) * row.Raised / most + 2,
                    y + 4.1,
                    3,
                    row.Raised.ToString(CultureInfo.InvariantCulture),
                    14
                )
            );
        }

        Legend(marks, [(chinese ? "线索" : "raised", Main), (chinese ? "其中待处理" : "still open", Second)]);
        return new Sheet(Width, height, marks);
    }

    public static string Points(int thousandths) => (thousandths / 1000m).ToString("0.0", CultureInfo.InvariantCulture);

    private static void Legend(List<Mark> marks, (string Text, Ink Ink)[] entries)
    {
        var x = Width - 34.0 * entries.Length;
        foreach (var (text, ink) in entries)
        {
            marks.Add(new BoxMark(x, 1.2, 3, 3, ink));
            marks.Add(new TextMark(x + 4.5, 4, 3, text, 28));
            x += 34;
        }
    }

    /// <summary>The next round number that can be cut in four.</summary>
    private static int Nice(int most)
    {
        for (var scale = 4; ; scale *= 10)
        {
            foreach (var step in (ReadOnlySpan<int>)[1, 2, 3, 5])
            {
                if (scale * step >= most)
                {
                    return scale * step;
                }
            }
        }
    }

    private static string Number(double value) => value.ToString("#,0.#", CultureInfo.InvariantCulture);
}
