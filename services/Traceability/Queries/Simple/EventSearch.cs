using System.Globalization;
using System.Text.Json;
using Npgsql;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.Traceability.Access;
using TcmBrain.Traceability.Standard;

namespace TcmBrain.Traceability.Queries.Simple;

/// <param name="Next">Where to go on; null when this was all.</param>
internal sealed record EventPage(IReadOnlyList<ToldEvent> Events, SearchPosition? Next);

/// <summary>How far a search has come. Everything after the first page sees the log as the first page found it.</summary>
/// <param name="Size">The log's size at the first page.</param>
/// <param name="Leaf">The last event that was looked at; for an order by field, how many were told.</param>
/// <param name="Time">Its event time in microseconds since 1970, for an order by event time.</param>
/// <param name="Left">How many events eventCountLimit still allows.</param>
internal sealed record SearchPosition(long Size, long? Leaf, long? Time, int? Left)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Size}.{Leaf}.{Time}.{Left}");

    public static SearchPosition Parse(string text)
    {
        var parts = text.Split('.');
        return new SearchPosition(
            long.Parse(parts[0], CultureInfo.InvariantCulture),
            Number(parts[1]),
            Number(parts[2]),
            (int?)Number(parts[3])
        );
    }

    private static long? Number(string text) => text.Length == 0 ? null : long.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>
/// Runs queries: indexes narrow, every event that comes through is then held against the whole query. A page may be short, when what was
/// asked for is rare and no index knows of it; it then says where to go on, and nothing is ever left out.
/// </summary>
internal sealed class EventSearch(NpgsqlDataSource database, OwnEvents own)
{
    /// <summary>Events looked at for one page, at most.</summary>
    private const int MostScanned = 100_000;

    /// <summary>Events that can be put in the order of a field, which no index keeps.</summary>
    private const int MostSorted = 20_000;

    private readonly record struct Row(long Leaf, DateTimeOffset EventTime, string Body, bool OwnContext, bool Own);

    /// <exception cref="FaultException">More events than maxEventCount allows, or than can be sorted.</exception>
    public async Task<EventPage> PageAsync(
        EventQuery query,
        ReadScope scope,
        int perPage,
        SearchPosition? position,
        CancellationToken cancellationToken
    )
    {
        position ??= new SearchPosition(await SizeAsync(cancellationToken), null, null, query.EventCountLimit);
        var among = IsSharp(query) ? null : await own.OfAsync(scope, cancellationToken);
        if (
            query.MaxEventCount is { } most
            && position.Leaf is null
            && await CountAsync(query, scope, among, position, most + 1, cancellationToken) > most
        )
        {
            throw TraceabilityFaults.TooManyResults.Exception("maxEventCount", most);
        }

        return query.Order == QueryOrder.Field
            ? await SortedAsync(query, scope, among, perPage, position, cancellationToken)
            : await ScannedAsync(query, scope, among, perPage, position, cancellationToken);
    }

    /// <summary>What came into the log from one position on, up to its end as it is now; for subscriptions.</summary>
    /// <param name="from">First leaf index to look at.</param>
    /// <param name="size">Where to stop.</param>
    /// <returns>The events, and the index to go on from.</returns>
    public async Task<(IReadOnlyList<ToldEvent> Events, long Next)> FollowAsync(
        EventQuery query,
        ReadScope scope,
        long from,
        long size,
        int most,
        CancellationToken cancellationToken
    )
    {
        var found = new List<ToldEvent>();
        var at = new SearchPosition(size, from - 1, null, null);
        var scanned = 0;
        while (true)
        {
            var batch = Math.Min(MostScanned, most * 4);
            var rows = await RowsAsync(query, scope, null, at, batch, QueryOrder.Log, descending: false, cancellationToken);
            foreach (var row in rows)
            {
                at = at with { Leaf = row.Leaf };
                if (Told(row, query) is { } told)
                {
                    found.Add(told);
                    if (found.Count == most)
                    {
                        return (found, row.Leaf + 1);
                    }
                }
            }

            scanned += rows.Count;
            if (rows.Count < batch)
            {
                return (found, size);
            }

            if (scanned >= MostScanned)
            {
                return (found, at.Leaf!.Value + 1);
            }
        }
    }

