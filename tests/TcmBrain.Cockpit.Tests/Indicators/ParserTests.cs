using FsCheck;
using FsCheck.Fluent;
using TcmBrain.Cockpit.Indicators.Language;

namespace TcmBrain.Cockpit.Tests.Indicators;

/// <summary>The language of indicators: what it takes, what it refuses and where.</summary>
public sealed class ParserTests
{
    [Theory]
    [InlineData("population")]
    [InlineData("count(institutions)")]
    [InlineData("sum(institutions.beds where kind = 'tcm-hospital' and ownership = 'public')")]
    [InlineData("count(practitioners where category = 'physician' and (discipline = 'tcm' or not general_practice))")]
    [InlineData("min(institutions.attribute('key-specialties') where grade >= 2 and departments has '50.17')")]
    [InlineData("count(practitioners where grade in ('national', 'provincial') and institution.attribute('emr-level') != 4)")]
    [InlineData("events('intercepted') / events('audited', all) * 100")]
    [InlineData("(1.5 - 2) * -population / (3 - (4 - 5))")]
    public void What_is_written_in_the_house_style_is_printed_as_it_was(string text) => Parser.Parse(text).ToString().ShouldBe(text);

    [Theory]
    [InlineData("", 1, "COC-0304")]
    [InlineData("count(institutions", 19, "COC-0304")]
    [InlineData("count(institutions where kind = 'hospitl')", 33, "COC-0308")]
    [InlineData("count(instituttions)", 7, "COC-0306")]
    [InlineData("sum(institutions.kind)", 18, "COC-0307")]
    [InlineData("sum(institutions)", 17, "COC-0305")]
    [InlineData("count(institutions where bedz > 3)", 26, "COC-0306")]
    [InlineData("count(institutions where beds > 'x')", 33, "COC-0307")]
    [InlineData("count(institutions where ownership < 'public')", 36, "COC-0305")]
    [InlineData("count(institutions where attribute('beauty') = 1)", 36, "COC-0306")]
    [InlineData("events('nothing')", 8, "COC-0306")]
    [InlineData("1 + ; drop table x", 5, "COC-0301")]
    [InlineData("count(institutions where level = 'a", 34, "COC-0303")]
    [InlineData("1.2.3", 1, "COC-0302")]
    [InlineData("1 2", 3, "COC-0305")]
    [InlineData("pg_sleep(10)", 1, "COC-0306")]
    public void A_fault_says_where_it_is(string text, int position, string code)
    {
        var fault = Should.Throw<ExpressionFault>(() => Parser.Parse(text));
        (fault.Position, fault.Definition.Code).ShouldBe((position, code));
        fault.At("numerator").Zh.ShouldContain($"{position}");
    }

    [Fact]
    public void A_text_that_is_too_long_or_too_deep_is_refused_as_such()
    {
        Should.Throw<ExpressionFault>(() => Parser.Parse(new string('(', 1000))).Definition.Code.ShouldBe("COC-0310");
        Should.Throw<ExpressionFault>(() => Parser.Parse(new string('-', 1000))).Definition.Code.ShouldBe("COC-0310");
        Should.Throw<ExpressionFault>(() => Parser.Parse("1" + new string(' ', 3000))).Definition.Code.ShouldBe("COC-0309");
        Should
            .Throw<ExpressionFault>(() => Parser.Parse($"count(institutions where {string.Concat(Enumerable.Repeat("not ", 200))}hall)"))
            .Definition.Code.ShouldBe("COC-0310");
        // Long but flat is no fault.
        Parser.Parse(string.Join('+', Enumerable.Repeat("1", 900))).Terms().ShouldBeEmpty();
    }

