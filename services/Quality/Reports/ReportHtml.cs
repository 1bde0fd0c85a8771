using System.Net;
using System.Text;
using TcmBrain.Paper;

namespace TcmBrain.Quality.Reports;

/// <summary>A frozen report as one page of HTML: no script, nothing fetched from anywhere, charts as SVG inside.</summary>
internal static class ReportHtml
{
    private const string Style = """
        body{font:15px/1.6 "Noto Sans CJK SC","Microsoft YaHei",sans-serif;color:#1d2522;background:#fff;max-width:60rem;margin:2rem auto;padding:0 1rem}
        h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;margin:2rem 0 .5rem;border-bottom:2px solid #2f6f5e}
        table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #d9dfdc}
        td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}svg{width:100%;height:auto}a{color:#1f5a4b}.small{color:#55605b;font-size:.85rem;word-break:break-all}
        @media print{body{margin:0}}
        """;

    public static string Draw(MonthlyReport report, ReportItem item, ReportTexts texts)
    {
        var html = new StringBuilder();
        html.Append(
            $"<!doctype html><html lang=\"{texts.Language}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{E(texts.Title(report))}</title><style>{Style}</style></head><body><main>"
        );
        html.Append($"<h1>{E(texts.Title(report))}</h1><p class=\"small\">{E(texts.Standing(report, item))}<br>SHA-256 {item.Sha256}</p>");
        foreach (var section in FigureTable.Sections)
        {
            html.Append($"<h2>{E(texts.Section(section.Code))}</h2><table>");
            foreach (var figure in report.Figures.Where(f => f.Section == section.Code))
            {
                html.Append(
                    $"<tr><th scope=\"row\"><a href=\"{E(figure.Page)}\">{E(texts.Figure(figure))}</a></th><td class=\"n\"><data data-code=\"{E(figure.Code)}\" value=\"{figure.Value}\">{E(figure.Shown)}</data></td><td class=\"n\">{E(texts.Shares(figure))}</td></tr>"
                );
            }

            html.Append("</table>");
            if (section.Code == FigureTable.Prescriptions)
            {
                html.Append(SvgPainter.Draw(ReportCharts.Daily(report, texts.Chinese), texts.Say("每日处方", "Prescriptions a day")));
            }
        }

        Alerts(html, report, texts);
        Ranking(html, report, report.Hospitals, "hospital", texts.Say("医疗机构评价排名", "Ranking of hospitals"), texts);
        Ranking(html, report, report.Centres, "centre", texts.Say("共享药房(煎药中心)评价排名", "Ranking of centres"), texts);
        html.Append(
            $"<h2>{E(texts.Say("患者满意度", "Patients' satisfaction"))}</h2><p><a href=\"/satisfaction?period={report.Month}\">{E(texts.Satisfied(report.Satisfaction))}</a></p>"
        );
        return html.Append("</main></body></html>").ToString();
    }

    private static void Alerts(StringBuilder html, MonthlyReport report, ReportTexts texts)
    {
        html.Append($"<h2>{E(texts.Say("行为监管线索", "Behaviour supervision"))}</h2>");
        html.Append(SvgPainter.Draw(ReportCharts.Alerts(report, texts.Chinese), texts.Say("线索按规则", "Alerts by pattern")));
        html.Append(
            $"<table><tr><th>{E(texts.Say("规则", "Pattern"))}</th><th class=\"n\">{E(texts.Say("线索", "Raised"))}</th><th class=\"n\">{E(texts.Say("待处理", "Open"))}</th><th class=\"n\">{E(texts.Say("属实", "Confirmed"))}</th></tr>"
        );
        foreach (var alert in report.Alerts)
        {
            html.Append(
                $"<tr><th scope=\"row\"><a href=\"/supervision?month={report.Month}&amp;pattern={alert.Pattern}\">{E(texts.Say(alert.Zh, alert.En))}</a></th><td class=\"n\">{alert.Raised}</td><td class=\"n\">{alert.Open}</td><td class=\"n\">{alert.Confirmed}</td></tr>"
            );
        }

        html.Append("</table>");
    }

    private static void Ranking(
        StringBuilder html,
        MonthlyReport report,
        IReadOnlyList<RankedFigures> rows,
        string group,
        string title,
        ReportTexts texts
    )
    {
        html.Append($"<h2>{E(title)}</h2>");
        if (rows.Any(r => r.Total is not null))
        {
            html.Append(SvgPainter.Draw(ReportCharts.Ranking(rows, texts.Chinese), title));
        }

        html.Append(
            $"<table><tr><th class=\"n\">{E(texts.Say("名次", "Rank"))}</th><th>{E(texts.Say("机构", "Institution"))}</th><th class=\"n\">{E(texts.Say("得分", "Score"))}</th><th class=\"n\">{E(texts.Say("数据覆盖", "Known"))}</th></tr>"
        );
        foreach (var row in rows)
        {
            html.Append(
                $"<tr><td class=\"n\">{texts.Rank(row)}</td><th scope=\"row\"><a href=\"/evaluation/{E(row.Place.Code)}?group={group}&amp;period={report.Month}\">{E(texts.Of(row.Place))}</a></th><td class=\"n\">{texts.Total(row)}</td><td class=\"n\">{texts.Known(row)}</td></tr>"
            );
        }

        html.Append("</table>");
    }

    private static string E(string text) => WebUtility.HtmlEncode(text);
}
