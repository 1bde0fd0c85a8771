using System.Globalization;
using System.Runtime.CompilerServices;
using CsvHelper;
using CsvHelper.Configuration;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.Import;

/// <summary>One row as it was read.</summary>
/// <param name="Number">as a spreadsheet counts: the titles are row 1</param>
internal sealed record CsvRow<TRequest>(int Number, TRequest? Request, FaultList Faults)
    where TRequest : class;

/// <summary>Reads a file row by row (RFC 4180); no more than one row is in memory.</summary>
internal static class CsvRows
{
    public const int Most = 200_000;

    /// <summary>Far beyond any field, so that a quote which is never closed does not swallow the file.</summary>
    private const int LongestCell = 10_000;

    /// <exception cref="FaultException">INS-0161, INS-0162, INS-0171 for the titles; INS-0164 for too many rows</exception>
    public static async IAsyncEnumerable<CsvRow<TRequest>> ReadAsync<TRequest>(
        TextReader text,
        ImportFormat<TRequest> format,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
        where TRequest : class
    {
        using var parser = new CsvParser(
            text,
            new CsvConfiguration(CultureInfo.InvariantCulture)
            {
                Mode = CsvMode.RFC4180,
                MaxFieldSize = LongestCell,
                IgnoreBlankLines = false,
                CountBytes = false,
                BadDataFound = null,
            },
            leaveOpen: true
        );
        if (!await NextAsync(parser))
        {
            throw InstitutionsFaults.EmptyFile.Exception();
        }

        var columns = Titles(parser.Record!, format.Columns);
        var width = parser.Record!.Length;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (await NextAsync(parser))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var record = parser.Record!;
            if (record.All(string.IsNullOrWhiteSpace))
            {
                continue;
            }

            if (seen.Count == Most)
            {
                throw InstitutionsFaults.TooManyRows.Exception("", Most);
            }

            yield return Row(parser.Row, record, width, columns, format, seen);
        }
    }

    private static CsvRow<TRequest> Row<TRequest>(
        int number,
        string[] record,
        int width,
        Dictionary<string, int> columns,
        ImportFormat<TRequest> format,
        HashSet<string> seen
    )
        where TRequest : class
    {
        if (record.Length != width)
        {
            seen.Add($"\0{number}");
            return new CsvRow<TRequest>(number, null, new FaultList().Add(InstitutionsFaults.MalformedRow, ""));
        }

        var cells = new Cells(columns, record);
        var request = format.Read(cells);
        var code = format.CodeOf(request);
        cells.Faults.Require(seen.Add(code ?? $"\0{number}"), InstitutionsFaults.DoubledRow, "code");
        return new CsvRow<TRequest>(number, cells.Faults.Any ? null : request, cells.Faults);
    }

    private static async Task<bool> NextAsync(CsvParser parser)
    {
        try
        {
            return await parser.ReadAsync();
        }
        catch (MaxFieldSizeException)
        {
            throw InstitutionsFaults.MalformedRow.Exception($"row {parser.Row}");
        }
    }

    private static Dictionary<string, int> Titles(string[] titles, IReadOnlyList<Column> columns)
    {
        var faults = new FaultList();
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (i, title) in titles.Index())
        {
            var text = title.Trim();
            if (columns.FirstOrDefault(c => c.Zh == text || c.Name.Equals(text, StringComparison.OrdinalIgnoreCase)) is not { } column)
            {
                faults.Add(InstitutionsFaults.UnknownColumn, "", text.Length <= 50 ? text : text[..50]);
            }
            else
            {
                faults.Require(places.TryAdd(column.Name, i), InstitutionsFaults.Doubled, column.Name);
            }
        }

        foreach (var column in columns.Where(c => c.Required && !places.ContainsKey(c.Name)))
        {
            faults.Add(InstitutionsFaults.MissingColumn, column.Name, $"{column.Name} ({column.Zh})");
        }

        faults.ThrowIfAny();
        return places;
    }
}
