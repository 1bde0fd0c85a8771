using Npgsql;

namespace TcmBrain.Traceability.Log;

/// <summary>Makes proofs from the stored nodes: one query a proof, some hundred hashes whatever the size of the log.</summary>
public static class TreeReader
{
    /// <summary>The hashes that lead from the leaf to the root of the tree of that size.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The tree of that size has no such leaf.</exception>
    /// <exception cref="LogDamagedException">A node is missing.</exception>
    public static Task<IReadOnlyList<byte[]>> InclusionProofAsync(
        NpgsqlConnection connection,
        long index,
        long size,
        CancellationToken cancellationToken
    ) => RootsAsync(connection, TreeShape.InclusionProof(index, size), cancellationToken);

    /// <summary>The hashes that show the first tree to be the begin of the second.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The first is empty or larger than the second.</exception>
    /// <exception cref="LogDamagedException">A node is missing.</exception>
    public static Task<IReadOnlyList<byte[]>> ConsistencyProofAsync(
        NpgsqlConnection connection,
        long size1,
        long size2,
        CancellationToken cancellationToken
    ) => RootsAsync(connection, TreeShape.ConsistencyProof(size1, size2), cancellationToken);

    private static async Task<IReadOnlyList<byte[]>> RootsAsync(
        NpgsqlConnection connection,
        List<LeafRange> ranges,
        CancellationToken cancellationToken
    )
    {
        var runs = ranges.Select(TreeShape.Runs).ToList();
        var nodes = await NodesAsync(connection, [.. runs.SelectMany(r => r)], cancellationToken);
        return [.. runs.Select(range => TreeShape.Root([.. range.Select(run => NodesOf(run, nodes))]))];
    }

    private static byte[][] NodesOf(NodeRun run, Dictionary<(short, long), byte[]> nodes)
    {
        var hashes = new byte[run.Count][];
        for (var i = 0; i < run.Count; i++)
        {
            hashes[i] = nodes.TryGetValue((run.Level, run.First + i), out var hash)
                ? hash
                : throw new LogDamagedException($"Node {run.Level}/{run.First + i} of the log's tree is missing.");
        }

        return hashes;
    }

    private static async Task<Dictionary<(short Level, long Index), byte[]>> NodesAsync(
        NpgsqlConnection connection,
        NodeRun[] runs,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            """
            select n.level, n.index, n.hash from unnest($1, $2, $3) as r (level, first, last)
            join traceability.tree_node n on n.level = r.level and n.index between r.first and r.last
            """,
            connection
        )
        {
            Parameters =
            {
                new() { Value = runs.Select(r => r.Level).ToArray() },
                new() { Value = runs.Select(r => r.First).ToArray() },
                new() { Value = runs.Select(r => r.First + r.Count - 1).ToArray() },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var nodes = new Dictionary<(short, long), byte[]>();
        while (await reader.ReadAsync(cancellationToken))
        {
            nodes[(reader.GetInt16(0), reader.GetInt64(1))] = reader.GetFieldValue<byte[]>(2);
        }

        return nodes;
    }
}

/// <summary>The stored tree is not what it was when it was written.</summary>
public sealed class LogDamagedException(string message) : Exception(message);
