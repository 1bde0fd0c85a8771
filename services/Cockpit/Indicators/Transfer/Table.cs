using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Cockpit.Indicators.Transfer;

/// <summary>A row of a table file.</summary>
/// <param name="Number">as a spreadsheet counts: the titles are row 1</param>
public sealed record TableRow(int Number, string[] Cells);

/// <summary>Reads a table out of a file of either kind, told apart by its first bytes (读取 CSV 与 Excel).</summary>
public static class Table
{
    public const int LargestMebibytes = 8;
    public const int MostRows = 20_000;
    public const int MostColumns = 100;

    /// <summary>Far beyond any cell, so that a quote which is never closed does not swallow the file.</summary>
    public const int LongestCell = 10_000;

    private static readonly Encoding Utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    static Table() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <exception cref="FaultException">COC-0421 … COC-0425, COC-0429: the file as a whole cannot be read; no other exception, whatever the bytes</exception>
    public static IReadOnlyList<TableRow> Read(byte[] file) =>
        file is [(byte)'P', (byte)'K', 3, 4, ..] ? Workbook.Read(file) : ReadCsv(TextOf(file));

    private static List<TableRow> ReadCsv(string text)
    {
        using var reader = new StringReader(text);
        using var parser = new CsvParser(
            reader,
            new CsvConfiguration(CultureInfo.InvariantCulture)
            {
                Mode = CsvMode.RFC4180,
                MaxFieldSize = LongestCell,
                IgnoreBlankLines = false,
                CountBytes = false,
                BadDataFound = null,
            }
        );
        var rows = new List<TableRow>();
        try
        {
            while (parser.Read())
            {
                if (rows.Count > MostRows)
                {
                    throw CockpitFaults.TooManyRows.Exception("", MostRows);
                }

                rows.Add(new(parser.Row, [.. parser.Record!.Take(MostColumns + 1).Select(Unguarded)]));
            }
        }
        catch (MaxFieldSizeException)
        {
            throw CockpitFaults.MalformedRow.Exception($"row {parser.Row}");
        }

        return rows;
    }

    /// <summary>As UTF-8, with or without its mark, when it is that; else as GB18030, which Excel in China writes.</summary>
    private static string TextOf(byte[] file)
    {
        foreach (
            var encoding in (Encoding[])
                [Utf8, Encoding.GetEncoding("GB18030", EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)]
        )
        {
            try
            {
                var text = encoding.GetString(file);
                // UTF-16 and other binary files are full of them; text has none.
                if (!text.Contains('\0', StringComparison.Ordinal))
                {
                    return text.TrimStart('\uFEFF');
                }
            }
            catch (DecoderFallbackException)
            {
                // Not in this encoding.
            }
        }

        throw CockpitFaults.UnreadableFile.Exception();
    }

    /// <summary>Whether a spreadsheet would take a text for a formula, be it behind apostrophes.</summary>
    public static bool IsFormula(string text) => text.TrimStart('\'') is ['=' or '+' or '-' or '@' or '\t' or '\r', ..];

    // As TableWriter guards it.
    private static string Unguarded(string text) => text is ['\'', ..] && IsFormula(text) ? text[1..] : text;
}
