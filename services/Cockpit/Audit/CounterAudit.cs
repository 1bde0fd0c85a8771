using System.Globalization;
using Dapper;
using Npgsql;
using TcmBrain.Cockpit.Folding;

namespace TcmBrain.Cockpit.Audit;

/// <summary>One line of the platform's audit of itself; it holds when both numbers are equal.</summary>
public sealed record AuditCheck(string Name, long Expected, long Actual)
{
    public bool Holds => Expected == Actual;
}

/// <summary>A number that is not what the facts say.</summary>
public sealed record AuditDifference(string Name, string Expected, string Actual);

/// <param name="Checks">For each table: how many numbers a recomputation has or the table has, and how many of them agree.</param>
/// <param name="Differences">The first of those that do not agree, at most <see cref="CounterAudit.MostDifferences"/>.</param>
public sealed record AuditResult(IReadOnlyList<AuditCheck> Checks, IReadOnlyList<AuditDifference> Differences)
{
    public bool Holds => Checks.All(c => c.Holds);
}

/// <summary>
/// Recomputes every number of the cockpit from its facts and compares (核对). Needs nothing but the database, so that tools can use it.
/// </summary>
public sealed class CounterAudit(NpgsqlDataSource database)
{
    public const int MostDifferences = 100;

    /// <summary>Compares all numbers with a recomputation, in one snapshot, while the service may go on.</summary>
    public static async Task<AuditResult> RunAsync(string connectionString, CancellationToken cancellationToken = default)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        return await new CounterAudit(database).RunAsync(cancellationToken);
    }

    /// <inheritdoc cref="RunAsync(string, CancellationToken)"/>
    public async Task<AuditResult> RunAsync(CancellationToken cancellationToken = default)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var numbers = new Recomputation();
        await numbers.ReadAsync(connection, long.MaxValue, cancellationToken);
        var position = await connection.ExecuteScalarAsync<long>("select last from cockpit.position", transaction: snapshot);
        var tally = numbers.Tally;
        var journeys = tally.Contributions();
        journeys.Settle();

        var differences = new List<AuditDifference>();
        var checks = new List<AuditCheck>
        {
            new("cockpit facts = position", position, numbers.Facts),
            new("cockpit last fact = position", position, numbers.Last),
            Compare(
                "cockpit counters = recomputation",
                tally.Counters.Concat(journeys.Counters).ToDictionary(),
                await StoredNumbers.CountersAsync(connection),
                Number,
                differences
            ),
            Compare(
                "cockpit standing = recomputation",
                journeys.Standing,
                await StoredNumbers.StandingAsync(connection),
                Number,
                differences
            ),
            Compare(
                "cockpit rankings = recomputation",
                tally.Rankings,
                await StoredNumbers.RankingsAsync(connection),
                r => $"{r.Count} × {r.Amount}",
                differences
            ),
            Compare("cockpit flows = recomputation", journeys.Flows, await StoredNumbers.FlowsAsync(connection), Number, differences),
            Compare(
                "cockpit turn-rounds = recomputation",
                journeys.Sketches,
                await StoredNumbers.SketchesAsync(connection, cancellationToken),
                s => s is null ? "0" : $"{s.Count} × {s.Sum} ms {Convert.ToHexString(s.Encode())}",
                differences
            ),
            Compare(
                "cockpit journeys = recomputation",
                tally.Journeys,
                await StoredNumbers.JourneysAsync(connection, cancellationToken),
                j => j is null ? "none" : j.ToString(),
                differences
            ),
        };
        return new(checks, differences);
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Absent and 0 are the same number.</summary>
    internal static AuditCheck Compare<TKey, TValue>(
        string name,
        IReadOnlyDictionary<TKey, TValue> expected,
        IReadOnlyDictionary<TKey, TValue> actual,
        Func<TValue?, string> text,
        List<AuditDifference> differences
    )
        where TKey : notnull
    {
        long all = 0;
        long agree = 0;
        foreach (var key in expected.Keys.Union(actual.Keys))
        {
            var (should, does) = (text(expected.GetValueOrDefault(key)), text(actual.GetValueOrDefault(key)));
            all++;
            if (should == does)
            {
                agree++;
            }
            else if (differences.Count < MostDifferences)
            {
                differences.Add(new(string.Create(CultureInfo.InvariantCulture, $"{name}: {key}"), should, does));
            }
        }

        return new(name, all, agree);
    }
}
