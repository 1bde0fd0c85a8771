using System.Data;
using Npgsql;
using TcmBrain.Traceability.Events;

namespace TcmBrain.Traceability.Log;

/// <summary>One thing that is not as it must be.</summary>
/// <param name="Rule"><c>event-hash</c>, <c>leaf</c>, <c>gap</c>, <c>items</c>, <c>node</c>, <c>root</c>, <c>signature</c>, <c>head</c>.</param>
/// <param name="Where">Leaf index, range of leaf indexes, node or checkpoint.</param>
public sealed record LogFinding(string Rule, string Where, string Zh, string En);

/// <param name="Events">Stored events.</param>
/// <param name="SignedSize">Leaves under the newest checkpoint; the rest wait for the next signature.</param>
/// <param name="Checkpoints">Checkpoints whose signature and root were recomputed.</param>
/// <param name="Findings">Empty when all is well; at most <see cref="LogAudit.MostFindings"/>.</param>
public sealed record LogAuditReport(long Events, long SignedSize, int Checkpoints, IReadOnlyList<LogFinding> Findings)
{
    public bool Ok => Findings.Count == 0;
}

/// <summary>
/// Recomputes the whole trace (自查): every event's hash and leaf, every stored node, the root under every checkpoint ever signed and
/// its signature. As all roots come from one sequence of leaves, checkpoints that pass are consistent with each other. Reads one
/// snapshot, changes nothing, needs memory for no more than one event.
/// </summary>
public static class LogAudit
{
    public const int MostFindings = 200;

    /// <param name="connectionString">The traceability service's database.</param>
    /// <param name="verifierKeys">
    /// C2SP verifier keys that the caller trusts. Null: those that the database names, which whoever rewrites all of it can replace too.
    /// </param>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    /// <exception cref="FormatException">A verifier key is malformed.</exception>
    public static async Task<LogAuditReport> RunAsync(
        string connectionString,
        IReadOnlyList<string>? verifierKeys = null,
        CancellationToken cancellationToken = default
    )
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        return await RunAsync(connection, verifierKeys, cancellationToken);
    }

    /// <summary>Within the connection's own transaction.</summary>
    internal static async Task<LogAuditReport> RunAsync(
        NpgsqlConnection connection,
        IReadOnlyList<string>? verifierKeys,
        CancellationToken cancellationToken
    )
    {
        var keys = (verifierKeys ?? await KnownKeysAsync(connection, cancellationToken)).Select(LogKey.FromVerifierKey).ToList();
        try
        {
            var run = new LogAuditRun(connection, keys);
            await run.ExecuteAsync(cancellationToken);
            return run.Report();
        }
        finally
        {
            keys.ForEach(k => k.Dispose());
        }
    }

    private static async Task<List<string>> KnownKeysAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select verifier_key from traceability.log_key order by first_used_at", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var keys = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            keys.Add(reader.GetString(0));
        }

        return keys;
    }
}
