using System.Numerics;

namespace TcmBrain.Traceability.Log;

/// <summary>The leaves from <paramref name="Start"/> up to, not including, <paramref name="End"/>.</summary>
public readonly record struct LeafRange(long Start, long End);

/// <summary>A run of stored nodes of one level, and with them one complete subtree.</summary>
public readonly record struct NodeRun(short Level, long First, int Count);

/// <summary>Which subtrees proofs consist of, and of which stored nodes these are made. No hashes, only shape.</summary>
public static class TreeShape
{
    /// <summary>Every eighth height of the tree is stored, as in C2SP tlog-tiles.</summary>
    public const int LevelHeight = 8;

    /// <summary>The inclusion proof's subtrees, from the leaf's sibling upwards (RFC 6962, 2.1.1).</summary>
    public static List<LeafRange> InclusionProof(long index, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var path = new List<LeafRange>();
        var (start, end) = (0L, size);
        while (end - start > 1)
        {
            var middle = start + Split(end - start);
            if (index < middle)
            {
                path.Add(new LeafRange(middle, end));
                end = middle;
            }
            else
            {
                path.Add(new LeafRange(start, middle));
                start = middle;
            }
        }

        path.Reverse();
        return path;
    }

    /// <summary>The consistency proof's subtrees (RFC 6962, 2.1.2). Empty for equal sizes.</summary>
    public static List<LeafRange> ConsistencyProof(long size1, long size2)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size1, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size1, size2);
        var path = new List<LeafRange>();
        var (start, end) = (0L, size2);
        var whole = true;
        while (size1 != end)
        {
            var middle = start + Split(end - start);
            if (size1 <= middle)
            {
                path.Add(new LeafRange(middle, end));
                end = middle;
            }
            else
            {
                path.Add(new LeafRange(start, middle));
                start = middle;
                whole = false;
            }
        }

        if (!whole)
        {
            path.Add(new LeafRange(start, end));
        }

        path.Reverse();
        return path;
    }

    /// <summary>The complete subtrees of a range that begins where a subtree can begin, widest first.</summary>
    public static List<NodeRun> Runs(LeafRange range)
    {
        var runs = new List<NodeRun>();
        for (var at = range.Start; at < range.End; )
        {
            var height = BitOperations.Log2((ulong)(range.End - at));
            var level = height / LevelHeight;
            runs.Add(new NodeRun((short)level, at >> (level * LevelHeight), 1 << (height - (level * LevelHeight))));
            at += 1L << height;
        }

        return runs;
    }

    /// <summary>The root over a range's runs, each given as its nodes in order.</summary>
    public static byte[] Root(IReadOnlyList<IReadOnlyList<byte[]>> runs)
    {
        byte[]? root = null;
        for (var i = runs.Count - 1; i >= 0; i--)
        {
            var subtree = Fold(runs[i]);
            root = root is null ? subtree : Merkle.NodeHash(subtree, root);
        }

        return root ?? Merkle.EmptyRoot();
    }

    /// <summary>The largest power of two smaller than the size.</summary>
    private static long Split(long size) => 1L << BitOperations.Log2((ulong)(size - 1));

    private static byte[] Fold(IReadOnlyList<byte[]> nodes)
    {
        while (nodes.Count > 1)
        {
            var above = new byte[nodes.Count / 2][];
            for (var i = 0; i < above.Length; i++)
            {
                above[i] = Merkle.NodeHash(nodes[2 * i], nodes[(2 * i) + 1]);
            }

            nodes = above;
        }

        return nodes[0];
    }
}
