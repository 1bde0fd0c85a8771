using TcmBrain.Traceability.Log;

namespace TcmBrain.Traceability.Tests.Log;

public sealed class MerkleTests
{
    private const int Most = 1100;
    private static readonly byte[][] Leaves = [.. Enumerable.Range(0, Most).Select(i => Merkle.LeafHash(BitConverter.GetBytes(i)))];

    [Fact]
    public void The_root_of_a_growing_tree_is_that_of_its_leaves()
    {
        var tree = new CompactRange();
        tree.Root().ShouldBe(Convert.FromHexString("E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"));
        var completed = new List<TreeNode>();
        foreach (var leaf in Leaves)
        {
            tree.Append(leaf, completed);
            if (tree.Size < 70 || tree.Size % 97 == 0)
            {
                tree.Root().ShouldBe(Naive(0, (int)tree.Size));
            }
        }

        completed.Count(n => n.Level == 0).ShouldBe(Most);
        var upper = completed.Where(n => n.Level == 1).ToList();
        upper.Select(n => n.Index).ShouldBe([0, 1, 2, 3]);
        upper.ForEach(n => n.Hash.ShouldBe(Naive((int)n.Index * 256, ((int)n.Index + 1) * 256)));
    }

    [Fact]
    public void The_edge_of_another_size_is_refused()
    {
        Should.Throw<ArgumentException>(() => new CompactRange(3, [Leaves[0]]));
        Should.Throw<ArgumentException>(() => new CompactRange(-1, []));
        Should.Throw<ArgumentException>(() =>
            new CompactRange(
                1,
                [
                    [1, 2, 3],
                ]
            )
        );
    }

    [Fact]
    public void Every_leaf_of_every_small_tree_is_proven_and_no_other_place_or_leaf_is()
    {
        for (var size = 1; size <= 66; size++)
        {
            var root = Naive(0, size);
            for (var index = 0; index < size; index++)
            {
                var proof = Roots(TreeShape.InclusionProof(index, size));
                Merkle.VerifyInclusion(index, size, Leaves[index], proof, root).ShouldBeTrue();
                Merkle.VerifyInclusion(index, size, Leaves[index + 1], proof, root).ShouldBeFalse();
                Merkle.VerifyInclusion(index + 1, size, Leaves[index], proof, root).ShouldBeFalse();
                Merkle.VerifyInclusion(index, size, Leaves[index], [.. proof, root], root).ShouldBeFalse();
            }
        }
    }

    [Fact]
    public void Every_pair_of_small_trees_is_proven_consistent_and_a_forked_one_is_not()
    {
        for (var size2 = 1; size2 <= 66; size2++)
        {
            for (var size1 = 1; size1 <= size2; size1++)
            {
                var proof = Roots(TreeShape.ConsistencyProof(size1, size2));
                Merkle.VerifyConsistency(size1, size2, Naive(0, size1), Naive(0, size2), proof).ShouldBeTrue();
                Merkle.VerifyConsistency(size1, size2, Leaves[999], Naive(0, size2), proof).ShouldBeFalse();
            }
        }
    }

    [Fact]
    public void Subtrees_wider_than_a_stored_node_are_put_together_from_such_nodes()
    {
        foreach (var index in (int[])[0, 255, 256, 700, 1023, 1024, 1099])
        {
            Merkle.VerifyInclusion(index, Most, Leaves[index], Roots(TreeShape.InclusionProof(index, Most)), Naive(0, Most)).ShouldBeTrue();
        }

        TreeShape
            .Runs(new LeafRange(0, 1100))
            .ShouldBe([new NodeRun(1, 0, 4), new NodeRun(0, 1024, 64), new NodeRun(0, 1088, 8), new NodeRun(0, 1096, 4)]);
        TreeShape.Runs(new LeafRange(0, 1L << 40)).ShouldBe([new NodeRun(5, 0, 1)]);
    }

    /// <summary>By the definition (RFC 6962, 2.1), with nothing clever.</summary>
    private static byte[] Naive(int start, int end)
    {
        if (end - start == 1)
        {
            return Leaves[start];
        }

        var k = 1;
        while (k * 2 < end - start)
        {
            k *= 2;
        }

        return Merkle.NodeHash(Naive(start, start + k), Naive(start + k, end));
    }

    /// <summary>As the service does it, from nodes of every eighth height.</summary>
    private static List<byte[]> Roots(List<LeafRange> ranges) =>
        [
            .. ranges.Select(range =>
                TreeShape.Root([
                    .. TreeShape
                        .Runs(range)
                        .Select(run =>
                            (IReadOnlyList<byte[]>)[.. Enumerable.Range(0, run.Count).Select(i => Node(run.Level, (int)run.First + i))]
                        ),
                ])
            ),
        ];

    private static byte[] Node(int level, int index) => Naive(index << (8 * level), (index + 1) << (8 * level));
}
