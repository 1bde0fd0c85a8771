using System.Globalization;
using System.Xml;

namespace TcmBrain.Cockpit.Indicators.Transfer;

/// <summary>Which styles of an Excel workbook show a number as a percentage (ECMA-376, 18.8.30): the number is then a hundredth of what is seen.</summary>
internal static class WorkbookStyles
{
    /// <summary>0% and 0.00%, which every workbook has without saying so.</summary>
    private static readonly string[] BuiltIn = ["9", "10"];

    /// <param name="styles">the part of the styles; null where a workbook has none</param>
    /// <returns>as cells name them: places among the cell formats</returns>
    public static HashSet<string> Percents(XmlReader? styles)
    {
        var formats = new HashSet<string>(BuiltIn, StringComparer.Ordinal);
        var cells = new HashSet<string>(StringComparer.Ordinal);
        if (styles is null)
        {
            return cells;
        }

        using var xml = styles;
        var place = -1;
        while (xml.Read())
        {
            if (xml.LocalName == "cellXfs")
            {
                place = xml.NodeType == XmlNodeType.Element && !xml.IsEmptyElement ? 0 : -1;
            }
            else if (xml is { NodeType: XmlNodeType.Element, LocalName: "numFmt" } && IsPercent(xml.GetAttribute("formatCode") ?? ""))
            {
                formats.Add(xml.GetAttribute("numFmtId") ?? "");
            }
            else if (place >= 0 && xml is { NodeType: XmlNodeType.Element, LocalName: "xf" })
            {
                if (formats.Contains(xml.GetAttribute("numFmtId") ?? ""))
                {
                    cells.Add(place.ToString(CultureInfo.InvariantCulture));
                }

                place++;
            }
        }

        return cells;
    }

    /// <summary>Neither in quotes nor behind a backslash, where a sign is only itself.</summary>
    private static bool IsPercent(string code)
    {
        var quoted = false;
        for (var i = 0; i < code.Length; i++)
        {
            switch (code[i])
            {
                case '\\' or '_' or '*':
                    i++;
                    break;
                case '"':
                    quoted = !quoted;
                    break;
                case '%' when !quoted:
                    return true;
            }
        }

        return false;
    }
}
