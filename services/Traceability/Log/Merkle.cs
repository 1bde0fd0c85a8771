using System.Numerics;
using System.Security.Cryptography;

namespace TcmBrain.Traceability.Log;

/// <summary>
/// Merkle tree hashing and proof checking by RFC 6962 (section 2.1) with SHA-256. Nothing here trusts its input: a proof that is
/// malformed in any way is simply not valid.
/// </summary>
public static class Merkle
{
    public const int HashLength = SHA256.HashSizeInBytes;

    /// <summary>Root of the tree without leaves.</summary>
    public static byte[] EmptyRoot() => SHA256.HashData([]);

    public static byte[] LeafHash(ReadOnlySpan<byte> leaf)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([0]);
        hash.AppendData(leaf);
        return hash.GetHashAndReset();
    }

    public static byte[] NodeHash(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<byte> both = stackalloc byte[1 + (2 * HashLength)];
        both[0] = 1;
        left.CopyTo(both[1..]);
        right.CopyTo(both[(1 + HashLength)..]);
        return SHA256.HashData(both[..(1 + left.Length + right.Length)]);
    }

    /// <summary>True when the leaf is at that index of the tree of that size and root.</summary>
    public static bool VerifyInclusion(long index, long size, byte[] leafHash, IReadOnlyList<byte[]> proof, byte[] root)
    {
        if (index < 0 || index >= size || leafHash.Length != HashLength || !AreHashes(proof))
        {
            return false;
        }

        // RFC 9162, 2.1.3.2.
        var (fn, sn) = (index, size - 1);
        var hash = leafHash;
        foreach (var sibling in proof)
        {
            if (sn == 0)
            {
                return false;
            }

            if ((fn & 1) == 1 || fn == sn)
            {
                hash = NodeHash(sibling, hash);
                while ((fn & 1) == 0 && fn != 0)
                {
                    fn >>= 1;
                    sn >>= 1;
                }
            }
            else
            {
                hash = NodeHash(hash, sibling);
            }

            fn >>= 1;
            sn >>= 1;
        }

        return sn == 0 && Equal(hash, root);
    }

    /// <summary>True when the tree of the second size and root begins with the whole tree of the first.</summary>
    public static bool VerifyConsistency(long size1, long size2, byte[] root1, byte[] root2, IReadOnlyList<byte[]> proof)
    {
        // Everything begins with the empty tree; a proof of it would prove nothing, so it is not accepted as one.
        return size1 > 0 && VerifySubtreeConsistency(0, size1, size2, root1, root2, proof);
    }

    /// <summary>
    /// True when the leaves from <paramref name="start"/> up to <paramref name="end"/> are such a subtree of some tree that one of
    /// its leaves can be proven as if the subtree were a tree of its own (Merkle Tree Certificates draft, 4.1).
    /// </summary>
    public static bool IsSubtree(long start, long end) =>
        start >= 0 && start < end && (start & ((long)BitOperations.RoundUpToPowerOf2((ulong)(end - start)) - 1)) == 0;

    public static bool VerifySubtreeInclusion(
        long index,
        long start,
        long end,
        byte[] leafHash,
        IReadOnlyList<byte[]> proof,
        byte[] subtreeRoot
    ) => IsSubtree(start, end) && VerifyInclusion(index - start, end - start, leafHash, proof, subtreeRoot);

    /// <summary>True when the tree of that size and root holds exactly this subtree at that place.</summary>
    public static bool VerifySubtreeConsistency(
        long start,
        long end,
        long size,
        byte[] subtreeRoot,
        byte[] root,
        IReadOnlyList<byte[]> proof
    )
    {
        if (start == end && start >= 0 && end <= size)
        {
            return proof.Count == 0 && Equal(subtreeRoot, EmptyRoot());
        }

        if (!IsSubtree(start, end) || end > size || !AreHashes(proof))
        {
            return false;
        }

        if (start == 0 && end == size)
        {
            return proof.Count == 0 && Equal(subtreeRoot, root);
        }

        if (subtreeRoot.Length != HashLength)
        {
            return false;
        }

        // Merkle Tree Certificates draft, 4.4.3; with start 0 it is RFC 9162, 2.1.4.2.
        var (fn, sn, tn) = (start, end - 1, size - 1);
        while (fn != sn && (sn == tn || (sn & 1) == 1))
        {
            fn >>= 1;
            sn >>= 1;
            tn >>= 1;
        }

        var next = 0;
        byte[] fr;
        if (fn == sn)
        {
            fr = subtreeRoot;
        }
        else if (proof.Count > 0)
        {
            fr = proof[next++];
        }
        else
        {
            return false;
        }

        var sr = fr;
        for (; next < proof.Count; next++)
        {
            if (tn == 0)
            {
                return false;
            }

            var c = proof[next];
            if ((sn & 1) == 1 || sn == tn)
            {
                if (fn < sn)
                {
                    fr = NodeHash(c, fr);
                }

                sr = NodeHash(c, sr);
                while ((sn & 1) == 0)
                {
                    fn >>= 1;
                    sn >>= 1;
                    tn >>= 1;
                }
            }
            else
            {
                sr = NodeHash(sr, c);
            }

            fn >>= 1;
            sn >>= 1;
            tn >>= 1;
        }

        return tn == 0 && Equal(fr, subtreeRoot) && Equal(sr, root);
    }

    private static bool AreHashes(IReadOnlyList<byte[]> proof)
    {
        foreach (var hash in proof)
        {
            if (hash.Length != HashLength)
            {
                return false;
            }
        }

        return true;
    }

    private static bool Equal(byte[] a, byte[] b) => a.AsSpan().SequenceEqual(b);
}
