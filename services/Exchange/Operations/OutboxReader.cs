using System.Runtime.CompilerServices;
using Npgsql;
using TcmBrain.Contracts.Events;

namespace TcmBrain.Exchange.Operations;

/// <summary>An event as an outbox has it, under the id it was told with.</summary>
public readonly record struct ToldEvent(Guid MessageId, Event Event);

/// <summary>
/// Reads again what a service has told, in the order of message ids, for a listener that begins anew. Page by page, so no transaction stays open; the
/// next page is fetched while the last one is parsed.
/// </summary>
public static class OutboxReader
{
    /// <param name="onUnreadable">called with the id and the reason of a row that this version of the contracts cannot read; it is left out</param>
    public static async IAsyncEnumerable<ToldEvent> ReadAsync(
        NpgsqlDataSource database,
        string[] types,
        Action<Guid, string> onUnreadable,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var next = PageAsync(OutboxPages.Beginning);
        while (true)
        {
            var page = await next;
            if (page.Count == 0)
            {
                yield break;
            }

            next = PageAsync((page[^1].Day, page[^1].MessageId));
            var parsed = new Event?[page.Count];
            var reasons = new string[page.Count];
            Parallel.For(
                0,
                page.Count,
                i => parsed[i] = EventJson.TryRead(page[i].Type, page[i].Payload, out var e, out reasons[i]) ? e : null
            );
            for (var i = 0; i < parsed.Length; i++)
            {
                if (parsed[i] is { } e)
                {
                    yield return new(page[i].MessageId, e);
                }
                else
                {
                    onUnreadable(page[i].MessageId, reasons[i]);
                }
            }
        }

        Task<List<StoredEvent>> PageAsync((DateOnly, Guid) after) =>
            Task.Run(() => OutboxPages.EventsAsync(database, types, null, after, cancellationToken), cancellationToken);
    }
}
