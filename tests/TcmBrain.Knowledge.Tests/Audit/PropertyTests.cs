using FsCheck;
using FsCheck.Fluent;
using TcmBrain.Prescriptions.Audit;

namespace TcmBrain.Knowledge.Tests.Audit;

/// <summary>What must hold for every prescription, tried on thousands of random ones.</summary>
public sealed class PropertyTests
{
    private static readonly Catalogue Catalogue = Rx.Catalogue;

    private static readonly string[] Handlings = ["", "先煎", "后下", "包煎", "冲服", "生用", "打碎"];

    // Half from the pieces that rules know of, so that findings are common.
    private static readonly string[] Names =
    [
        .. Catalogue.Herbs.Select(x => x.Name),
        .. Catalogue.Incompatibilities.SelectMany(x => new[] { Catalogue[x.A].Name, Catalogue[x.B].Name }),
        .. Catalogue.Herbs.Where(x => x.RawEquivalent is not null || x.Toxicity > Toxicity.None).Select(x => x.Name),
    ];

    private static readonly Gen<AuditLine> Lines =
        from name in Gen.Elements(Names)
        from milligrams in Gen.Choose(1, 40_000)
        from handling in Gen.Elements(Handlings)
        select new AuditLine(name, milligrams, handling);

    private static readonly Gen<AuditRequest> Requests =
        from lines in Gen.NonEmptyListOf(Lines)
        from years in Gen.Choose(0, 95)
        from sex in Gen.Elements(Sex.Male, Sex.Female, Sex.Unknown)
        from pregnant in Gen.Elements(Answer.Unknown, Answer.No, Answer.Yes)
        from days in Gen.Choose(1, 9)
        from authority in Gen.Choose(0, 3)
        select Rx.Of([.. lines.Take(20)]) with
        {
            Age = Age.OfYears(years),
            Sex = sex,
            Pregnant = pregnant,
            BreastFeeding = pregnant,
            Days = days,
            Doses = days,
            Authority = (PrescriberAuthority)authority,
            Visit = days % 2 == 0 ? VisitKind.Outpatient : VisitKind.Emergency,
        };

    [Fact]
    public void The_same_prescription_gets_the_same_answer() =>
        Holds(request =>
        {
            var first = Tell(request.Audit());
            return first.SequenceEqual(Tell(request.Audit()));
        });

    [Fact]
    public void The_order_of_the_lines_changes_no_rule_no_level_and_no_word() =>
        Holds(request =>
        {
            AuditLine[] reversed = [.. request.Lines.ToArray().Reverse()];
            var result = request.Audit();
            var other = (request with { Lines = reversed }).Audit();
            return result.Outcome == other.Outcome
                && Weigh(result).SequenceEqual(Weigh(other))
                && Words(result).SequenceEqual(Words(other));
        });

    [Fact]
    public void The_order_of_the_lines_changes_which_lines_are_named_only_by_their_numbers() =>
        Holds(request =>
        {
            var lines = request.Lines.ToArray();
            AuditLine[] reversed = [.. lines.Reverse()];
            var last = lines.Length - 1;
            return Places(request.Audit(), x => x).SequenceEqual(Places((request with { Lines = reversed }).Audit(), x => last - x));
        });

    [Fact]
    public void Splitting_a_line_adds_at_most_the_duplicate_and_hides_nothing() =>
        Holds(request =>
        {
            var lines = request.Lines.ToArray();
            var first = lines[0];
            if (first.Milligrams < 2 || Catalogue[Catalogue.Resolve(first.Name).Herb].Type == PieceType.Compound)
            {
                return true;
            }
            AuditLine[] split =
            [
                first with
                {
                    Milligrams = first.Milligrams / 2,
                },
                first with
                {
                    Milligrams = first.Milligrams - (first.Milligrams / 2),
                },
                .. lines[1..],
            ];
            var whole = request.Audit();
            var parts = (request with { Lines = split }).Audit();
            return whole.Outcome <= parts.Outcome
                && Rules(whole)
                    .SetEquals(
                        Rules(parts).Where(x => !x.StartsWith("duplicate.")).Concat(Rules(whole).Where(x => x.StartsWith("duplicate.")))
                    );
        });

    [Fact]
    public void An_alias_for_a_name_adds_only_that_it_is_one()
    {
        var aliases = ReleaseFiles
            .Embedded()
            .Text(ReleaseFiles.Aliases)
            .Split('\n')
            .Skip(1)
            .Where(x => x.Length > 0)
            .Select(x => x.Split(',')[0])
            .Where(x => Catalogue.Resolve(x).Kind is NameKind.Alias or NameKind.UnspecifiedProcessing)
            .Where(x => !Catalogue.Resolve(x).RawInWords)
            .ToArray();
        aliases.Length.ShouldBeGreaterThan(900);
        var requests = from request in Requests from alias in Gen.Elements(aliases) select (request, alias);
        Prop.ForAll(
                Arb.From(requests),
                x =>
                {
                    var lines = x.request.Lines.ToArray();
                    var name = Catalogue[Catalogue.Resolve(x.alias).Herb].Name;
                    AuditLine[] plain = [lines[0] with { Name = name }, .. lines[1..]];
                    AuditLine[] aliased = [lines[0] with { Name = x.alias }, .. lines[1..]];
                    return Weigh((x.request with { Lines = aliased }).Audit())
                        .Where(y => y != ("format.alias", Severity.Advise))
                        .SequenceEqual(Weigh((x.request with { Lines = plain }).Audit()));
                }
            )
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void More_of_a_piece_is_never_judged_milder() =>
        Holds(request =>
        {
            var lines = request.Lines.ToArray();
            AuditLine[] more = [lines[0] with { Milligrams = lines[0].Milligrams * 3 }, .. lines[1..]];
            var result = request.Audit();
            var other = (request with { Lines = more }).Audit();
            // Advice about too small a dose may go.
            return result.Outcome <= other.Outcome || result.Outcome == Severity.Advise;
        });

    [Fact]
    public void Findings_come_highest_first_and_name_lines_that_exist() =>
        Holds(request =>
        {
            var result = request.Audit();
            return result.Findings.Zip(result.Findings.Skip(1)).All(x => x.First.Severity >= x.Second.Severity)
                && result.Findings.All(x => x.Lines.All(y => y >= 0 && y < request.Lines.Length))
                && result.Findings.All(x => x.Lines.SequenceEqual(x.Lines.Distinct().Order()))
                && result.Outcome == result.Findings.Select(x => x.Severity).DefaultIfEmpty().Max();
        });

    private static void Holds(Func<AuditRequest, bool> property) =>
        Prop.ForAll(Arb.From(Requests), property).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

    private static IEnumerable<string> Tell(AuditResult result) =>
        result.Findings.Select(x => $"{x.RuleId} {x.Severity} {string.Join(',', x.Lines)} {x.Zh} {x.En}");

    private static IEnumerable<(string, Severity)> Weigh(AuditResult result) => result.Findings.Select(x => (x.RuleId, x.Severity));

    private static IEnumerable<string> Words(AuditResult result) => result.Findings.Select(x => x.Zh).Order(StringComparer.Ordinal);

    private static HashSet<string> Rules(AuditResult result) => [.. result.Findings.Select(x => x.RuleId)];

    private static IEnumerable<string> Places(AuditResult result, Func<int, int> place) =>
        result.Findings.Select(x => $"{x.RuleId} {string.Join(',', x.Lines.Select(place).Order())}").Order(StringComparer.Ordinal);
}
