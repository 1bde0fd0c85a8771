using System.Numerics;

namespace TcmBrain.Traceability.Log;

/// <summary>A node that became complete: the hash over the leaves <c>[index·256^level, (index+1)·256^level)</c>.</summary>
public readonly record struct TreeNode(short Level, long Index, byte[] Hash);

/// <summary>
/// The right edge of a growing tree (紧凑区间): the roots of its complete subtrees, widest first. Enough to append leaves and to
/// know the root without reading anything else; at most 63 hashes.
/// </summary>
public sealed class CompactRange
{
    private readonly List<byte[]> edge;

    public CompactRange()
    {
        edge = [];
    }

    /// <exception cref="ArgumentException">The edge does not belong to a tree of that size.</exception>
    public CompactRange(long size, IEnumerable<byte[]> edge)
    {
        this.edge = [.. edge];
        Size = size;
        if (size < 0 || this.edge.Count != BitOperations.PopCount((ulong)size) || this.edge.Any(h => h.Length != Merkle.HashLength))
        {
            throw new ArgumentException($"A tree of {size} leaves does not have this edge.", nameof(edge));
        }
    }

    public long Size { get; private set; }

    public IReadOnlyList<byte[]> Edge => edge;

    /// <summary>Appends a leaf and adds the nodes that it completes, itself first.</summary>
    public void Append(byte[] leafHash, List<TreeNode> completed)
    {
        completed.Add(new TreeNode(0, Size, leafHash));
        var hash = leafHash;
        var height = 0;
        for (var at = Size; (at & 1) == 1; at >>= 1)
        {
            hash = Merkle.NodeHash(edge[^1], hash);
            edge.RemoveAt(edge.Count - 1);
            height++;
            if (height % TreeShape.LevelHeight == 0)
            {
                completed.Add(new TreeNode((short)(height / TreeShape.LevelHeight), Size >> height, hash));
            }
        }

        edge.Add(hash);
        Size++;
    }

    public byte[] Root()
    {
        if (edge.Count == 0)
        {
            return Merkle.EmptyRoot();
        }

        var root = edge[^1];
        for (var i = edge.Count - 2; i >= 0; i--)
        {
            root = Merkle.NodeHash(edge[i], root);
        }

        return root;
    }
}
