using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Xml;

namespace TcmBrain.Cockpit.Indicators.Transfer;

/// <summary>
/// Writes a table as CSV (UTF-8 with its mark, so that Excel reads Chinese) or as an Excel workbook. Nothing that is written is ever run: in CSV
/// a text that a spreadsheet would take for a formula stands behind an apostrophe, which reading takes away; in a workbook texts are texts.
/// </summary>
public static class TableWriter
{
    public const string CsvType = "text/csv; charset=utf-8";
    public const string WorkbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    /// <param name="rows">texts, decimals, ints, or null for an empty cell; the first row are the titles</param>
    public static byte[] Csv(IEnumerable<object?[]> rows)
    {
        var text = new StringBuilder("\uFEFF");
        foreach (var row in rows)
        {
            text.AppendJoin(',', row.Select(CsvCell)).Append("\r\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static string CsvCell(object? value)
    {
        var text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        text = value is string && Table.IsFormula(text) ? "'" + text : text;
        return text.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }

    /// <inheritdoc cref="Csv"/>
    public static byte[] Workbook(IEnumerable<object?[]> rows, string sheet)
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (part, xml) in Parts(sheet))
            {
                using var stream = zip.CreateEntry(part).Open();
                stream.Write(Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n" + xml));
            }

            using var data = XmlWriter.Create(
                zip.CreateEntry("xl/worksheets/sheet1.xml").Open(),
                new() { CloseOutput = true, CheckCharacters = false }
            );
            Sheet(data, rows);
        }

        return file.ToArray();
    }

    private static void Sheet(XmlWriter xml, IEnumerable<object?[]> rows)
    {
        xml.WriteStartElement("worksheet", "http://schemas.openxmlformats.org/spreadsheetml/2006/main");
        xml.WriteRaw(
            "<sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews>"
        );
        xml.WriteStartElement("sheetData");
        foreach (var (at, row) in rows.Index())
        {
            xml.WriteStartElement("row");
            foreach (var value in row)
            {
                xml.WriteStartElement("c");
                if (at == 0)
                {
                    xml.WriteAttributeString("s", "1");
                }

                if (value is string text)
                {
                    xml.WriteAttributeString("t", "inlineStr");
                    xml.WriteStartElement("is");
                    xml.WriteStartElement("t");
                    xml.WriteAttributeString("xml", "space", null, "preserve");
                    xml.WriteString(string.Concat(text.Where(c => XmlConvert.IsXmlChar(c) || char.IsSurrogate(c))));
                    xml.WriteEndElement();
                    xml.WriteEndElement();
                }
                else if (value is not null)
                {
                    xml.WriteElementString("v", Convert.ToString(value, CultureInfo.InvariantCulture));
                }

                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        }

        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static (string, string)[] Parts(string sheet) =>
        [
            (
                "[Content_Types].xml",
                """
                <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>
                """
            ),
            (
                "_rels/.rels",
                """
                <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>
                """
            ),
            (
                "xl/workbook.xml",
                $"""
                <workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="{sheet}" sheetId="1" r:id="rId1"/></sheets></workbook>
                """
            ),
            (
                "xl/_rels/workbook.xml.rels",
                """
                <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>
                """
            ),
            (
                "xl/styles.xml",
                """
                <styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/><xf fontId="1" applyFont="1"/></cellXfs></styleSheet>
                """
            ),
        ];
}
