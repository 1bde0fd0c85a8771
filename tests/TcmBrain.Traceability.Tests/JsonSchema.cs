using System.Text.Json;
using System.Text.RegularExpressions;

namespace TcmBrain.Traceability.Tests;

/// <summary>
/// JSON Schema draft-07, as far as the EPCIS 2.0 schema uses it. A keyword that is not known here fails the run, so nothing is passed
/// over in silence.
/// </summary>
internal sealed class JsonSchema(JsonElement root)
{
    private static readonly string[] Annotations =
    [
        "$id",
        "$schema",
        "definitions",
        "title",
        "description",
        "default",
        "examples",
        "$comment",
    ];

    /// <summary>Why the value does not conform: pointer and keyword; empty when it does.</summary>
    public IReadOnlyList<string> Check(JsonElement value)
    {
        var errors = new List<string>();
        Check(root, value, "", errors);
        return errors;
    }

    private bool Conforms(JsonElement schema, JsonElement value)
    {
        var errors = new List<string>();
        Check(schema, value, "", errors);
        return errors.Count == 0;
    }

    private void Check(JsonElement schema, JsonElement value, string at, List<string> errors)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            Require(schema.ValueKind == JsonValueKind.True, "false");
            return;
        }

        if (schema.TryGetProperty("$ref", out var reference))
        {
            // In draft-07 whatever stands beside a reference does not count.
            Check(Resolve(reference.GetString()!), value, at, errors);
            return;
        }

        foreach (var keyword in schema.EnumerateObject())
        {
            var argument = keyword.Value;
            switch (keyword.Name)
            {
                case "type":
                    Require(Types(argument).Any(t => IsType(value, t)), $"type {argument}");
                    break;
                case "enum":
                    Require(argument.EnumerateArray().Any(option => JsonElement.DeepEquals(option, value)), "enum");
                    break;
                case "pattern":
                    Require(
                        value.ValueKind != JsonValueKind.String
                            || Regex.IsMatch(value.GetString()!, argument.GetString()!, RegexOptions.ECMAScript),
                        $"pattern {argument}"
                    );
                    break;
                case "format":
                    Require(
                        value.ValueKind != JsonValueKind.String || IsFormat(value.GetString()!, argument.GetString()!),
                        $"format {argument}"
                    );
                    break;
                case "required":
                    if (value.ValueKind == JsonValueKind.Object)
                    {
                        foreach (var name in argument.EnumerateArray())
                        {
                            Require(value.TryGetProperty(name.GetString()!, out _), $"required {name}");
                        }
                    }

                    break;
                case "properties":
                    if (value.ValueKind == JsonValueKind.Object)
                    {
                        foreach (var property in argument.EnumerateObject())
                        {
                            if (value.TryGetProperty(property.Name, out var field))
                            {
                                Check(property.Value, field, $"{at}/{property.Name}", errors);
                            }
                        }
                    }

                    break;
                case "additionalProperties":
                    if (value.ValueKind == JsonValueKind.Object)
                    {
                        foreach (var field in value.EnumerateObject())
                        {
                            if (!schema.TryGetProperty("properties", out var known) || !known.TryGetProperty(field.Name, out _))
                            {
                                Check(argument, field.Value, $"{at}/{field.Name}", errors);
                            }
                        }
                    }

                    break;
                case "propertyNames":
                    if (value.ValueKind == JsonValueKind.Object)
                    {
                        foreach (var field in value.EnumerateObject())
                        {
                            Require(Conforms(argument, JsonSerializer.SerializeToElement(field.Name)), $"propertyNames {field.Name}");
                        }
                    }

                    break;
                case "items":
                    if (value.ValueKind == JsonValueKind.Array)
                    {
                        for (var i = 0; i < value.GetArrayLength(); i++)
                        {
                            Check(argument, value[i], $"{at}/{i}", errors);
                        }
                    }

                    break;
                case "minItems":
                    Require(value.ValueKind != JsonValueKind.Array || value.GetArrayLength() >= argument.GetInt32(), "minItems");
                    break;
                case "uniqueItems":
                    Require(
                        value.ValueKind != JsonValueKind.Array
                            || value.EnumerateArray().Select(i => TcmBrain.Traceability.Events.CanonicalJson.Of(i)).Distinct().Count()
                                == value.GetArrayLength(),
                        "uniqueItems"
                    );
                    break;
                case "allOf":
                    foreach (var part in argument.EnumerateArray())
                    {
                        Check(part, value, at, errors);
                    }

                    break;
                case "anyOf":
                    Require(argument.EnumerateArray().Any(part => Conforms(part, value)), "anyOf");
                    break;
                case "oneOf":
                    Require(argument.EnumerateArray().Count(part => Conforms(part, value)) == 1, "oneOf");
                    break;
                case "not":
                    Require(!Conforms(argument, value), "not");
                    break;
                case "if":
                    if (schema.TryGetProperty(Conforms(argument, value) ? "then" : "else", out var consequence))
                    {
                        Check(consequence, value, at, errors);
                    }

                    break;
                case "then" or "else":
                    break;
                default:
                    if (!Annotations.Contains(keyword.Name))
                    {
                        throw new NotSupportedException($"keyword {keyword.Name}");
                    }

                    break;
            }
        }

        void Require(bool holds, string what)
        {
            if (!holds)
            {
                errors.Add($"{at}: {what}");
            }
        }
    }

    private JsonElement Resolve(string reference)
    {
        var at = root;
        foreach (var part in Uri.UnescapeDataString(reference).TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            at = at.GetProperty(part);
        }

        return at;
    }

    private static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(t => t.GetString()!) : [type.GetString()!];

    private static bool IsType(JsonElement value, string type) =>
        (type, value.ValueKind) switch
        {

            ("object", JsonValueKind.Object)
            or
            ("array", JsonValueKind.Array)
            or
            ("string", JsonValueKind.String)
            or
            ("number", JsonValueKind.Number)
            or
            ("boolean", JsonValueKind.True or JsonValueKind.False)
            or ("null", JsonValueKind.Null) => true,
            ("integer", JsonValueKind.Number) => value.TryGetDecimal(out var number) && decimal.Truncate(number) == number,
            _ => false,
        };

    private static bool IsFormat(string text, string format) =>
        format switch
        {
            "uri" => Regex.IsMatch(text, @"\A[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+\z"),
            "date-time" => Regex.IsMatch(text, @"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)\z", RegexOptions.ECMAScript),
            _ => throw new NotSupportedException($"format {format}"),
        };
}
