using System.Globalization;
using System.Text;

namespace TcmBrain.Cockpit.Indicators.Language;

/// <summary>An expression over the registers (指标算式): numbers, the four operations, and counts of what is registered.</summary>
public abstract record Node
{
    /// <summary>As it is written; read again it is the same expression.</summary>
    public sealed override string ToString() => new Printer().Print(this);

    /// <summary>The counts it is made of, from left to right.</summary>
    public IEnumerable<Term> Terms() =>
        this switch
        {
            Term term => [term],
            Negation n => n.Of.Terms(),
            Operation o => o.Left.Terms().Concat(o.Right.Terms()),
            _ => [],
        };
}

public sealed record Number(decimal Value) : Node;

public sealed record Negation(Node Of) : Node;

/// <param name="Sign">+ - * /</param>
public sealed record Operation(char Sign, Node Left, Node Right) : Node;

/// <summary>What is counted in a region on a day; each opens down to its records.</summary>
public abstract record Term : Node;

/// <param name="Function">count, sum, min or max</param>
/// <param name="Register">institutions or practitioners</param>
/// <param name="Field">what is summed; null for count</param>
/// <param name="Where">null: all of them</param>
public sealed record Aggregate(string Function, string Register, FieldName? Field, Condition? Where) : Term;

/// <summary>Residents of the counties.</summary>
public sealed record Population : Term;

/// <param name="Metric">a counter of the cockpit</param>
/// <param name="SinceEver">true: from the beginning; false: from the first day of the year</param>
public sealed record EventCount(string Metric, bool SinceEver) : Term;

/// <param name="Name">as in the vocabulary, such as beds or institution.kind</param>
/// <param name="Attribute">code of the attribute when the name is attribute</param>
public sealed record FieldName(string Name, string? Attribute = null);

public abstract record Condition;

public sealed record Both(Condition Left, Condition Right) : Condition;

public sealed record Either(Condition Left, Condition Right) : Condition;

public sealed record Not(Condition Of) : Condition;

/// <summary>A yes-or-no field that says yes.</summary>
public sealed record Holds(FieldName Field) : Condition;

/// <param name="Sign">= != &lt; &lt;= &gt; &gt;=</param>
/// <param name="Value">a text or a number (decimal)</param>
public sealed record Comparison(FieldName Field, string Sign, object Value) : Condition;

/// <summary>One of some; of a field with many values (departments) with one value: has it.</summary>
public sealed record OneOf(FieldName Field, ValueList Values, bool Has) : Condition;

/// <summary>Texts, equal when they are the same in the same order.</summary>
public sealed class ValueList(IEnumerable<string> values) : List<string>(values), IEquatable<ValueList>
{
    public bool Equals(ValueList? other) => other is not null && this.SequenceEqual(other);

    public override bool Equals(object? obj) => Equals(obj as ValueList);

    public override int GetHashCode() => this.Aggregate(Count, HashCode.Combine);
}

internal sealed class Printer
{
    private readonly StringBuilder text = new();

    public string Print(Node node)
    {
        Write(node, 0);
        return text.ToString();
    }

    // Binding: sums 1, products 2, signs 3. What binds less than its place stands in brackets.
    private void Write(Node node, int place)
    {
        switch (node)
        {
            case Number n:
                text.Append(n.Value.ToString(CultureInfo.InvariantCulture));
                break;
            case Negation n:
                text.Append('-');
                Write(n.Of, 3);
                break;
            case Operation o:
                var binds = o.Sign is '+' or '-' ? 1 : 2;
                Bracket(
                    binds < place,
                    () =>
                    {
                        Write(o.Left, binds);
                        text.Append(' ').Append(o.Sign).Append(' ');
                        Write(o.Right, binds + 1);
                    }
                );
                break;
            case Population:
                text.Append("population");
                break;
            case EventCount e:
                text.Append("events(").Append(Quote(e.Metric)).Append(e.SinceEver ? ", all)" : ")");
                break;
            case Aggregate a:
                text.Append(a.Function).Append('(').Append(a.Register);
                if (a.Field is not null)
                {
                    text.Append('.').Append(Named(a.Field));
                }

                if (a.Where is not null)
                {
                    text.Append(" where ");
                    Write(a.Where, 0);
                }

                text.Append(')');
                break;
        }
    }

    // Binding: or 1, and 2, not 3.
    private void Write(Condition condition, int place)
    {
        switch (condition)
        {
            case Either e:
                Bracket(1 < place, () => Pair(e.Left, " or ", e.Right, 1));
                break;
            case Both b:
                Bracket(2 < place, () => Pair(b.Left, " and ", b.Right, 2));
                break;
            case Not n:
                text.Append("not ");
                Write(n.Of, 3);
                break;
            case Holds h:
                text.Append(Named(h.Field));
                break;
            case Comparison c:
                text.Append(Named(c.Field)).Append(' ').Append(c.Sign).Append(' ').Append(Literal(c.Value));
                break;
            case OneOf { Has: true } has:
                text.Append(Named(has.Field)).Append(" has ").Append(Quote(has.Values[0]));
                break;
            case OneOf one:
                text.Append(Named(one.Field)).Append(" in (").AppendJoin(", ", one.Values.Select(Quote)).Append(')');
                break;
        }
    }

    private void Pair(Condition left, string word, Condition right, int binds)
    {
        Write(left, binds);
        text.Append(word);
        Write(right, binds + 1);
    }

    private void Bracket(bool needed, Action write)
    {
        text.Append(needed ? "(" : "");
        write();
        text.Append(needed ? ")" : "");
    }

    private static string Named(FieldName field) => field.Attribute is null ? field.Name : $"{field.Name}({Quote(field.Attribute)})";

    private static string Literal(object value) =>
        value is decimal number ? number.ToString(CultureInfo.InvariantCulture) : Quote((string)value);

    private static string Quote(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";
}
