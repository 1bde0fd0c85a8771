using TcmBrain.Cockpit.Indicators.Evaluation;
using TcmBrain.Cockpit.Indicators.Language;

namespace TcmBrain.Cockpit.Indicators.Audit;

/// <summary>An institution as it stands now, in memory.</summary>
internal sealed record KnownInstitution(
    string Code,
    string Region,
    string Kind,
    string Ownership,
    string Level,
    int Grade,
    int Beds,
    bool Hall,
    string[] Departments,
    IReadOnlyDictionary<string, int> Attributes
);

/// <summary>A practitioner as it stands now, in memory.</summary>
internal sealed record KnownPractitioner(
    string Institution,
    string Category,
    string Discipline,
    bool GeneralPractice,
    string Grade,
    string Title
);

/// <summary>
/// Computes terms a second time, record by record in memory and without SQL (复算): what the audit compares the platform's numbers with.
/// </summary>
internal sealed class Interpreter(
    IReadOnlyList<KnownInstitution> institutions,
    IReadOnlyList<KnownPractitioner> practitioners,
    IReadOnlyDictionary<string, int> population
)
{
    private readonly Dictionary<string, KnownInstitution> byCode = institutions.ToDictionary(i => i.Code, StringComparer.Ordinal);

    /// <returns>null also of events, which <see cref="Cockpit.Audit.CounterAudit"/> recomputes</returns>
    public decimal? Of(Term term, string region)
    {
        var prefix = Subtree.Prefix(region);
        switch (term)
        {
            case Population:
                return population.Where(p => p.Key.StartsWith(prefix, StringComparison.Ordinal)).Sum(p => (decimal)p.Value);
            case Aggregate { Register: Vocabulary.Practitioners } a:
                var people = practitioners
                    .Where(p => byCode.TryGetValue(p.Institution, out var at) && at.Region.StartsWith(prefix, StringComparison.Ordinal))
                    .Select(p => (Func<FieldName, object>)(f => Field(p, f)));
                return Fold(a, people);
            case Aggregate a:
                return Fold(
                    a,
                    institutions
                        .Where(i => i.Region.StartsWith(prefix, StringComparison.Ordinal))
                        .Select(i => (Func<FieldName, object>)(f => Field(i, f.Name, f.Attribute)))
                );
            default:
                return null;
        }
    }

    private static decimal? Fold(Aggregate term, IEnumerable<Func<FieldName, object>> records)
    {
        var counted = records.Where(r => term.Where is null || Holds(term.Where, r)).ToList();
        if (term.Field is null)
        {
            return counted.Count;
        }

        var values = counted.Select(r => (decimal)r(term.Field)).ToList();
        return term.Function switch
        {
            "sum" => values.Sum(),
            "min" => values.Count == 0 ? null : values.Min(),
            _ => values.Count == 0 ? null : values.Max(),
        };
    }

    private static bool Holds(Condition condition, Func<FieldName, object> of) =>
        condition switch
        {
            Both b => Holds(b.Left, of) && Holds(b.Right, of),
            Either e => Holds(e.Left, of) || Holds(e.Right, of),
            Not n => !Holds(n.Of, of),
            Holds h => (bool)of(h.Field),
            Comparison { Value: string text } c => (string)of(c.Field) == text == (c.Sign == "="),
            Comparison c => Compares((decimal)of(c.Field), c.Sign, (decimal)c.Value),
            OneOf { Has: true } o => ((string[])of(o.Field)).Contains(o.Values[0]),
            OneOf o => o.Values.Contains((string)of(o.Field)),
            _ => false,
        };

    private static bool Compares(decimal left, string sign, decimal right) =>
        sign switch
        {
            "=" => left == right,
            "!=" => left != right,
            "<" => left < right,
            "<=" => left <= right,
            ">" => left > right,
            _ => left >= right,
        };

    private object Field(KnownPractitioner p, FieldName field) =>
        field.Name switch
        {
            "category" => p.Category,
            "discipline" => p.Discipline,
            "general_practice" => p.GeneralPractice,
            "grade" => p.Grade,
            "title" => p.Title,
            _ => Field(byCode[p.Institution], field.Name["institution.".Length..], field.Attribute),
        };

    private static object Field(KnownInstitution i, string name, string? attribute) =>
        name switch
        {
            "kind" => i.Kind,
            "ownership" => i.Ownership,
            "level" => i.Level,
            "grade" => (decimal)i.Grade,
            "beds" => (decimal)i.Beds,
            "hall" => i.Hall,
            "departments" => i.Departments,
            _ => (decimal)i.Attributes.GetValueOrDefault(attribute!),
        };
}
