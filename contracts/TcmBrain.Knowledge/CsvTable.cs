using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace TcmBrain.Knowledge;

/// <summary>One row of a CSV file that knows its line, and reports its faults there.</summary>
internal sealed class CsvRow(string file, int line, Dictionary<string, int> columns, string[] fields, List<ReleaseFault> faults)
{
    public string File => file;

    public int Line => line;

    public string this[string column] => columns.TryGetValue(column, out var index) && index < fields.Length ? fields[index] : "";

    public void Fault(string reason) => faults.Add(new(file, line, reason));

    /// <summary>The value of a column out of a closed set; a fault and the default otherwise.</summary>
    public T OneOf<T>(string column, IReadOnlyDictionary<string, T> values)
    {
        if (values.TryGetValue(this[column], out var value))
        {
            return value;
        }
        Fault($"{column} '{this[column]}' is not one of {string.Join(", ", values.Keys.Select(x => $"'{x}'"))}");
        return default!;
    }

    public string[] List(string column) => this[column].Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Grams in the file, whole milligrams in memory; null when blank.</summary>
    public long? Milligrams(string column)
    {
        var text = this[column];
        if (text.Length == 0)
        {
            return null;
        }
        if (
            !decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var grams)
            || grams <= 0
            || grams > 100_000
            || grams * 1000 != decimal.Truncate(grams * 1000)
        )
        {
            Fault($"{column} '{text}' is not a weight in grams above 0 with at most three decimals");
            return null;
        }
        return (long)(grams * 1000);
    }
}

internal static class CsvTable
{
    public static List<CsvRow> Read(ReleaseFiles files, string file, string[] required, List<ReleaseFault> faults)
    {
        var rows = new List<CsvRow>();
        var configuration = new CsvConfiguration(CultureInfo.InvariantCulture) { HasHeaderRecord = false, BadDataFound = null };
        try
        {
            using var parser = new CsvParser(new StringReader(files.Text(file)), configuration);
            if (!parser.Read())
            {
                faults.Add(new(file, 1, "the file is empty"));
                return rows;
            }
            var header = parser.Record!;
            var columns = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var i = 0; i < header.Length; i++)
            {
                if (!columns.TryAdd(header[i], i))
                {
                    faults.Add(new(file, 1, $"column {header[i]} is there twice"));
                }
            }
            foreach (var missing in required.Where(x => !columns.ContainsKey(x)))
            {
                faults.Add(new(file, 1, $"column {missing} is missing"));
            }
            while (parser.Read())
            {
                var row = new CsvRow(file, parser.RawRow, columns, parser.Record!, faults);
                if (parser.Record!.Length != header.Length)
                {
                    row.Fault($"{parser.Record.Length} fields under a header of {header.Length}");
                    continue;
                }
                rows.Add(row);
            }
        }
        catch (BrokenReleaseException e)
        {
            faults.AddRange(e.Faults);
        }
        return rows;
    }
}