    public async Task<long> SizeAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select size from traceability.log");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task<EventPage> ScannedAsync(
        EventQuery query,
        ReadScope scope,
        long[]? among,
        int perPage,
        SearchPosition position,
        CancellationToken cancellationToken
    )
    {
        var wanted = Math.Min(perPage, position.Left ?? int.MaxValue);
        var found = new List<ToldEvent>(wanted);
        var batch = wanted + 1;
        var scanned = 0;
        while (true)
        {
            var rows = await RowsAsync(query, scope, among, position, batch, query.Order, query.Descending, cancellationToken);
            foreach (var row in rows)
            {
                if (Told(row, query) is { } told)
                {
                    if (found.Count == wanted)
                    {
                        // One more than the page holds: it begins the next, unless the limit is reached.
                        return new EventPage(found, position.Left is { } left && left <= wanted ? null : Left(position, wanted));
                    }

                    found.Add(told);
                }

                position = position with { Leaf = row.Leaf, Time = (row.EventTime - DateTimeOffset.UnixEpoch).Ticks / 10 };
            }

            scanned += rows.Count;
            if (rows.Count < batch)
            {
                return new EventPage(found, null);
            }

            if (scanned >= MostScanned)
            {
                return new EventPage(found, Left(position, found.Count));
            }

            batch = Math.Min(batch * 4, 4000);
        }
    }

    private static SearchPosition Left(SearchPosition position, int told) =>
        position.Left is { } left ? position with { Left = left - told } : position;

    private async Task<EventPage> SortedAsync(
        EventQuery query,
        ReadScope scope,
        long[]? among,
        int perPage,
        SearchPosition position,
        CancellationToken cancellationToken
    )
    {
        var all = new List<(JsonElement? Key, ToldEvent Told)>();
        await foreach (var told in AllAsync(query, scope, among, position with { Leaf = null }, cancellationToken))
        {
            if (all.Count == MostSorted)
            {
                throw TraceabilityFaults.TooManyResults.Exception("orderBy", MostSorted);
            }

            var values = query.OrderField!.ValuesIn(new EventView(told.Event)).ToList();
            all.Add((values.Count > 0 ? values[0] : null, told));
        }

        // Stable: events that lack the field come last, in the order of the log.
        var keyed = all.Where(a => a.Key is not null).ToList();
        var ordered = query.Descending
            ? keyed.OrderByDescending(a => a.Key!.Value, FieldOrder.Instance)
            : keyed.OrderBy(a => a.Key!.Value, FieldOrder.Instance);
        var limit = query.EventCountLimit ?? int.MaxValue;
        List<ToldEvent> whole = [.. ordered.Concat(all.Where(a => a.Key is null)).Take(limit).Select(a => a.Told)];
        var from = (int)(position.Leaf ?? 0);
        var page = whole.Skip(from).Take(perPage).ToList();
        return new EventPage(page, from + page.Count < whole.Count ? position with { Leaf = from + page.Count } : null);
    }

    private async Task<int> CountAsync(
        EventQuery query,
        ReadScope scope,
        long[]? among,
        SearchPosition position,
        int enough,
        CancellationToken cancellationToken
    )
    {
        var count = 0;
        await foreach (var _ in AllAsync(query, scope, among, position, cancellationToken))
        {
            if (++count == enough)
            {
                break;
            }
        }

        return count;
    }

    private async IAsyncEnumerable<ToldEvent> AllAsync(
        EventQuery query,
        ReadScope scope,
        long[]? among,
        SearchPosition position,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        const int Batch = 2000;
        while (true)
        {
            var rows = await RowsAsync(query, scope, among, position, Batch, QueryOrder.Log, descending: false, cancellationToken);
            foreach (var row in rows)
            {
                position = position with { Leaf = row.Leaf };
                if (Told(row, query) is { } told)
                {
                    yield return told;
                }
            }

            if (rows.Count < Batch)
            {
                yield break;
            }
        }
    }

    private static ToldEvent? Told(Row row, EventQuery query)
    {
        using var json = JsonDocument.Parse(row.Body);
        // Of what others captured, their business stays theirs; a query cannot ask about it either.
        var e = row.Own ? json.RootElement : Redaction.Of(json.RootElement).Event;
        return query.Holds(new EventView(e)) ? new ToldEvent(e.Clone(), row.OwnContext) : null;
    }

    private static bool IsSharp(EventQuery query)
    {
        var sql = new SqlNarrowing(firstParameter: 4);
        foreach (var criterion in query.Criteria)
        {
            criterion.Narrow?.Invoke(sql);
        }

        return sql.IsSharp;
    }

    /// <param name="among">Nothing else is the caller's to see; null: that is not known.</param>
    private async Task<List<Row>> RowsAsync(
        EventQuery query,
        ReadScope scope,
        long[]? among,
        SearchPosition position,
        int limit,
        QueryOrder order,
        bool descending,
        CancellationToken cancellationToken
    )
    {
        var sql = new SqlNarrowing(firstParameter: 4);
        foreach (var criterion in query.Criteria)
        {
            criterion.Narrow?.Invoke(sql);
        }

        if (among is not null)
        {
            sql.Require($"e.leaf_index = any({sql.Add(among)})");
        }

        sql.Require($"e.leaf_index < {sql.Add(position.Size)}");
        var (direction, beyond) = descending ? ("desc", "<") : ("asc", ">");
        var by = "e.leaf_index " + direction;
        if (order == QueryOrder.EventTime)
        {
            by = $"e.event_time {direction}, {by}";
            if (position.Time is { } microseconds)
            {
                sql.Require(
                    $"(e.event_time, e.leaf_index) {beyond} ({sql.Add(DateTimeOffset.UnixEpoch.AddTicks(microseconds * 10))}, {sql.Add(position.Leaf!)})"
                );
            }
        }
        else if (position.Leaf is { } leaf)
        {
            sql.Require($"e.leaf_index {beyond} {sql.Add(leaf)}");
        }

        await using var command = database.CreateCommand(
            FormattableString.Invariant(
                $"""
                select e.leaf_index, e.event_time, e.body, e.own_context, coalesce({ReadScope.Owned}, false) from traceability.event e
                where {sql.Where} and {ReadScope.Visible}
                order by {by} limit {limit}
                """
            )
        );
        command.Parameters.AddRange(scope.Parameters());
        command.Parameters.AddRange(sql.Parameters.ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<Row>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(
                new Row(
                    reader.GetInt64(0),
                    reader.GetFieldValue<DateTimeOffset>(1),
                    reader.GetString(2),
                    reader.GetBoolean(3),
                    reader.GetBoolean(4)
                )
            );
        }

        return rows;
    }

    /// <summary>Numbers by size, times by instant, texts by their code points (EPCIS 2.0, orderBy).</summary>
    private sealed class FieldOrder : IComparer<JsonElement>
    {
        public static readonly FieldOrder Instance = new();

        public int Compare(JsonElement x, JsonElement y)
        {
            if (x.ValueKind == JsonValueKind.Number && y.ValueKind == JsonValueKind.Number)
            {
                return QueryValue.Number(x)!.Value.CompareTo(QueryValue.Number(y)!.Value);
            }

            var (a, b) = (QueryValue.Scalar(x) ?? "", QueryValue.Scalar(y) ?? "");
            return QueryValue.Time(a) is { } s && QueryValue.Time(b) is { } t ? s.CompareTo(t) : string.CompareOrdinal(a, b);
        }
    }
}
