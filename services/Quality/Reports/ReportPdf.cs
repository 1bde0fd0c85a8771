using TcmBrain.Paper;

namespace TcmBrain.Quality.Reports;

/// <summary>A frozen report as PDF, A4: the same numbers and charts as its HTML; numbers lead to their records.</summary>
internal sealed class ReportPdf
{
    private const double PageWidth = 210;
    private const double PageHeight = 297;
    private const double Left = 15;
    private const double Right = PageWidth - 15;
    private const double Bottom = PageHeight - 18;
    private static readonly Ink Green = Ink.Of("#2f6f5e");
    private static readonly Ink Grey = Ink.Of("#5b6662");
    private static readonly Ink Rule = Ink.Of("#d9dfdc");

    private readonly List<List<Mark>> pages = [];
    private readonly string address;
    private double y;

    private ReportPdf(string address) => this.address = address;

    /// <param name="address">scheme and host where the web is served, for the links</param>
    public static byte[] Draw(MonthlyReport report, ReportItem item, ReportTexts texts, TrueTypeFont font, string address) =>
        new ReportPdf(address).Draw(report, item, texts, font);

    private byte[] Draw(MonthlyReport report, ReportItem item, ReportTexts texts, TrueTypeFont font)
    {
        Turn();
        Text(texts.Title(report), 6.5, 10, bold: true);
        Text(texts.Standing(report, item), 3.4, 6, Grey);
        foreach (var (code, _, _) in FigureTable.Sections)
        {
            Head(texts.Section(code), 3);
            foreach (var figure in report.Figures.Where(f => f.Section == code))
            {
                Row(texts.Figure(figure), [figure.Shown, texts.Shares(figure)], figure.Page);
            }

            if (code == FigureTable.Prescriptions)
            {
                Chart(ReportCharts.Daily(report, texts.Chinese));
            }
        }

        Head(texts.Say("行为监管线索", "Behaviour supervision"), 8);
        Chart(ReportCharts.Alerts(report, texts.Chinese));
        Row(
            texts.Say("规则", "Pattern"),
            [texts.Say("线索", "Raised"), texts.Say("待处理", "Open"), texts.Say("属实", "Confirmed")],
            null,
            bold: true
        );
        foreach (var alert in report.Alerts)
        {
            Row(
                texts.Say(alert.Zh, alert.En),
                [$"{alert.Raised}", $"{alert.Open}", $"{alert.Confirmed}"],
                $"/supervision?month={report.Month}&pattern={alert.Pattern}"
            );
        }

        Ranking(report, report.Hospitals, "hospital", texts.Say("医疗机构评价排名", "Ranking of hospitals"), texts);
        Ranking(report, report.Centres, "centre", texts.Say("共享药房(煎药中心)评价排名", "Ranking of centres"), texts);
        Head(texts.Say("患者满意度", "Patients' satisfaction"), 1);
        Row(
            texts.Say("总体满意程度", "Overall satisfaction"),
            [texts.Satisfied(report.Satisfaction)],
            $"/satisfaction?period={report.Month}"
        );
        return PdfPainter.Draw(
            [.. pages.Select((marks, i) => new Sheet(PageWidth, PageHeight, [.. marks, .. Foot(item, i)]))],
            font,
            texts.Language,
            texts.Title(report)
        );
    }

    private void Ranking(MonthlyReport report, IReadOnlyList<RankedFigures> rows, string group, string title, ReportTexts texts)
    {
        Head(title, 6);
        if (rows.Any(r => r.Total is not null))
        {
            Chart(ReportCharts.Ranking(rows, texts.Chinese));
        }

        Row(
            texts.Say("机构", "Institution"),
            [texts.Say("名次", "Rank"), texts.Say("得分", "Score"), texts.Say("数据覆盖", "Known")],
            null,
            bold: true
        );
        foreach (var row in rows)
        {
            Row(
                texts.Of(row.Place),
                [texts.Rank(row), texts.Total(row), texts.Known(row)],
                $"/evaluation/{row.Place.Code}?group={group}&period={report.Month}"
            );
        }
    }

    private IEnumerable<Mark> Foot(ReportItem item, int page) =>
        [
            new LineMark(Left, PageHeight - 13, Right, PageHeight - 13, 0.2, Rule),
            new TextMark(Left, PageHeight - 9, 2.6, $"SHA-256 {item.Sha256}", 150, Grey),
            new TextMark(Right, PageHeight - 9, 2.8, $"{page + 1} / {pages.Count}", 20, Grey, Align: Align.End),
        ];

    private void Turn()
    {
        pages.Add([]);
        y = 18;
    }

    private void Need(double height)
    {
        if (y + height > Bottom)
        {
            Turn();
        }
    }

    private void Text(string text, double size, double lead, Ink ink = default, bool bold = false)
    {
        Need(lead);
        pages[^1].Add(new TextMark(Left, y + size, size, text, Right - Left, ink, bold));
        y += lead;
    }

    /// <param name="rows">lines that have to stand on the same page as their head</param>
    private void Head(string text, int rows)
    {
        Need(12 + 6 * rows);
        y += 4;
        pages[^1].Add(new TextMark(Left, y + 4.4, 4.6, text, Right - Left, Green, Bold: true));
        pages[^1].Add(new LineMark(Left, y + 6.4, Right, y + 6.4, 0.4, Green));
        y += 8;
    }

    private void Row(string label, string[] cells, string? page, bool bold = false)
    {
        const double cell = 30;
        Need(6);
        var marks = pages[^1];
        var labelWidth = Right - Left - cell * cells.Length;
        if (cells.Length == 1)
        {
            labelWidth = 70;
        }

        marks.Add(new TextMark(Left, y + 4, 3.4, label, labelWidth, Bold: bold));
        for (var i = 0; i < cells.Length; i++)
        {
            var x = Right - cell * (cells.Length - 1 - i);
            marks.Add(new TextMark(x, y + 4, 3.4, cells[i], cells.Length == 1 ? 100 : cell - 2, Bold: bold, Align: Align.End));
        }

        if (page is not null)
        {
            marks.Add(new LinkMark(Left, y, Right - Left, 5.6, address + page));
        }

        marks.Add(new LineMark(Left, y + 5.6, Right, y + 5.6, 0.1, Rule));
        y += 6;
    }

    private void Chart(Sheet chart)
    {
        Need(chart.Height + 2);
        y += 1;
        foreach (var mark in chart.Marks)
        {
            pages[^1]
                .Add(
                    mark switch
                    {
                        TextMark text => text with { X = text.X + Left, Y = text.Y + y },
                        BoxMark box => box with { X = box.X + Left, Y = box.Y + y },
                        LineMark line => line with { X1 = line.X1 + Left, X2 = line.X2 + Left, Y1 = line.Y1 + y, Y2 = line.Y2 + y },
                        _ => mark,
                    }
                );
        }

        y += chart.Height + 1;
    }
}
