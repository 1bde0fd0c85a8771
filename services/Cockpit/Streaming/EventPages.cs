using Npgsql;
using TcmBrain.Cockpit.Access;
using TcmBrain.Cockpit.Live;

namespace TcmBrain.Cockpit.Streaming;

/// <summary>Events that an audience may see, with the position up to which the search has come.</summary>
public sealed record EventPage(IReadOnlyList<TickerEvent> Items, long Position);

/// <summary>Reads the stream of facts in pieces (翻页), from memory where it reaches, else from PostgreSQL.</summary>
public sealed class EventPages(FactTail tail, InstitutionRegister register, NpgsqlDataSource database)
{
    /// <summary>Facts looked through for one answer: what bounds a reader who sees only few of them.</summary>
    private const int Searched = 20_000;
    private const int Chunk = 1000;

    /// <summary>
    /// What comes after a position, rising. <see cref="EventPage.Position"/> is where to go on from, also when nothing was found.
    /// </summary>
    /// <param name="upTo">not looked beyond</param>
    public async Task<EventPage> AfterAsync(
        Audience audience,
        long after,
        int limit,
        long upTo = long.MaxValue,
        CancellationToken cancellationToken = default
    )
    {
        List<TickerEvent> found = [];
        for (var searched = 0; searched < Searched && found.Count < limit && after < upTo; )
        {
            var from = after;
            if (tail.TryAfter(after, Chunk, Look) is { } inMemory)
            {
                after = inMemory;
            }
            else
            {
                await using var connection = await database.OpenConnectionAsync(cancellationToken);
                foreach (var e in await FactReader.AfterAsync(connection, after, Chunk, cancellationToken))
                {
                    if (!Look(e))
                    {
                        break;
                    }

                    after = e.Id;
                }
            }

            if (after == from)
            {
                break;
            }

            searched += (int)(after - from);
        }

        return new(found, after);

        // False: it is beyond, or there is no room for it, so it is not passed.
        bool Look(TickerEvent e)
        {
            if (e.Id > upTo)
            {
                return false;
            }

            if (audience.Sees(e, register))
            {
                if (found.Count == limit)
                {
                    return false;
                }

                found.Add(e);
            }

            return true;
        }
    }

    /// <summary>
    /// The last that have happened, rising, among the last <see cref="Searched"/> facts; its position is that of the stream, to follow from.
    /// </summary>
    public async Task<EventPage> LastAsync(Audience audience, int limit, CancellationToken cancellationToken)
    {
        var position = tail.Position;
        var found = new List<TickerEvent>();
        var before = tail.Before(position + 1, Look);
        var least = Math.Max(1, position + 1 - Searched);
        for (var looked = long.MaxValue; found.Count < limit && before > least && before < looked; )
        {
            looked = before;
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            foreach (var e in await FactReader.BeforeAsync(connection, before, Chunk, cancellationToken))
            {
                before = e.Id;
                if (!Look(e))
                {
                    break;
                }
            }
        }

        found.Reverse();
        return new(found, position);

        // False: there are enough.
        bool Look(TickerEvent e)
        {
            if (audience.Sees(e, register))
            {
                found.Add(e);
            }

            return found.Count < limit;
        }
    }

    /// <summary>
    /// Alarms before a position, newest first, among <see cref="Searched"/> of them; its position is where to go on from, 0 when there are no more.
    /// </summary>
    public async Task<EventPage> AlarmsAsync(Audience audience, long before, int limit, CancellationToken cancellationToken)
    {
        var found = new List<TickerEvent>();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        for (var searched = 0; searched < Searched; )
        {
            var alarms = await FactReader.AlarmsBeforeAsync(connection, before, Chunk, cancellationToken);
            foreach (var alarm in alarms)
            {
                if (audience.Sees(alarm, register))
                {
                    if (found.Count == limit)
                    {
                        return new(found, before);
                    }

                    found.Add(alarm);
                }

                before = alarm.Id;
            }

            if (alarms.Count < Chunk)
            {
                return new(found, 0);
            }

            searched += alarms.Count;
        }

        return new(found, before);
    }
}
