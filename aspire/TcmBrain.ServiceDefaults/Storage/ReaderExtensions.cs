using System.Data.Common;

namespace TcmBrain.ServiceDefaults.Storage;

/// <summary>Columns that may be null.</summary>
public static class ReaderExtensions
{
    public static DateTimeOffset? MomentAt(this DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);

    public static string? TextAt(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
