namespace TcmBrain.Cockpit.Indicators.Language;

/// <summary>
/// Reads an expression and checks it against the vocabulary (解析). <c>docs/indicators.md</c> has the grammar. Nothing that is read here can do
/// more than count: no name outside the vocabulary, no call, no text that becomes SQL.
/// </summary>
public sealed class Parser
{
    public const int Longest = 2000;
    private const int Deepest = 40;
    private readonly List<Token> tokens;
    private int at;
    private int depth;

    private Parser(List<Token> tokens) => this.tokens = tokens;

    private Token Next => tokens[at];

    /// <exception cref="ExpressionFault">and no other exception, whatever the text</exception>
    public static Node Parse(string text)
    {
        if (text.Length > Longest)
        {
            throw new ExpressionFault(Longest + 1, CockpitFaults.TooLong, Longest);
        }

        var parser = new Parser(Lexer.Read(text));
        var node = parser.Sum();
        return parser.Next.Sort == TokenSort.End ? node : throw parser.Unexpected();
    }

    private Node Sum()
    {
        using var level = Deeper();
        var left = Product();
        while (Next is { Sort: TokenSort.Sign, Text: "+" or "-" })
        {
            var sign = Take().Text[0];
            left = new Operation(sign, left, Product());
        }

        return left;
    }

    private Node Product()
    {
        var left = Factor();
        while (Next is { Sort: TokenSort.Sign, Text: "*" or "/" })
        {
            var sign = Take().Text[0];
            left = new Operation(sign, left, Factor());
        }

        return left;
    }

    private Node Factor()
    {
        using var level = Deeper();
        if (Next.Sort == TokenSort.Number)
        {
            return new Number(Take().Value);
        }

        if (Took("-"))
        {
            return new Negation(Factor());
        }

        if (Took("("))
        {
            var inner = Sum();
            Need(")");
            return inner;
        }

        return Next.Sort == TokenSort.Word ? Term() : throw Unexpected();
    }

    private Term Term()
    {
        var word = Take();
        switch (word.Text)
        {
            case "population":
                return new Population();
            case "events":
                return Events();
            case "count" or "sum" or "min" or "max":
                return Counted(word.Text);
            default:
                throw new ExpressionFault(word.Position, CockpitFaults.UnknownName, word.Text);
        }
    }

    private EventCount Events()
    {
        Need("(");
        var metric = Text();
        if (!Vocabulary.IsMetric(metric.Text))
        {
            throw new ExpressionFault(metric.Position, CockpitFaults.UnknownName, metric.Text);
        }

        var all = false;
        if (Took(","))
        {
            var word = Take();
            all = word is { Sort: TokenSort.Word, Text: "all" }
                ? true
                : throw new ExpressionFault(word.Position, CockpitFaults.Unexpected, word.Text);
        }

        Need(")");
        return new EventCount(metric.Text, all);
    }

    private Aggregate Counted(string function)
    {
        Need("(");
        var register = Take();
        if (register.Sort != TokenSort.Word || Vocabulary.FieldsOf(register.Text) is null)
        {
            throw new ExpressionFault(register.Position, CockpitFaults.UnknownName, register.Text);
        }

        FieldName? field = null;
        if (function != "count")
        {
            Need(".");
            var position = Next.Position;
            field = Field(register.Text, out var sort);
            if (sort.Sort != FieldSort.Number)
            {
                throw new ExpressionFault(position, CockpitFaults.NotOfSort, field.Name);
            }
        }

        Condition? where = null;
        if (Next is { Sort: TokenSort.Word, Text: "where" })
        {
            Take();
            where = Or(register.Text);
        }

        Need(")");
        return new Aggregate(function, register.Text, field, where);
    }

    private Condition Or(string register)
    {
        using var level = Deeper();
        var left = And(register);
        while (TookWord("or"))
        {
            left = new Either(left, And(register));
        }

        return left;
    }

    private Condition And(string register)
    {
        var left = One(register);
        while (TookWord("and"))
        {
            left = new Both(left, One(register));
        }

        return left;
    }

