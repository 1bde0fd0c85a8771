using System.Globalization;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.Import;

/// <summary>A column of an import.</summary>
/// <param name="Name">as in the JSON; the title in English files</param>
/// <param name="Zh">the title in Chinese files</param>
internal sealed record Column(string Name, string Zh, bool Required = false);

/// <summary>The cells of one row by the names of their columns; what cannot be read is a fault of the row.</summary>
internal sealed class Cells(IReadOnlyDictionary<string, int> columns, string[] cells)
{
    private static readonly string[] Dates = ["yyyy-MM-dd", "yyyy/M/d", "yyyy.M.d", "yyyy年M月d日"];

    public FaultList Faults { get; } = new();

    /// <summary>Null when the cell is empty, or the file has no such column.</summary>
    public string? Text(string column) =>
        columns.TryGetValue(column, out var at) && cells[at].AsSpan().Trim() is { Length: > 0 } text ? text.ToString() : null;

    public double? Number(string column) =>
        Read<double>(
            column,
            InstitutionsFaults.NotNumber,
            static text =>
                double.TryParse(
                    text,
                    NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out var value
                )
                    ? value
                    : null
        );

    public int? Whole(string column) =>
        Read<int>(
            column,
            InstitutionsFaults.NotNumber,
            static text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null
        );

    public DateOnly? Date(string column) =>
        Read<DateOnly>(
            column,
            InstitutionsFaults.NotDate,
            static text =>
                DateOnly.TryParseExact(text, Dates, CultureInfo.InvariantCulture, DateTimeStyles.None, out var value) ? value : null
        );

    public bool? Flag(string column) =>
        Read<bool>(
            column,
            InstitutionsFaults.NotFlag,
            static text =>
                text.ToLowerInvariant() switch
                {
                    "true" or "1" or "yes" or "是" => true,
                    "false" or "0" or "no" or "否" => false,
                    _ => null,
                }
        );

    /// <summary>Parted by semicolons, of either width.</summary>
    public string[] Many(string column) =>
        Text(column)?.Split([';', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

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
