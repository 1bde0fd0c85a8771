using System.Globalization;
using System.IO.Compression;
using System.Xml;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Cockpit.Indicators.Transfer;

/// <summary>
/// The first sheet of an Excel workbook (ECMA-376, SpreadsheetML): texts, numbers, yes and no; of a formula its stored result. A number that is shown
/// as a percentage is read as it is shown: 0.85 is 85%. The part that is
/// unpacked is counted as it comes out, so that a small file cannot become a large one; no document type is accepted, so no entity is expanded.
/// </summary>
internal static class Workbook
{
    private const int UnpackedMebibytes = 64;
    private const int MostStrings = 2_000_000;

    public static List<TableRow> Read(byte[] file)
    {
        try
        {
            using var zip = new ZipArchive(new MemoryStream(file, writable: false), ZipArchiveMode.Read);
            var budget = new Budget((long)UnpackedMebibytes << 20);
            var strings = Strings(zip, budget);
            var percents = WorkbookStyles.Percents(zip.GetEntry("xl/styles.xml") is null ? null : Open(zip, "xl/styles.xml", budget));
            var sheet = FirstSheet(zip, budget);
            return Rows(sheet, strings, percents);
        }
        catch (Exception e) when (e is not FaultException)
        {
            // Whatever a zip or XML reader makes of bytes that somebody made up.
            throw CockpitFaults.BrokenWorkbook.Exception();
        }
    }

    private static XmlReader Open(ZipArchive zip, string part, Budget budget)
    {
        var entry = zip.GetEntry(part) ?? throw new InvalidDataException(part);
        return XmlReader.Create(
            new CountedStream(entry.Open(), budget),
            new XmlReaderSettings
            {
                DtdProcessing = DtdProcessing.Prohibit,
                XmlResolver = null,
                CloseInput = true,
                IgnoreComments = true,
                IgnoreProcessingInstructions = true,
            }
        );
    }

    /// <summary>The workbook names its sheets by relations; the relations name the parts.</summary>
    private static XmlReader FirstSheet(ZipArchive zip, Budget budget)
    {
        string? id = null;
        using (var workbook = Open(zip, "xl/workbook.xml", budget))
        {
            while (id is null && workbook.Read())
            {
                if (
                    workbook is { NodeType: XmlNodeType.Element, LocalName: "workbookPr" }
                    && workbook.GetAttribute("date1904") is ("1" or "true")
                )
                {
                    // A day is stored as a number, which does not say that it is one.
                    throw CockpitFaults.OtherEpoch.Exception();
                }

                if (
                    workbook is { NodeType: XmlNodeType.Element, LocalName: "sheet" }
                    && workbook.GetAttribute("state") is (null or "visible")
                )
                {
                    id = workbook.GetAttribute("id", "http://schemas.openxmlformats.org/officeDocument/2006/relationships");
                }
            }
        }

        string? target = null;
        using (var relations = Open(zip, "xl/_rels/workbook.xml.rels", budget))
        {
            while (target is null && relations.Read())
            {
                if (relations is { NodeType: XmlNodeType.Element, LocalName: "Relationship" } && relations.GetAttribute("Id") == id)
                {
                    target = relations.GetAttribute("Target");
                }
            }
        }

        return Open(
            zip,
            target is null ? throw new InvalidDataException("sheet")
                : target.StartsWith('/') ? target[1..]
                : "xl/" + target,
            budget
        );
    }

    private static List<string> Strings(ZipArchive zip, Budget budget)
    {
        var strings = new List<string>();
        if (zip.GetEntry("xl/sharedStrings.xml") is null)
        {
            return strings;
        }

        using var xml = Open(zip, "xl/sharedStrings.xml", budget);
        while (xml.Read())
        {
            if (xml is { NodeType: XmlNodeType.Element, LocalName: "si" })
            {
                strings.Add(TextOf(xml));
                if (strings.Count > MostStrings)
                {
                    throw CockpitFaults.FileTooLarge.Exception("", UnpackedMebibytes);
                }
            }
        }

        return strings;
    }

    /// <summary>All t below the element, phonetic guides (rPh) left out.</summary>
    private static string TextOf(XmlReader xml)
    {
        if (xml.IsEmptyElement)
        {
            return "";
        }

        var text = new System.Text.StringBuilder();
        var end = xml.Depth;
        var (inText, inGuide) = (false, false);
        while (xml.Read() && xml.Depth > end)
        {
            switch (xml.NodeType)
            {
                case XmlNodeType.Element when !xml.IsEmptyElement:
                    inText |= xml.LocalName == "t";
                    inGuide |= xml.LocalName == "rPh";
                    break;
                case XmlNodeType.EndElement:
                    inText &= xml.LocalName != "t";
                    inGuide &= xml.LocalName != "rPh";
                    break;
                case XmlNodeType.Text
                or XmlNodeType.SignificantWhitespace
                or XmlNodeType.Whitespace
                or XmlNodeType.CDATA when inText && !inGuide:
                    text.Append(xml.Value);
                    break;
            }

            if (text.Length > Table.LongestCell)
            {
                throw CockpitFaults.MalformedRow.Exception();
            }
        }

        return text.ToString();
    }

