using System.Collections.Concurrent;
using NpgsqlTypes;
using TcmBrain.Exchange;
using TcmBrain.Traceability.Events;

namespace TcmBrain.Traceability.Log;

/// <summary>The numbers under which the event table keeps business steps, dispositions, places and types.</summary>
public sealed class VocabularyStore
{
    private readonly ConcurrentDictionary<(TermKind Kind, string Value), int> committed = new();

    /// <summary>The number of each word, new ones allocated. Call under the log's lock: nobody else allocates then.</summary>
    public async Task<Dictionary<(TermKind, string), int>> IdsAsync(
        Work work,
        IEnumerable<(TermKind Kind, string Value)> words,
        CancellationToken cancellationToken
    )
    {
        var ids = new Dictionary<(TermKind, string), int>();
        var unknown = new HashSet<(TermKind Kind, string Value)>();
        foreach (var word in words)
        {
            if (committed.TryGetValue(word, out var id))
            {
                ids[word] = id;
            }
            else
            {
                unknown.Add(word);
            }
        }

        if (unknown.Count == 0)
        {
            return ids;
        }

        // What is there before this work allocates is committed and may be remembered; what it allocates may yet be rolled back.
        await ReadAsync(
            work,
            """
            select kind, value, id from traceability.vocabulary
            where (kind, value) in (select k, v from unnest($1, $2) as w (k, v))
            """,
            unknown,
            (word, id) =>
            {
                ids[word] = id;
                committed[word] = id;
            },
            cancellationToken
        );
        unknown.RemoveWhere(w => ids.ContainsKey(w));
        if (unknown.Count > 0)
        {
            await ReadAsync(
                work,
                "insert into traceability.vocabulary (kind, value) select k, v from unnest($1, $2) as w (k, v) returning kind, value, id",
                unknown,
                (word, id) => ids[word] = id,
                cancellationToken
            );
        }

        return ids;
    }

    /// <summary>The number of each word; null when one is not known to be committed.</summary>
    public Dictionary<(TermKind, string), int>? Committed(IEnumerable<(TermKind Kind, string Value)> words)
    {
        var ids = new Dictionary<(TermKind, string), int>();
        foreach (var word in words)
        {
            if (!committed.TryGetValue(word, out var id))
            {
                return null;
            }

            ids[word] = id;
        }

        return ids;
    }

    private static async Task ReadAsync(
        Work work,
        string sql,
        IReadOnlyCollection<(TermKind Kind, string Value)> words,
        Action<(TermKind, string), int> take,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(sql);
        command.Parameters.Add(
            new() { Value = words.Select(w => (short)w.Kind).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Smallint }
        );
        command.Parameters.Add(new() { Value = words.Select(w => w.Value).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            take(((TermKind)reader.GetInt16(0), reader.GetString(1)), reader.GetInt32(2));
        }
    }
}
