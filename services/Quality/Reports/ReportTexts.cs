using TcmBrain.Quality.Facts;

namespace TcmBrain.Quality.Reports;

/// <summary>What a report says in one of the two languages.</summary>
internal sealed class ReportTexts(bool chinese)
{
    public bool Chinese => chinese;

    public string Language => chinese ? "zh-CN" : "en";

    public string Say(string zh, string en) => chinese ? zh : en;

    public string Of(Place place) => chinese ? place.Zh : place.En;

    public string Title(MonthlyReport report) =>
        chinese
            ? $"{report.RegionZh}中医药监管月报 {report.Month}"
            : $"{report.RegionEn}: monthly report of TCM supervision, {report.Month}";

    public string Standing(MonthlyReport report, ReportItem item) =>
        (chinese ? $"第 {item.Version} 版,评价方案 {report.Edition}" : $"version {item.Version}, evaluation scheme {report.Edition}")
        + (report.Provisional ? Say("(当月未结束,为阶段性数据)", " (provisional: the month is not over)") : "");

    public string Section(string code) => FigureTable.Sections.First(s => s.Code == code) is var (_, zh, en) ? Say(zh, en) : code;

    public string Figure(Figure figure) => Say(figure.Zh, figure.En);

    public string Shares(Figure figure) => figure.Denominator is { } whole ? $"{figure.Value:#,0} / {whole:#,0}" : "";

    public string Satisfied(SatisfactionFigures satisfaction) =>
        satisfaction is { Answers: { } answers, Mean: { } mean }
            ? FormattableString.Invariant($"{mean:0.00} / 5") + Say($"({answers} 份问卷)", $" ({answers} answers)")
            : Say("问卷不足 5 份,不显示", "fewer than five answers: not shown");

    public string Rank(RankedFigures row) => row.Rank is { } rank ? rank.ToString(System.Globalization.CultureInfo.InvariantCulture) : "–";

    public string Total(RankedFigures row) => row.Total is { } total ? ReportCharts.Points(total) : "–";

    public string Known(RankedFigures row) => FormattableString.Invariant($"{row.Known / 10m:0.#} %");
}