    private static List<TableRow> Rows(XmlReader xml, List<string> strings, HashSet<string> percents)
    {
        using var sheet = xml;
        var rows = new List<TableRow>();
        List<string>? cells = null;
        var number = 0;
        while (sheet.Read())
        {
            if (sheet is { NodeType: XmlNodeType.Element, LocalName: "row" })
            {
                // What stands before was the last row of an empty element, or ended.
                number = int.TryParse(sheet.GetAttribute("r"), NumberStyles.None, CultureInfo.InvariantCulture, out var r) ? r : number + 1;
                cells = [];
                if (rows.Count > Table.MostRows)
                {
                    throw CockpitFaults.TooManyRows.Exception("", Table.MostRows);
                }

                rows.Add(new(number, []));
            }
            else if (sheet is { NodeType: XmlNodeType.Element, LocalName: "c" } && cells is not null)
            {
                var column = ColumnOf(sheet.GetAttribute("r")) ?? cells.Count;
                if (column > Table.MostColumns)
                {
                    throw new InvalidDataException("column");
                }

                while (cells.Count <= column)
                {
                    cells.Add("");
                }

                cells[column] = Cell(sheet, strings, percents);
                rows[^1] = new(number, [.. cells]);
            }
        }

        // A sheet does not write empty cells at the end of a row.
        var width = rows.Count == 0 ? 0 : rows[0].Cells.Length;
        return
        [
            .. rows.Select(row =>
                row.Cells.Length < width ? row with { Cells = [.. row.Cells, .. Enumerable.Repeat("", width - row.Cells.Length)] } : row
            ),
        ];
    }

    private static string Cell(XmlReader sheet, List<string> strings, HashSet<string> percents)
    {
        var sort = sheet.GetAttribute("t");
        var percent = percents.Contains(sheet.GetAttribute("s") ?? "0");
        if (sheet.IsEmptyElement)
        {
            return "";
        }

        if (sort == "inlineStr")
        {
            return TextOf(sheet);
        }

        var end = sheet.Depth;
        var value = "";
        var inValue = false;
        while (sheet.Read() && sheet.Depth > end)
        {
            inValue = sheet.NodeType switch
            {
                XmlNodeType.Element => sheet.LocalName == "v" && !sheet.IsEmptyElement,
                XmlNodeType.EndElement => false,
                _ => inValue,
            };
            if (inValue && sheet.NodeType is (XmlNodeType.Text or XmlNodeType.CDATA))
            {
                value += sheet.Value;
            }
        }

        return sort switch
        {
            "s" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at < strings.Count
                ? strings[at]
                : throw new InvalidDataException("string"),
            "b" => value == "1" ? "true" : "false",
            "str" => value,
            "e" => "#" + value.TrimStart('#'),
            _ => percent ? Percent(value) : Number(value),
        };
    }

    // Excel writes 0.69 as 0.68999999999999995: the shortest number that is the same is the one that was typed.
    private static string Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? (
                Math.Abs(value) < 1e15
                    ? ((decimal)value).ToString(CultureInfo.InvariantCulture)
                    : value.ToString("R", CultureInfo.InvariantCulture)
            )
            : text;

    private static string Percent(string text) =>
        decimal.TryParse(Number(text), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && Math.Abs(value) < 1e15m
            ? (value * 100m).ToString("0.############", CultureInfo.InvariantCulture) + "%"
            : text;

    /// <summary>C of C7 is 2.</summary>
    private static int? ColumnOf(string? reference)
    {
        if (string.IsNullOrEmpty(reference))
        {
            return null;
        }

        var column = 0;
        foreach (var c in reference.TakeWhile(char.IsAsciiLetterUpper).Take(4))
        {
            column = column * 26 + (c - 'A' + 1);
        }

        return column - 1;
    }

    private sealed class Budget(long bytes)
    {
        private long left = bytes;

        public void Take(int count)
        {
            left -= count;
            if (left < 0)
            {
                throw CockpitFaults.FileTooLarge.Exception("", UnpackedMebibytes);
            }
        }
    }

    private sealed class CountedStream(Stream inner, Budget budget) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = inner.Read(buffer, offset, count);
            budget.Take(read);
            return read;
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
