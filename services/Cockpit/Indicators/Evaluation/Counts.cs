using System.Collections.Concurrent;
using Npgsql;
using TcmBrain.Cockpit.Indicators.Language;

namespace TcmBrain.Cockpit.Indicators.Evaluation;

/// <summary>
/// The values of terms (计数), each computed once for a revision of the registers: what was counted holds until an event changes a register.
/// Counters change with every event and are always read.
/// </summary>
public sealed class Counts(NpgsqlDataSource database)
{
    private const int Most = 50_000;
    private readonly ConcurrentDictionary<(string Term, string Region, DateOnly Day), decimal?> known = new();
    private readonly Lock turning = new();
    private long revision = -1;

    /// <summary>The values asked for, in one round trip; and the revision that they hold at.</summary>
    public async Task<IReadOnlyDictionary<(Term Term, Place Place), decimal?>> OfAsync(
        IReadOnlyCollection<(Term Term, Place Place)> asked,
        CancellationToken cancellationToken
    )
    {
        var answers = new Dictionary<(Term, Place), decimal?>();
        if (asked.Count == 0)
        {
            return answers;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var now = await TurnAsync(connection, cancellationToken);
        var open = new List<(Term Term, Place Place)>();
        foreach (var one in asked.Distinct())
        {
            if (one.Term is not EventCount && known.TryGetValue(Key(one), out var value))
            {
                answers[one] = value;
            }
            else
            {
                open.Add(one);
            }
        }

        foreach (var part in open.Chunk(200))
        {
            await using var batch = new NpgsqlBatch(connection);
            foreach (var (term, place) in part)
            {
                TermSql.AddValue(batch, term, place);
            }

            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            foreach (var one in part)
            {
                await reader.ReadAsync(cancellationToken);
                answers[one] = reader.IsDBNull(0) ? null : reader.GetDecimal(0);
                await reader.NextResultAsync(cancellationToken);
            }
        }

        lock (turning)
        {
            if (revision == now)
            {
                open.Where(o => o.Term is not EventCount).ToList().ForEach(o => known[Key(o)] = answers[o]);
            }
        }

        return answers;
    }

    private static (string, string, DateOnly) Key((Term Term, Place Place) one) => (one.Term.ToString(), one.Place.Region, one.Place.Day);

    private async Task<long> TurnAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select revision from cockpit.register_revision", connection);
        var now = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        lock (turning)
        {
            if (now != revision || known.Count > Most)
            {
                known.Clear();
                revision = now;
            }
        }

        return now;
    }
}