    [Fact]
    public void Whatever_the_text_reading_it_ends_in_an_expression_or_in_a_located_fault()
    {
        var pieces = Gen.Elements(
            "count",
            "sum",
            "min",
            "(",
            ")",
            "institutions",
            "practitioners",
            ".",
            "where",
            "and",
            "or",
            "not",
            "kind",
            "beds",
            "=",
            "!=",
            "<=",
            "in",
            "has",
            "'public'",
            "'",
            "''",
            "3",
            "0.5",
            "..",
            "population",
            "events",
            "'received'",
            ",",
            "all",
            "-",
            "+",
            "*",
            "/",
            "attribute",
            "\0",
            "中",
            " ",
            "\t",
            ";",
            "\"",
            "departments",
            "'50.01'",
            "grade",
            "discipline",
            "'tcm'",
            "99999999999999999999999",
            "!",
            "hall"
        );
        var texts = Gen.ArrayOf(pieces).Select(p => string.Join(' ', p));
        Prop.ForAll(
                texts.ToArbitrary(),
                text =>
                {
                    try
                    {
                        var node = Parser.Parse(text);
                        return Parser.Parse(node.ToString()).Equals(node);
                    }
                    catch (ExpressionFault fault)
                    {
                        return fault.Position >= 1 && fault.Position <= text.Length + 1 && fault.At("x").En.Length > 0;
                    }
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(3000).WithEndSize(30));
        Prop.ForAll<string>(text =>
            {
                try
                {
                    return Parser.Parse(text ?? "").Equals(Parser.Parse(text ?? ""));
                }
                catch (ExpressionFault fault)
                {
                    return fault.Position >= 1;
                }
            })
            .Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public void What_is_printed_is_read_again_as_the_same_expression()
    {
        Prop.ForAll(Expressions.Nodes(4).ToArbitrary(), node => Parser.Parse(node.ToString()).Equals(node))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public void An_expression_is_said_in_words_of_both_languages()
    {
        var node = Parser.Parse("sum(institutions.beds where kind = 'tcm-hospital' and ownership = 'public') / population");
        Words.Zh(node).ShouldBe("机构(类别为中医医院、所有制为公立)的床位数之和 ÷ 常住人口");
        Words.En(node).ShouldBe("sum of beds of institutions (kind is TCM hospital, ownership is public) ÷ residents");
    }
}

/// <summary>Expressions of every shape.</summary>
internal static class Expressions
{
    public static Gen<Node> Nodes(int depth)
    {
        var leaves = Gen.OneOf(
            Gen.Choose(0, 100_000).Select(n => (Node)new Number(n / 100m)),
            Gen.Constant<Node>(new Population()),
            Gen.Elements("received", "intercepted").SelectMany(m => Gen.Elements(true, false).Select(a => (Node)new EventCount(m, a))),
            Gen.Elements("count", "sum", "max").SelectMany(f => Where(2).Select(w => (Node)Counted(f, w)))
        );
        return depth == 0
            ? leaves
            : Gen.OneOf(
                leaves,
                Nodes(depth - 1).Select(n => (Node)new Negation(n)),
                Gen.Elements('+', '-', '*', '/')
                    .SelectMany(sign => Nodes(depth - 1).SelectMany(l => Nodes(depth - 1).Select(r => (Node)new Operation(sign, l, r))))
            );
    }

    private static Aggregate Counted(string function, Condition? where) =>
        new(function, "institutions", function == "count" ? null : new FieldName("attribute", "emr-level"), where);

    private static Gen<Condition?> Where(int depth) =>
        Gen.OneOf(Gen.Constant<Condition?>(null), Conditions(depth).Select(c => (Condition?)c));

    private static Gen<Condition> Conditions(int depth)
    {
        var leaves = Gen.OneOf(
            Gen.Constant<Condition>(new Holds(new("hall"))),
            Gen.Elements("=", "!=", "<", ">=")
                .SelectMany(s => Gen.Choose(0, 900).Select(n => (Condition)new Comparison(new("beds"), s, (decimal)n))),
            Gen.Elements("三级甲等", "o'clock", "").Select(v => (Condition)new Comparison(new("level"), "=", v)),
            Gen.Constant<Condition>(new OneOf(new("kind"), new(["hospital", "clinic"]), Has: false)),
            Gen.Constant<Condition>(new OneOf(new("departments"), new(["50.01"]), Has: true))
        );
        return depth == 0
            ? leaves
            : Gen.OneOf(
                leaves,
                Conditions(depth - 1).Select(c => (Condition)new Not(c)),
                Conditions(depth - 1).SelectMany(l => Conditions(depth - 1).Select(r => (Condition)new Both(l, r))),
                Conditions(depth - 1).SelectMany(l => Conditions(depth - 1).Select(r => (Condition)new Either(l, r)))
            );
    }
}
