using System.Globalization;
using System.Text.RegularExpressions;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Cockpit.Indicators.Transfer;

/// <summary>A column of a table file.</summary>
/// <param name="Name">as in files of machines</param>
/// <param name="Zh">the title in Chinese files, and in what is exported</param>
public sealed record Column(string Name, string Zh, bool Required = false);

/// <summary>The cells of one row by the names of their columns; what cannot be read is a fault of the row.</summary>
public sealed partial class Cells(IReadOnlyDictionary<string, int> columns, string[] cells)
{
    private static readonly string[] Dates = ["yyyy-MM-dd", "yyyy/M/d", "yyyy.M.d", "yyyy年M月d日"];

    public FaultList Faults { get; } = new();

    /// <summary>Whether the file has the column at all.</summary>
    public bool Has(string column) => columns.ContainsKey(column);

    /// <summary>Null when the cell is empty, or the file has no such column.</summary>
    public string? Text(string column) =>
        columns.TryGetValue(column, out var at) && at < cells.Length && cells[at].Trim() is { Length: > 0 } text ? text : null;

    /// <param name="percent">the unit is per cent: 85 and 85% are the same; elsewhere a per cent sign is a fault, for nobody can say whether 85 or 0.85 is meant</param>
    public decimal? Number(string column, bool percent = false)
    {
        if (Text(column) is not [.. var number, '%' or '%'])
        {
            return Read(column, CockpitFaults.NotNumber, NumberOf);
        }

        Faults.Require(percent, CockpitFaults.NotPercent, column);
        return percent ? Read(column, CockpitFaults.NotNumber, _ => NumberOf(number.Trim())) : null;
    }

    public int? Whole(string column) =>
        Read<int>(
            column,
            CockpitFaults.NotNumber,
            text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null
        );

    /// <summary>As text, or as the number of days since 1899-12-30, as Excel stores one.</summary>
    public DateOnly? Date(string column) =>
        Read<DateOnly>(
            column,
            CockpitFaults.BadDate,
            text =>
                DateOnly.TryParseExact(text, Dates, CultureInfo.InvariantCulture, DateTimeStyles.None, out var value) ? value
                : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var serial) && serial is > 20_000 and < 80_000
                    ? new DateOnly(1899, 12, 30).AddDays(serial)
                : null
        );

    /// <summary>Commas stand between thousands or the text is no number: 0,95 is not 95.</summary>
    public static decimal? NumberOf(string text) =>
        (!text.Contains(',', StringComparison.Ordinal) || Thousands().IsMatch(text))
        && decimal.TryParse(
            text,
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowThousands | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture,
            out var value
        )
            ? value
            : null;

    [GeneratedRegex(@"^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?$")]
    private static partial Regex Thousands();

    /// <summary>Where each column stands.</summary>
    /// <exception cref="FaultException">COC-0425 … COC-0428: every fault of the titles</exception>
    public static IReadOnlyDictionary<string, int> Titles(IReadOnlyList<TableRow> rows, IReadOnlyList<Column> known)
    {
        if (rows.Count == 0 || rows[0].Cells.All(string.IsNullOrWhiteSpace))
        {
            throw CockpitFaults.EmptyFile.Exception();
        }

        var faults = new FaultList();
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (i, title) in rows[0].Cells.Index())
        {
            var text = title.Trim();
            if (text.Length == 0)
            {
                continue;
            }

            if (known.FirstOrDefault(c => c.Zh == text || c.Name.Equals(text, StringComparison.OrdinalIgnoreCase)) is not { } column)
            {
                faults.Add(CockpitFaults.UnknownColumn, "", text.Length <= 50 ? text : text[..50]);
            }
            else
            {
                faults.Require(places.TryAdd(column.Name, i), CockpitFaults.DoubledColumn, column.Name, text);
            }
        }

        foreach (var column in known.Where(c => c.Required && !places.ContainsKey(c.Name)))
        {
            faults.Add(CockpitFaults.MissingColumn, column.Name, $"{column.Name} ({column.Zh})");
        }

        faults.ThrowIfAny();
        return places;
    }

    private T? Read<T>(string column, FaultDefinition wrong, Func<string, T?> parse)
        where T : struct
    {
        if (Text(column) is not { } text)
        {
            return null;
        }

        var value = parse(text);
        Faults.Require(value is not null, wrong, column);
        return value;
    }
}
