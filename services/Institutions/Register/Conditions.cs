using Npgsql;

namespace TcmBrain.Institutions.Register;

/// <summary>The conditions of one query with their named parameters. Only those that apply are in it, so that the planner sees what counts.</summary>
internal sealed class Conditions
{
    private readonly List<string> clauses = [];
    private readonly List<(string Name, object Value)> parameters = [];

    /// <summary>How many matches are worth counting: beyond that a list says only that there are more.</summary>
    public int CountUpTo { get; set; } = 10_000;

    public string Sql => clauses.Count == 0 ? "true" : string.Join("\n  and ", clauses);

    public Conditions And(string clause, params ReadOnlySpan<(string Name, object Value)> values)
    {
        clauses.Add(clause);
        foreach (var value in values)
        {
            parameters.Add(value);
        }

        return this;
    }

    /// <summary>Adds the clause when there is a value.</summary>
    public Conditions AndIf(object? value, string clause, string name) => value is null ? this : And(clause, (name, value));

    public void Bind(NpgsqlCommand command)
    {
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }
    }

    public Conditions Copy()
    {
        var copy = new Conditions { CountUpTo = CountUpTo };
        copy.clauses.AddRange(clauses);
        copy.parameters.AddRange(parameters);
        return copy;
    }
}
