using System.Text.Json;
using TcmBrain.Traceability.Log;

namespace TcmBrain.Traceability.Tests.Log;

public sealed class MerkleVectorTests
{
    [Fact]
    public void Inclusion() =>
        Check(
            "inclusion",
            v => Merkle.VerifyInclusion(v.Number("leafIdx"), v.Number("treeSize"), v.Hash("leafHash"), v.Proof, v.Hash("root"))
        );

    [Fact]
    public void Consistency() =>
        Check(
            "consistency",
            v => Merkle.VerifyConsistency(v.Number("size1"), v.Number("size2"), v.Hash("root1"), v.Hash("root2"), v.Proof)
        );

    [Fact]
    public void Subtree_inclusion() =>
        Check(
            "subtreeinclusion",
            v =>
                Merkle.VerifySubtreeInclusion(
                    v.Number("leafIdx"),
                    v.Number("start"),
                    v.Number("end"),
                    v.Hash("leafHash"),
                    v.Proof,
                    v.Hash("root")
                )
        );

    [Fact]
    public void Subtree_consistency() =>
        Check(
            "subtreeconsistency",
            v =>
                Merkle.VerifySubtreeConsistency(
                    v.Number("start"),
                    v.Number("end"),
                    v.Number("size"),
                    v.Hash("root1"),
                    v.Hash("root2"),
                    v.Proof
                )
        );

    [Fact]
    public void All_of_them_are_there()
    {
        var files = Directory.GetFiles(Vectors.Require("merkle", "testdata"), "*.json", SearchOption.AllDirectories);
        var refused = files.Count(f => JsonDocument.Parse(File.ReadAllText(f)).RootElement.GetProperty("wantErr").GetBoolean());
        (files.Length, refused).ShouldBe((518, 482));
    }

    private static void Check(string kind, Func<Vector, bool> verify)
    {
        var files = Directory.GetFiles(Vectors.Require("merkle", "testdata", kind), "*.json", SearchOption.AllDirectories);
        files.Length.ShouldBeGreaterThan(50);
        var wrong = new List<string>();
        foreach (var file in files)
        {
            using var json = JsonDocument.Parse(File.ReadAllText(file));
            var vector = new Vector(json.RootElement);
            if (verify(vector) == json.RootElement.GetProperty("wantErr").GetBoolean())
            {
                wrong.Add(Path.GetRelativePath(Path.GetDirectoryName(Path.GetDirectoryName(file))!, file));
            }
        }

        wrong.ShouldBeEmpty();
    }

    private sealed class Vector(JsonElement json)
    {
        public List<byte[]> Proof =>
            json.GetProperty("proof") is { ValueKind: JsonValueKind.Array } proof ? [.. proof.EnumerateArray().Select(Decode)] : [];

        /// <summary>Sizes are unsigned in the vectors; past the signed range no log of ours can be.</summary>
        public long Number(string name) => json.GetProperty(name).GetUInt64() is var n && n <= long.MaxValue ? (long)n : -1;

        public byte[] Hash(string name) => Decode(json.GetProperty(name));

        private static byte[] Decode(JsonElement e) => e.ValueKind == JsonValueKind.Null ? [] : Convert.FromBase64String(e.GetString()!);
    }
}
