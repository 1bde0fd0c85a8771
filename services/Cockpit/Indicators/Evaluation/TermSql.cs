using Npgsql;
using TcmBrain.Cockpit.Indicators.Language;
using TcmBrain.Contracts;

namespace TcmBrain.Cockpit.Indicators.Evaluation;

/// <summary>In which region's subtree, and on which day (at its end), something is counted.</summary>
/// <param name="Region">000000 for everywhere</param>
public sealed record Place(string Region, DateOnly Day)
{
    public string Prefix => Subtree.Prefix(Region);

    /// <summary>The first instant that does not count any more.</summary>
    public DateTime End => RegionTime.StartOf(Day.AddDays(1)).UtcDateTime;
}

/// <summary>What the codes of all regions below begin with.</summary>
public static class Subtree
{
    public static string Prefix(string region) => region == Folding.Scope.Everywhere.Code ? "" : RegionCode.SubtreePrefix(region);
}

/// <summary>
/// A term as SQL. Names come from the vocabulary, every value of the expression goes as a parameter; the value and the records are read under
/// the same condition, so the one is always the sum of the other.
/// </summary>
internal sealed class TermSql
{
    // Suspended ones are not counted: neither an institution nor anybody in it.
    private const string InstitutionsThen = """
        i.since < @end and (i.until is null or i.until >= @end) and (@prefix = '' or i.region collate "C" like @prefix || '%')
        and not exists (select from cockpit.register_standing s where s.subject = 'i' and s.code = i.code and s.suspended
                        and s.since < @end and (s.until is null or s.until >= @end))
        """;

    private const string PractitionersThen = """
        p.since < @end and (p.until is null or p.until >= @end)
        and not exists (select from cockpit.register_standing s where s.subject = 'p' and s.code = p.code and s.suspended
                        and s.since < @end and (s.until is null or s.until >= @end))
        """;

    public const string CountiesThen = """
        r.since < @end and (r.until is null or r.until >= @end) and not r.retired and r.population > 0
        and (@prefix = '' or r.code collate "C" like @prefix || '%')
        """;

    private readonly List<object> values = [];

    private TermSql(Aggregate term)
    {
        var from =
            term.Register == Vocabulary.Practitioners
                ? $"""
                    cockpit.register_practitioner p join cockpit.register_institution i on i.code = p.institution
                    where {PractitionersThen} and {InstitutionsThen}
                    """
                : $"cockpit.register_institution i where {InstitutionsThen}";
        var where = term.Where is null ? "" : $" and ({Write(term.Where, term.Register)})";
        Column = term.Field is null ? "1" : ColumnOf(term.Field, term.Register);
        From = from + where;
    }

    /// <summary>What each record adds.</summary>
    private string Column { get; }

    private string From { get; }

    /// <summary>The term's value, as one row with one numeric column (null: there is nothing to take the least or the most of).</summary>
    public static void AddValue(NpgsqlBatch batch, Term term, Place place)
    {
        switch (term)
        {
            case Aggregate a:
                var sql = new TermSql(a);
                var function = a.Function switch
                {
                    "count" => "count(*)::numeric",
                    "sum" => $"coalesce(sum({sql.Column}), 0)::numeric",
                    _ => $"{a.Function}({sql.Column})::numeric",
                };
                sql.Add(batch, $"select {function} from {sql.From}", place);
                break;
            case Population:
                Add(
                    batch,
                    $"select coalesce(sum(r.population), 0)::numeric from cockpit.register_region r where {CountiesThen}",
                    place,
                    []
                );
                break;
            case EventCount e:
                var command = new NpgsqlBatchCommand(
                    """
                    select coalesce(sum(value), 0)::numeric from cockpit.counters
                    where kind = 'r' and code = $1 and metric = $2 and day between $3 and $4
                    """
                );
                command.Parameters.Add(new() { Value = place.Region });
                command.Parameters.Add(new() { Value = e.Metric });
                command.Parameters.Add(new() { Value = FirstDay(e, place.Day) });
                command.Parameters.Add(new() { Value = place.Day });
                batch.BatchCommands.Add(command);
                break;
        }
    }

