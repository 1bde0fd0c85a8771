using System.Globalization;
using TcmBrain.Contracts;
using TcmBrain.Paper;

namespace TcmBrain.Decoction.Labels;

/// <summary>
/// Sets a label of 100 × 70 mm, the usual size of thermal printers. Internal use has a framed 内服, external use a black bar: the two must not
/// be mistaken for each other.
/// </summary>
internal static class LabelLayout
{
    private const double Width = 100;
    private const double Height = 70;
    private const double Left = 4;
    private const double CodeSide = 27;
    private const double CodeX = Width - CodeSide - 3;
    private const double TextWidth = CodeX - Left - 2;

    public static Sheet Of(LabelContent c)
    {
        var marks = new List<Mark>();
        Head(marks, c);
        var y = 20.5;
        Line($"{c.Name}  {SexOf(c.Sex)}  {c.Age}", 5.2, 7, bold: true);
        Line($"处方号 {c.HisNumber}", 3.4, 5);
        if (c.Apart is null)
        {
            Line(
                c.BagNumber > 0 ? $"共 {c.Doses} 剂 {c.Bags} 袋  第 {c.BagNumber} 袋  每袋 {c.Millilitres} ml" : $"共 {c.Doses} 剂  自煎",
                3.8,
                5.4,
                bold: true
            );
        }
        else
        {
            Line($"【{c.Apart}】{c.Pieces}", 4.4, 5.8, bold: true);
            Line(c.HowApart, 3.6, 5.2, bold: true);
        }

        if (c.Usage.Length > 0)
        {
            Line($"用法 {c.Usage}", 3.4, 4.8);
        }

        Line($"每日 {c.TimesPerDay} 次", 3.4, 4.8);
        if (c.UseBy is { } useBy)
        {
            Line($"煎制 {Minute(c.At)}  操作 {c.Operator}", 3.2, 4.6);
            Line($"2–8 °C 冷藏保存,{Day(useBy)} 前用完", 3.8, 5, bold: true);
        }
        else
        {
            Line($"调配 {Minute(c.At)}  操作 {c.Operator}", 3.2, 4.6);
        }

        marks.Add(new CodeMark(CodeX, 18.5, CodeSide, c.Link));
        // On a screen the code can be clicked.
        marks.Add(new LinkMark(CodeX, 18.5, CodeSide, CodeSide, c.Link));
        marks.Add(new TextMark(CodeX, 18.5 + CodeSide + 3.6, 2.9, "扫码看去向与用法", CodeSide));
        if (c.Serial.Length > 0)
        {
            marks.Add(new TextMark(CodeX, 18.5 + CodeSide + 7.2, 2.6, "袋号 " + c.Serial, CodeSide));
        }

        if (c.PrintNo > 1)
        {
            marks.Add(
                new TextMark(
                    CodeX,
                    18.5 + CodeSide + 11,
                    2.8,
                    string.Create(CultureInfo.InvariantCulture, $"补打 第 {c.PrintNo} 次"),
                    CodeSide,
                    Bold: true
                )
            );
            marks.Add(new TextMark(CodeX, 18.5 + CodeSide + 14.4, 2.6, "旧签作废 " + c.Reason, CodeSide));
        }

        marks.Add(new BoxMark(Left, Height - 8.2, Width - 2 * Left, 0.25));
        marks.Add(
            new TextMark(
                Left,
                Height - 3.4,
                3.2,
                (c.Decocted ? "煎药单位 " : "调配单位 ") + c.Centre + (c.CentrePhone.Length > 0 ? "  电话 " + c.CentrePhone : ""),
                Width - 2 * Left
            )
        );
        return new Sheet(Width, Height, marks);

        void Line(string text, double size, double lead, bool bold = false)
        {
            marks.Add(new TextMark(Left, y + size * 0.85, size, text, TextWidth, Bold: bold));
            y += lead;
        }
    }

    private static void Head(List<Mark> marks, LabelContent c)
    {
        marks.Add(new TextMark(Left, 8, 4.6, c.Institution, Width - 2 * Left - 26, Bold: true));
        marks.Add(
            new TextMark(
                Left,
                14,
                3.6,
                c.Apart is null ? (c.Decocted ? "中药煎药袋标签" : "中药饮片标签") : "另包标签",
                Width - 2 * Left - 26
            )
        );
        var x = Width - 27;
        marks.Add(new BoxMark(x, 3, 24, 12));
        if (!c.External)
        {
            marks.Add(new BoxMark(x + 0.7, 3.7, 22.6, 10.6, Ink: Ink.White));
            marks.Add(new TextMark(x + 3.4, 11.9, 8.5, "内服", 17.5, Bold: true));
        }
        else
        {
            marks.Add(new BoxMark(0, 16, Width, 2));
            marks.Add(new TextMark(x + 1, 9, 5, "外用", 10, Ink: Ink.White, Bold: true));
            marks.Add(new TextMark(x + 1, 14, 4, "禁止口服", 22, Ink: Ink.White, Bold: true));
        }
    }

    private static string SexOf(string sex) =>
        sex switch
        {
            "male" => "男",
            "female" => "女",
            _ => "",
        };

    private static string Minute(DateTimeOffset at) =>
        at.ToOffset(RegionTime.Offset).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static string Day(DateTimeOffset at) => at.ToOffset(RegionTime.Offset).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
