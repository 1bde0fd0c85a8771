using System.Globalization;
using System.Text;
using System.Text.Json;

namespace TcmBrain.Traceability.Events;

/// <summary>
/// One text for one JSON value, so that its hash is one: RFC 8785 (no blanks, keys in UTF-16 order, shortest escapes), except that
/// numbers keep the digits they were written with, for a trace must not lose any.
/// </summary>
public static class CanonicalJson
{
    private static readonly Comparison<(string Name, JsonElement Value)> ByName = (a, b) => string.CompareOrdinal(a.Name, b.Name);

    public static string Of(JsonElement value)
    {
        var text = new StringBuilder();
        Write(value, text);
        return text.ToString();
    }

    internal static void Write(JsonElement value, StringBuilder text)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(value, text);
                break;
            case JsonValueKind.Array:
                text.Append('[');
                var first = true;
                foreach (var item in value.EnumerateArray())
                {
                    if (!first)
                    {
                        text.Append(',');
                    }

                    first = false;
                    Write(item, text);
                }

                text.Append(']');
                break;
            case JsonValueKind.String:
                Write(value.GetString()!, text);
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    /// <summary>The object's fields as they stand in the canonical text.</summary>
    internal static List<(string Name, JsonElement Value)> Sorted(JsonElement value)
    {
        var fields = new List<(string Name, JsonElement Value)>();
        foreach (var property in value.EnumerateObject())
        {
            fields.Add((property.Name, property.Value));
        }

        fields.Sort(ByName);
        return fields;
    }

    private static void WriteObject(JsonElement value, StringBuilder text)
    {
        text.Append('{');
        var first = true;
        foreach (var (name, field) in Sorted(value))
        {
            if (!first)
            {
                text.Append(',');
            }

            first = false;
            Write(name, text);
            text.Append(':');
            Write(field, text);
        }

        text.Append('}');
    }

    internal static void Write(string value, StringBuilder text)
    {
        text.Append('"');
        if (value.AsSpan().IndexOfAnyInRange('\0', '\u001f') < 0 && value.AsSpan().IndexOfAny('"', '\\') < 0)
        {
            text.Append(value).Append('"');
            return;
        }

        foreach (var c in value)
        {
            switch (c)
            {
                case '"':
                    text.Append("\\\"");
                    break;
                case '\\':
                    text.Append("\\\\");
                    break;
                case '\b':
                    text.Append("\\b");
                    break;
                case '\t':
                    text.Append("\\t");
                    break;
                case '\n':
                    text.Append("\\n");
                    break;
                case '\f':
                    text.Append("\\f");
                    break;
                case '\r':
                    text.Append("\\r");
                    break;
                case < ' ':
                    text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
                    break;
                default:
                    text.Append(c);
                    break;
            }
        }

        text.Append('"');
    }
}