    /// <summary>The institutions or practitioners that a term counts, by their codes, after <paramref name="after"/>.</summary>
    public static void AddRecords(NpgsqlBatch batch, Aggregate term, Place place, string after, int limit)
    {
        var sql = new TermSql(term);
        var people = term.Register == Vocabulary.Practitioners;
        var columns = people
            ? "p.code, i.name_zh, i.name_en, i.region, p.category, p.title, i.code"
            : "i.code, i.name_zh, i.name_en, i.region, i.kind, i.level, i.code";
        var key = people ? "p.code" : "i.code";
        var ends =
            $"select {columns}, ({sql.Column})::numeric from {sql.From} and {key} collate \"C\" > @after order by {key} collate \"C\" limit @limit";
        sql.Add(batch, ends, place, ("after", after), ("limit", limit));
    }

    /// <summary>The counties whose residents are counted, after <paramref name="after"/>.</summary>
    public static void AddCounties(NpgsqlBatch batch, Place place, string after, int limit) =>
        Add(
            batch,
            $"""
            select r.code, r.name_zh, r.name_en, r.population from cockpit.register_region r
            where {CountiesThen} and r.code collate "C" > @after order by r.code collate "C" limit @limit
            """,
            place,
            [],
            ("after", after),
            ("limit", limit)
        );

    public static DateOnly FirstDay(EventCount term, DateOnly day) => term.SinceEver ? DateOnly.MinValue : new DateOnly(day.Year, 1, 1);

    private void Add(NpgsqlBatch batch, string sql, Place place, params ReadOnlySpan<(string Name, object Value)> more) =>
        Add(batch, sql, place, values, more);

    // A batch takes positional parameters only.
    private static void Add(
        NpgsqlBatch batch,
        string sql,
        Place place,
        List<object> values,
        params ReadOnlySpan<(string Name, object Value)> more
    )
    {
        var command = new NpgsqlBatchCommand();
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        sql = Named(sql, "end", place.End);
        sql = Named(sql, "prefix", place.Prefix);
        foreach (var (name, value) in more)
        {
            sql = Named(sql, name, value);
        }

        command.CommandText = sql;
        batch.BatchCommands.Add(command);

        string Named(string text, string name, object value)
        {
            if (!text.Contains("@" + name, StringComparison.Ordinal))
            {
                return text;
            }

            command.Parameters.Add(new() { Value = value });
            return text.Replace("@" + name, $"${command.Parameters.Count}", StringComparison.Ordinal);
        }
    }

    private string Write(Condition condition, string register) =>
        condition switch
        {
            Both b => $"({Write(b.Left, register)} and {Write(b.Right, register)})",
            Either e => $"({Write(e.Left, register)} or {Write(e.Right, register)})",
            Not n => $"not ({Write(n.Of, register)})",
            Holds h => ColumnOf(h.Field, register),
            Comparison c => $"{ColumnOf(c.Field, register)} {(c.Sign == "!=" ? "<>" : c.Sign)} {Parameter(c.Value)}",
            OneOf { Has: true } o => $"{Parameter(o.Values[0])} = any({ColumnOf(o.Field, register)})",
            OneOf o => $"{ColumnOf(o.Field, register)} = any({Parameter(o.Values.ToArray())})",
            _ => throw new InvalidOperationException("No such condition."),
        };

    private string ColumnOf(FieldName name, string register)
    {
        var column = Vocabulary.FieldsOf(register)![name.Name].Column;
        return name.Attribute is null ? column : column.Replace("{0}", Parameter(name.Attribute), StringComparison.Ordinal);
    }

    private string Parameter(object value)
    {
        values.Add(value);
        return $"${values.Count}";
    }
}
