using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.Traceability.Capture.Rules;
using TcmBrain.Traceability.Events;

namespace TcmBrain.Traceability.Tests.Capture;

/// <summary>The rules in code and the official JSON schema must take and refuse the same.</summary>
public sealed class ShapesTests
{
    /// <summary>What a field is tried with.</summary>
    private static readonly string[] Values =
    [
        "null",
        "true",
        "7",
        "-1.5",
        "1e40",
        "\"\"",
        "\"word\"",
        "\"urn:x:y\"",
        "\"urn:epcglobal:cbv:bizstep:shipping\"",
        "\"https://gs1.org/voc/Temperature\"",
        "\"https://ns.gs1.org/cbv/Disp-active\"",
        "\"not a uri\"",
        "\"shipping\"",
        "\"DELETE\"",
        "\"2026-11-20T08:00:00Z\"",
        "\"2026-11-20 08:00:00\"",
        "\"+14:01\"",
        "\"-08:30\"",
        "\"A0f\"",
        "\"KGM\"",
        "{}",
        "[]",
        "[{}]",
        "[\"urn:x:y\"]",
        "[\"urn:x:y\",\"urn:x:y\"]",
        "[\"no uri\"]",
        "{\"id\":\"urn:x:y\"}",
        "{\"id\":\"urn:x:y\",\"a b\":1}",
        "{\"noprefix\":1}",
        "{\"a:b\":{\"c\":null}}",
        "[{\"epcClass\":\"urn:x:y\",\"quantity\":1,\"uom\":\"KGM\"}]",
    ];

    [Fact]
    public void They_agree_with_the_official_schema_on_every_example_with_anything_in_it_changed()
    {
        var schema = new JsonSchema(JsonDocument.Parse(File.ReadAllText(Vectors.Require("epcis", "EPCIS-JSON-Schema.json"))).RootElement);
        var values = Values.Select(v => JsonNode.Parse(v)).ToList();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var (agreed, refused) = (0, 0);
        var wrong = new ConcurrentBag<string>();
        var tries = new List<Action>();
        foreach (var e in Examples())
        {
            foreach (var place in Places(e, ""))
            {
                // One example of each place of each type is enough.
                if (!seen.Add($"{e["type"]} {string.Join('/', place.Split('/').Select(p => int.TryParse(p, out _) ? "0" : p))}"))
                {
                    continue;
                }

                tries.Add(() => Try(e, place, remove: true, null));
                tries.AddRange(values.Select(value => (Action)(() => Try(e, place, remove: false, value))));
            }
        }

        Parallel.Invoke([.. tries]);

        wrong.Take(20).ShouldBeEmpty();
        (agreed > 5000 && refused > 3000).ShouldBeTrue($"{agreed} tried, {refused} refused");

        void Try(JsonObject original, string place, bool remove, JsonNode? value)
        {
            var changed = original.DeepClone().AsObject();
            var at = place.Split('/')[1..];
            JsonNode owner = changed;
            foreach (var step in at[..^1])
            {
                owner = (owner is JsonArray list ? list[int.Parse(step, null)] : owner[step.Replace("~1", "/")])!;
            }

            var last = at[^1].Replace("~1", "/");
            if (owner is JsonArray array)
            {
                array.RemoveAt(int.Parse(last, null));
                if (!remove)
                {
                    array.Insert(int.Parse(last, null), value?.DeepClone());
                }
            }
            else if (remove)
            {
                owner.AsObject().Remove(last);
            }
            else
            {
                owner[last] = value?.DeepClone();
            }

            var element = JsonSerializer.SerializeToElement(changed);
            var official = schema.Check(element);
            var faults = new FaultList();
            Shapes.Event(new ShapeCheck(faults, ""), element);
            faults.Require(element.TryGetProperty("@context", out _), TraceabilityFaults.Missing, "/@context");
            Interlocked.Increment(ref agreed);
            Interlocked.Add(ref refused, official.Count > 0 ? 1 : 0);
            if (official.Count > 0 != faults.Any)
            {
                wrong.Add(
                    $"{changed["type"]} {place} = {(remove ? "(removed)" : value?.ToJsonString() ?? "null")}: schema [{string.Join("; ", official.Take(2))}], rules [{string.Join("; ", faults.Faults.Select(f => f.Code + " " + f.Field).Take(2))}]"
                );
            }
        }
    }

    private static IEnumerable<JsonObject> Examples()
    {
        foreach (var file in Directory.GetFiles(Vectors.Require("epcis", "examples"), "*.jsonld", SearchOption.AllDirectories).Order())
        {
            using var json = JsonDocument.Parse(File.ReadAllText(file));
            foreach (var entry in EventDocument.Read(json.RootElement)!.Events)
            {
                var e = new JsonObject();
                foreach (var field in entry.Event.EnumerateObject())
                {
                    e[field.Name] = JsonNode.Parse(field.Value.GetRawText());
                }

                e["@context"] = JsonNode.Parse(json.RootElement.GetProperty("@context").GetRawText());
                yield return e;
            }
        }
    }

    private static IEnumerable<string> Places(JsonNode node, string at) =>
        node switch
        {
            JsonObject o => o.ToList()
                .SelectMany(p =>
                    p.Key == "@context"
                        ? [$"{at}/{p.Key}"]
                        : (p.Value is null ? [] : Places(p.Value, $"{at}/{p.Key.Replace("/", "~1")}")).Prepend(
                            $"{at}/{p.Key.Replace("/", "~1")}"
                        )
                ),
            JsonArray a => a.SelectMany((v, i) => (v is null ? [] : Places(v, $"{at}/{i}")).Prepend($"{at}/{i}")),
            _ => [],
        };
}
