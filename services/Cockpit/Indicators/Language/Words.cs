using System.Globalization;

namespace TcmBrain.Cockpit.Indicators.Language;

/// <summary>An expression in words (口径说明), for who reads a number and wants to know what it counts.</summary>
public static class Words
{
    public static string Zh(Node node) => new Speaker(zh: true).Say(node, 0);

    public static string En(Node node) => new Speaker(zh: false).Say(node, 0);

    private sealed class Speaker(bool zh)
    {
        public string Say(Node node, int place) =>
            node switch
            {
                Number n => n.Value.ToString(CultureInfo.InvariantCulture),
                Negation n => "−" + Say(n.Of, 3),
                Operation o => Joined(o, place),
                Population => zh ? "常住人口" : "residents",
                EventCount e => zh
                    ? $"{(e.SinceEver ? "累计" : "本年累计")}「{e.Metric}」事件数"
                    : $"{(e.SinceEver ? "all" : "this year's")} events “{e.Metric}”",
                Aggregate a => Counted(a),
                _ => "",
            };

        private string Joined(Operation o, int place)
        {
            var binds = o.Sign is '+' or '-' ? 1 : 2;
            var sign = o.Sign switch
            {
                '*' => "×",
                '/' => "÷",
                '-' => "−",
                _ => "+",
            };
            var said = $"{Say(o.Left, binds)} {sign} {Say(o.Right, binds + 1)}";
            return binds < place ? $"({said})" : said;
        }

        private string Counted(Aggregate a)
        {
            var people = a.Register == Vocabulary.Practitioners;
            var who = zh ? (people ? "执业人员" : "机构") : (people ? "practitioners" : "institutions");
            var where =
                a.Where is null ? ""
                : zh ? $"({Say(a.Where, a.Register, 0)})"
                : $" ({Say(a.Where, a.Register, 0)})";
            var field = a.Field is null ? "" : Named(a.Field, a.Register);
            return (a.Function, zh) switch
            {
                ("count", true) => $"{who}{where}数",
                ("count", false) => $"number of {who}{where}",
                ("sum", true) => $"{who}{where}的{field}之和",
                ("sum", false) => $"sum of {field} of {who}{where}",
                ("min", true) => $"{who}{where}中最少的{field}",
                ("min", false) => $"fewest {field} among {who}{where}",
                (_, true) => $"{who}{where}中最多的{field}",
                _ => $"most {field} among {who}{where}",
            };
        }

        private string Say(Condition condition, string register, int place) =>
            condition switch
            {
                Either e => Pair(e.Left, zh ? "或" : " or ", e.Right, register, 1, place),
                Both b => Pair(b.Left, zh ? "、" : ", ", b.Right, register, 2, place),
                Not n => (zh ? "非" : "not ") + Say(n.Of, register, 3),
                Holds h => Named(h.Field, register),
                Comparison { Value: string value } c => zh
                    ? $"{Named(c.Field, register)}{(c.Sign == "=" ? "为" : "不为")}{Word(c.Field, register, value)}"
                    : $"{Named(c.Field, register)} {(c.Sign == "=" ? "is" : "is not")} {Word(c.Field, register, value)}",
                Comparison c when c.Field.Attribute is not null && c is { Sign: "=", Value: 1m } => Named(c.Field, register),
                Comparison c => $"{Named(c.Field, register)} {c.Sign.Replace(">=", "≥").Replace("<=", "≤").Replace("!=", "≠")} {c.Value}",
                OneOf { Has: true } o => zh ? $"设有科目 {o.Values[0]}" : $"has department {o.Values[0]}",
                OneOf o => zh
                    ? $"{Named(o.Field, register)}为{string.Join('或', o.Values.Select(v => Word(o.Field, register, v)))}"
                    : $"{Named(o.Field, register)} is {string.Join(" or ", o.Values.Select(v => Word(o.Field, register, v)))}",
                _ => "",
            };

        private string Pair(Condition left, string word, Condition right, string register, int binds, int place)
        {
            var said = Say(left, register, binds) + word + Say(right, register, binds + 1);
            return binds < place ? $"({said})" : said;
        }

        private string Named(FieldName name, string register)
        {
            if (name.Attribute is not null)
            {
                return zh ? Vocabulary.Attributes[name.Attribute].Zh : Vocabulary.Attributes[name.Attribute].En;
            }

            var field = Vocabulary.FieldsOf(register)![name.Name];
            return zh ? field.Zh : field.En;
        }

        private string Word(FieldName name, string register, string value) =>
            Vocabulary.FieldsOf(register)![name.Name].Values is { } words && words.TryGetValue(value, out var word)
                ? (zh ? word.Zh : word.En)
                : value;
    }
}
