using System.Globalization;

namespace TcmBrain.Quality.Process;

/// <summary>A signal in words for people.</summary>
public static class SignalWords
{
    private static readonly Dictionary<string, (string Zh, string En)> Rules = new()
    {
        ["we1"] = ("1 点超出 3σ 控制限", "one point is beyond 3σ"),
        ["we2"] = ("连续 3 点中有 2 点在同侧 2σ 以外", "two of three points are beyond 2σ on one side"),
        ["we3"] = ("连续 5 点中有 4 点在同侧 1σ 以外", "four of five points are beyond 1σ on one side"),
        ["we4"] = ("连续 8 点在中心线同侧", "eight points in a row are on one side of the centre"),
        [ChartJudge.Range] = ("移动极差超出控制限", "the moving range is above its limit"),
        [ChartJudge.Ewma] = ("指数加权移动平均超出控制限", "the exponentially weighted moving average is outside its limits"),
    };

    public static IReadOnlyCollection<string> All => Rules.Keys;

    public static string Zh(Measure measure, string subject, string rule, int side, double value) =>
        $"{measure.NameZh}{(subject.Length > 0 ? $"({subject})" : "")}:{Rules[rule].Zh}{Side(rule, side, "偏高", "偏低")},该点 {Number(measure, value)} {measure.Unit}";

    public static string En(Measure measure, string subject, string rule, int side, double value) =>
        $"{measure.NameEn}{(subject.Length > 0 ? $" ({subject})" : "")}: {Rules[rule].En}{Side(rule, side, " (high)", " (low)")}; the point is {Number(measure, value)} {measure.Unit}";

    private static string Side(string rule, int side, string high, string low) =>
        rule == ChartJudge.Range ? ""
        : high[0] == '偏' ? "," + (side > 0 ? high : low)
        : side > 0 ? high
        : low;

    private static string Number(Measure measure, double value) =>
        Math.Round(value, measure.Decimals, MidpointRounding.AwayFromZero).ToString("0.###", CultureInfo.InvariantCulture);
}
