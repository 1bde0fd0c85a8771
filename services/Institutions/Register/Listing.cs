using System.Buffers.Text;
using System.Data.Common;
using System.Text;
using System.Text.Json;
using Npgsql;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.Register;

/// <summary>One page of a list.</summary>
/// <param name="Next">asks for the page after this one; null at the end</param>
/// <param name="Total">of all pages; null when there are more than ten thousand, or more than a thousand that a search finds</param>
public sealed record Listing<T>(IReadOnlyList<T> Items, string? Next, long? Total);

/// <summary>
/// Lists by keyset: the token names the last row's place in the order, so a page costs the same wherever it is and rows added meanwhile
/// shift nothing.
/// </summary>
/// <param name="Columns">of the select</param>
/// <param name="From">tables with their aliases</param>
/// <param name="Order">columns of an index that together are unique; compared by bytes (collation C)</param>
internal sealed record Keyset<T>(string Columns, string From, string[] Order, Func<DbDataReader, T> Read, Func<T, string[]> KeyOf)
{
    private string OrderSql { get; } = string.Join(", ", Order.Select(column => $"{column} collate \"C\""));

    /// <exception cref="FaultException">INS-0113: a limit outside 1…200, or a token that is not ours</exception>
    public async Task<Listing<T>> ReadAsync(
        NpgsqlDataSource database,
        Conditions where,
        string? next,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        var size = limit ?? 50;
        new FaultList().Require(size is >= 1 and <= Keyset.Largest, InstitutionsFaults.WrongPage, "limit", 1, Keyset.Largest).ThrowIfAny();
        var after = next is null ? null : Decode(next);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var page = where.Copy();
        if (after is not null)
        {
            page.And(
                $"({OrderSql}) > ({string.Join(", ", Order.Select((_, i) => $"@after{i}"))})",
                [.. after.Select((value, i) => ($"after{i}", (object)value))]
            );
        }

        var items = new List<T>(size);
        await using (var command = connection.CreateCommand())
        {
            // One more than asked for tells whether there is a next page.
            command.CommandText = $"select {Columns}\nfrom {From}\nwhere {page.Sql}\norder by {OrderSql} limit {size + 1}";
            page.Bind(command);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                items.Add(Read(reader));
            }
        }

        var more = items.Count > size;
        if (more)
        {
            items.RemoveAt(size);
        }

        var total = after is null && !more ? items.Count : await CountAsync(connection, where, cancellationToken);
        return new Listing<T>(items, more ? Encode(KeyOf(items[^1])) : null, total);
    }

    private async Task<long?> CountAsync(NpgsqlConnection connection, Conditions where, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = $"select count(*) from (select from {From} where {where.Sql} limit {where.CountUpTo + 1}) found";
        where.Bind(command);
        return await command.ExecuteScalarAsync(cancellationToken) is long count && count <= where.CountUpTo ? count : null;
    }

    private static string Encode(string[] key) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(key));

    private string[] Decode(string token)
    {
        try
        {
            if (
                Base64Url.IsValid(token)
                && JsonSerializer.Deserialize<string[]>(Base64Url.DecodeFromChars(token)) is { } key
                && key.Length == Order.Length
                && key.All(part => part is not null && !part.Contains('\0', StringComparison.Ordinal))
            )
            {
                return key;
            }
        }
        catch (JsonException)
        {
            // Not ours: answered below.
        }

        throw InstitutionsFaults.WrongToken.Exception("next");
    }
}

internal static class Keyset
{
    /// <summary>Of a page.</summary>
    public const int Largest = 200;
}

/// <summary>Search by name or by the beginning of a code.</summary>
internal static class Search
{
    public const int Longest = 100;

    /// <summary>Any part of a name of at least one character (Latin: three), or the first characters of a code.</summary>
    /// <param name="alias">of the table, which has the columns grams and code</param>
    /// <param name="names">its columns with names</param>
    /// <exception cref="FaultException">INS-0103 when it is too long</exception>
    public static Conditions AndSearch(this Conditions where, string? text, string alias, params string[] names)
    {
        var asked = text?.Trim() ?? "";
        new FaultList().AllowText(asked, "search", Longest).ThrowIfAny();
        if (asked.Length == 0)
        {
            return where;
        }

        where.CountUpTo = 1000;
        var grams = GramsOf(asked);
        var byName = $"{alias}.grams @> @grams";
        List<(string, object)> values = [("grams", grams)];
        if (grams.Length > 1)
        {
            // All pieces may be there and yet not follow one another.
            byName = $"({byName} and ({string.Join(" or ", names.Select(name => $"{alias}.{name} ilike @pattern"))}))";
            values.Add(("pattern", $"%{Escape(asked)}%"));
        }

        if (asked.All(char.IsAsciiLetterOrDigit))
        {
            byName = $"({byName} or {alias}.code collate \"C\" like @prefix || '%')";
            values.Add(("prefix", asked.ToUpperInvariant()));
        }

        return where.And(byName, [.. values]);
    }

    /// <summary>The longest pieces that <c>institutions.grams</c> makes of it.</summary>
    private static string[] GramsOf(string text)
    {
        var letters = text.EnumerateRunes().Select(rune => Rune.ToLowerInvariant(rune).ToString()).ToArray();
        return letters.Length <= 3
            ? [string.Concat(letters)]
            : [.. Enumerable.Range(0, letters.Length - 2).Select(i => letters[i] + letters[i + 1] + letters[i + 2]).Distinct()];
    }

    private static string Escape(string pattern) =>
        pattern
            .Replace(@"\", @"\\", StringComparison.Ordinal)
            .Replace("%", @"\%", StringComparison.Ordinal)
            .Replace("_", @"\_", StringComparison.Ordinal);
}