    private Condition One(string register)
    {
        using var level = Deeper();
        if (TookWord("not"))
        {
            return new Not(One(register));
        }

        if (Took("("))
        {
            var inner = Or(register);
            Need(")");
            return inner;
        }

        var position = Next.Position;
        var name = Field(register, out var field);
        return field.Sort switch
        {
            FieldSort.Flag => new Holds(name),
            FieldSort.Set => Has(name),
            FieldSort.Number => Compared(name, number: true, field),
            _ when TookWord("in") => In(name, field),
            FieldSort.Text => Compared(name, number: false, field),
            _ => throw new ExpressionFault(position, CockpitFaults.NotOfSort, name.Name),
        };
    }

    private OneOf Has(FieldName name) => TookWord("has") ? new OneOf(name, new([Text().Text]), Has: true) : throw Unexpected();

    private OneOf In(FieldName name, Field field)
    {
        Need("(");
        var values = new ValueList([Value(field)]);
        while (Took(","))
        {
            values.Add(Value(field));
        }

        Need(")");
        return new OneOf(name, values, Has: false);
    }

    private Comparison Compared(FieldName name, bool number, Field field)
    {
        var sign = Take();
        if (sign.Sort != TokenSort.Sign || sign.Text is not ("=" or "!=") && !(number && sign.Text is "<" or "<=" or ">" or ">="))
        {
            throw new ExpressionFault(sign.Position, CockpitFaults.Unexpected, sign.Text);
        }

        if (!number)
        {
            return new Comparison(name, sign.Text, Value(field));
        }

        var value = Take();
        return value.Sort == TokenSort.Number
            ? new Comparison(name, sign.Text, value.Value)
            : throw new ExpressionFault(value.Position, CockpitFaults.NotOfSort, name.Name);
    }

    private FieldName Field(string register, out Field field)
    {
        var word = Take();
        var name = word.Text;
        if (word.Sort == TokenSort.Word && Took("."))
        {
            var part = Take();
            name =
                part.Sort == TokenSort.Word
                    ? $"{name}.{part.Text}"
                    : throw new ExpressionFault(part.Position, CockpitFaults.Unexpected, part.Text);
        }

        if (word.Sort != TokenSort.Word || !Vocabulary.FieldsOf(register)!.TryGetValue(name, out field!))
        {
            throw new ExpressionFault(word.Position, CockpitFaults.UnknownName, name);
        }

        if (!name.EndsWith("attribute", StringComparison.Ordinal))
        {
            return new FieldName(name);
        }

        Need("(");
        var code = Text();
        Need(")");
        return Vocabulary.Attributes.ContainsKey(code.Text)
            ? new FieldName(name, code.Text)
            : throw new ExpressionFault(code.Position, CockpitFaults.UnknownName, code.Text);
    }

    private string Value(Field field)
    {
        var text = Text();
        return field.Values is null || field.Values.ContainsKey(text.Text)
            ? text.Text
            : throw new ExpressionFault(text.Position, CockpitFaults.UnknownValue, field.Name, text.Text);
    }

    private Token Text() => Next.Sort == TokenSort.Text ? Take() : throw Unexpected();

    private bool Took(string sign)
    {
        if (Next.Sort != TokenSort.Sign || Next.Text != sign)
        {
            return false;
        }

        at++;
        return true;
    }

    private bool TookWord(string word)
    {
        if (Next.Sort != TokenSort.Word || Next.Text != word)
        {
            return false;
        }

        at++;
        return true;
    }

    private void Need(string sign)
    {
        if (!Took(sign))
        {
            throw Unexpected();
        }
    }

    // The end is never passed: whoever takes it has read too far.
    private Token Take() => Next.Sort == TokenSort.End ? throw Unexpected() : tokens[at++];

    private ExpressionFault Unexpected() =>
        Next.Sort == TokenSort.End
            ? new ExpressionFault(Next.Position, CockpitFaults.UnexpectedEnd)
            : new ExpressionFault(Next.Position, CockpitFaults.Unexpected, Next.Text);

    private Level Deeper() =>
        ++depth > Deepest ? throw new ExpressionFault(Next.Position, CockpitFaults.TooDeep, Deepest) : new Level(this);

    private readonly struct Level(Parser parser) : IDisposable
    {
        public void Dispose() => parser.depth--;
    }
}
