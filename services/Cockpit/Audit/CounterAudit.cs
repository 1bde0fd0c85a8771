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
public sealed record AuditDifference(string Name, long Expected, long Actual);

/// <param name="Checks">For each table: how many numbers a recomputation has or the table has, and how many of them agree.</param>
/// <param name="Differences">The first of those that do not agree, at most <see cref="CounterAudit.MostDifferences"/>.</param>
public sealed record AuditResult(IReadOnlyList<AuditCheck> Checks, IReadOnlyList<AuditDifference> Differences)
{
    public bool Holds => Checks.All(c => c.Holds);
}

public sealed record RebuildResult(long Facts, int Counters, int Rankings, int Prescriptions, double Seconds);

/// <summary>
/// Recomputes every number of the cockpit from its facts, to compare (核对) or to replace (重算). Needs nothing but the database, so that tools can use it.
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
        var (tally, facts, last) = await RecomputeAsync(connection, cancellationToken);
        var position = await connection.ExecuteScalarAsync<long>("select last from cockpit.position", transaction: snapshot);

        var differences = new List<AuditDifference>();
        var checks = new List<AuditCheck>
        {
            new("cockpit facts = position", position, facts),
            new("cockpit last fact = position", position, last),
            Compare("cockpit counters = recomputation", tally.Counters, await CountersAsync(connection), differences),
            Compare("cockpit standing = recomputation", tally.Standing(), await StandingAsync(connection), differences),
            Compare(
                "cockpit rankings = recomputation",
                tally.Rankings.ToDictionary(r => r.Key, r => r.Value.Count),
                await RankingsAsync(connection, "count"),
                differences
            ),
            Compare(
                "cockpit ranking amounts = recomputation",
                tally.Rankings.ToDictionary(r => r.Key, r => r.Value.Amount),
                await RankingsAsync(connection, "amount"),
                differences
            ),
        };
        return new(checks, differences);
    }

    /// <summary>
    /// Replaces all numbers by a recomputation and starts a new generation of the live view. Folding waits meanwhile; readers go on seeing the old
    /// numbers until it is done. Idempotent.
    /// </summary>
    public async Task<RebuildResult> RebuildAsync(CancellationToken cancellationToken = default)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync("update cockpit.position set generation = gen_random_uuid()", transaction: transaction);
        var (tally, facts, _) = await RecomputeAsync(connection, cancellationToken);
        await connection.ExecuteAsync(
            """
            delete from cockpit.counters;
            delete from cockpit.standing;
            delete from cockpit.rankings;
            delete from cockpit.prescriptions;
            """,
            transaction: transaction
        );
        await FoldStore.AddAsync(connection, transaction, tally, [], FoldStore.Rebuilt, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new(facts, tally.Counters.Count, tally.Rankings.Count, tally.Prescriptions.Count, clock.Elapsed.TotalSeconds);
    }

    private static async Task<(Tally Tally, long Facts, long Last)> RecomputeAsync(
        NpgsqlConnection connection,
        CancellationToken cancellationToken
    )
    {
        const string sql = """
            select id, message_id, type, aggregate_id, version, revision, institution, region, centre, occurred_at, detail, topic,
                   amount, quantity, items, flag, pieces, weights
            from cockpit.facts order by id
            """;
        var tally = new Tally();
        long facts = 0;
        long last = 0;
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            facts++;
            last = reader.GetInt64(0);
            tally.Add(
                new Fact
                {
                    MessageId = reader.GetGuid(1),
                    Type = reader.GetString(2),
                    AggregateId = reader.GetGuid(3),
                    Version = reader.GetInt32(4),
                    Revision = reader.GetInt32(5),
                    Institution = Text(6),
                    Region = Text(7),
                    Centre = Text(8),
                    OccurredAt = reader.GetFieldValue<DateTimeOffset>(9),
                    Detail = Text(10),
                    Topic = Text(11),
                    Amount = reader.GetInt64(12),
                    Quantity = reader.GetInt64(13),
                    Items = reader.GetInt32(14),
                    Flag = reader.GetBoolean(15),
                    Pieces = reader.IsDBNull(16) ? null : reader.GetFieldValue<string[]>(16),
                    Weights = reader.IsDBNull(17) ? null : reader.GetFieldValue<long[]>(17),
                }
            );
        }

        return (tally, facts, last);

        string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    }

    private static async Task<Dictionary<CounterKey, long>> CountersAsync(NpgsqlConnection connection)
    {
        var rows = await connection.QueryAsync<(string Kind, string Code, DateTime Day, short Hour, string Metric, long Value)>(
            "select kind::text, code, day::timestamp, hour, metric, value from cockpit.counters",
            commandTimeout: 0
        );
        return rows.ToDictionary(r => new CounterKey(new(r.Kind[0], r.Code), DateOnly.FromDateTime(r.Day), r.Hour, r.Metric), r => r.Value);
    }

    private static async Task<Dictionary<(Scope Scope, Stage Stage), long>> StandingAsync(NpgsqlConnection connection)
    {
        var rows = await connection.QueryAsync<(string Kind, string Code, short Stage, long Value)>(
            "select kind::text, code, stage, value from cockpit.standing where value <> 0",
            commandTimeout: 0
        );
        return rows.ToDictionary(r => (new Scope(r.Kind[0], r.Code), (Stage)r.Stage), r => r.Value);
    }

    private static async Task<Dictionary<RankingKey, long>> RankingsAsync(NpgsqlConnection connection, string column)
    {
        var rows = await connection.QueryAsync<(string List, DateTime Day, string Region, string Institution, string Topic, long Value)>(
            $"select list, day::timestamp, region, institution, topic, {column} from cockpit.rankings",
            commandTimeout: 0
        );
        return rows.ToDictionary(r => new RankingKey(r.List, DateOnly.FromDateTime(r.Day), r.Region, r.Institution, r.Topic), r => r.Value);
    }

    private static AuditCheck Compare<TKey>(
        string name,
        IReadOnlyDictionary<TKey, long> expected,
        Dictionary<TKey, long> actual,
        List<AuditDifference> differences
    )
        where TKey : notnull
    {
        long all = 0;
        long agree = 0;
        foreach (var key in expected.Keys.Union(actual.Keys))
        {
            var (should, does) = (expected.GetValueOrDefault(key), actual.GetValueOrDefault(key));
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
