using Npgsql;
using NpgsqlTypes;

namespace TcmBrain.Exchange.Storage;

/// <summary>Rows as the arrays of an <c>unnest</c>: many rows in one statement and one round trip.</summary>
public static class ColumnArray
{
    /// <param name="type">the column's type, not the array's</param>
    public static NpgsqlParameter Of<TRow, TValue>(IReadOnlyList<TRow> rows, NpgsqlDbType type, Func<TRow, TValue> column)
    {
        var values = new TValue[rows.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = column(rows[i]);
        }

        return new NpgsqlParameter { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type };
    }
}
