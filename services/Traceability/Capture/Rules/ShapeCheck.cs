using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.Json;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Traceability.Capture.Rules;

/// <summary>Where a check stands, and what it has found. Places are only written out when there is something to say of them.</summary>
internal sealed class ShapeCheck(FaultList faults, string pointer)
{
    /// <summary>A name, or an index boxed when first needed.</summary>
    private readonly List<(string? Name, int Index)> path = [];

    public int Found => faults.Faults.Count;

    public void Enter(string name) => path.Add((name, 0));

    public void Enter(int index) => path.Add((null, index));

    public void Leave() => path.RemoveAt(path.Count - 1);

    public void At(string name, Action check)
    {
        Enter(name);
        check();
        Leave();
    }

    public void Fault(FaultDefinition definition, params object[] arguments) => faults.Add(definition, Pointer(), arguments);

    public void Missing(string name) => At(name, () => Fault(TraceabilityFaults.Missing));

    /// <summary>False, and a fault, when the value is of another kind.</summary>
    public bool Kind(JsonElement value, JsonValueKind kind, string zh, string en)
    {
        if (value.ValueKind == kind)
        {
            return true;
        }

        if (value.ValueKind == JsonValueKind.Null)
        {
            Fault(TraceabilityFaults.NullValue);
        }
        else
        {
            Fault(TraceabilityFaults.WrongShape, zh, en);
        }

        return false;
    }

    /// <summary>RFC 6901.</summary>
    private string Pointer()
    {
        var text = new StringBuilder(pointer);
        foreach (var (name, index) in path)
        {
            text.Append('/');
            if (name is null)
            {
                text.Append(CultureInfo.InvariantCulture, $"{index}");
            }
            else
            {
                text.Append(name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));
            }
        }

        return text.ToString();
    }
}

/// <summary>An object of known fields.</summary>
internal sealed class Shape
{
    private readonly FrozenDictionary<string, Rule> fields;
    private readonly string[] required;

    /// <param name="fieldsAndRules">Names, separated by blanks and marked with ! when required, each followed by its rule.</param>
    public Shape(params object[] fieldsAndRules)
    {
        var known = new Dictionary<string, Rule>(StringComparer.Ordinal);
        var must = new List<string>();
        for (var i = 0; i < fieldsAndRules.Length; i += 2)
        {
            foreach (var name in ((string)fieldsAndRules[i]).Split(' '))
            {
                known.Add(name.TrimEnd('!'), (Rule)fieldsAndRules[i + 1]);
                if (name.EndsWith('!'))
                {
                    must.Add(name.TrimEnd('!'));
                }
            }
        }

        (fields, required) = (known.ToFrozenDictionary(StringComparer.Ordinal), [.. must]);
    }

    /// <summary>Whether other fields may stand beside the known, under names that are URIs (prefix and name count as one).</summary>
    public bool Open { get; init; }

    /// <summary>Whether those may have any name.</summary>
    public bool AnyNames { get; init; }

    public void Check(ShapeCheck check, JsonElement value)
    {
        if (!check.Kind(value, JsonValueKind.Object, "对象", "an object"))
        {
            return;
        }

        foreach (var name in required)
        {
            if (!value.TryGetProperty(name, out _))
            {
                check.Missing(name);
            }
        }

        foreach (var field in value.EnumerateObject())
        {
            check.Enter(field.Name);
            if (fields.TryGetValue(field.Name, out var rule))
            {
                rule(check, field.Value);
            }
            else if (!Open || !AnyNames && !Syntax.IsUri(field.Name))
            {
                check.Fault(TraceabilityFaults.UnknownField);
            }

            check.Leave();
        }
    }
}
