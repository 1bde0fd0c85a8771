using System.Text;
using System.Text.Json;
using TcmBrain.Traceability.Events;

namespace TcmBrain.Traceability.Tests.Events;

public sealed class EventHashVectorTests
{
    [Fact]
    public void Every_document_of_the_reference_implementation_has_the_reference_hashes()
    {
        var documents = Directory.GetFiles(Vectors.Require("event-hash"), "*.jsonld").Order(StringComparer.Ordinal).ToList();
        documents.Count.ShouldBeGreaterThan(12);
        foreach (var file in documents)
        {
            var name = Path.GetFileNameWithoutExtension(file);
            var (prehashes, hashes) = Of(file);
            hashes.ShouldBe(Lines(Path.ChangeExtension(file, ".hashes")), name);
            if (Path.ChangeExtension(file, ".prehashes") is var expected && File.Exists(expected))
            {
                prehashes.ShouldBe(Lines(expected), name);
            }
        }
    }

    [Fact]
    public void The_chain_from_planting_to_recall_has_the_reference_hashes()
    {
        var folder = Vectors.Require("tcm-chain");
        var expected = Lines(Path.Combine(folder, "tcm-chain-example.hashes.tsv")).Skip(1).Select(l => l.Split('\t')).ToList();

        var (prehashes, hashes) = Of(Path.Combine(folder, "tcm-chain-example.jsonld"));

        hashes.Count.ShouldBe(18);
        prehashes.ShouldBe(expected.Select(e => e[2]));
        hashes.ShouldBe(expected.Select(e => e[1]));
    }

    private static (List<string> PreHashes, List<string> Hashes) Of(string file)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(file));
        var document = EventDocument.Read(json.RootElement).ShouldNotBeNull();
        return (
            [.. document.Events.Select(e => PreHash.Of(e.Event, document.Context, document.Ignored))],
            [.. document.Events.Select(e => EventHash.Text(EventHash.Compute(e.Event, document.Context, document.Ignored)))]
        );
    }

    private static List<string> Lines(string file) =>
        [.. File.ReadAllText(file, Encoding.UTF8).Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0)];
}
