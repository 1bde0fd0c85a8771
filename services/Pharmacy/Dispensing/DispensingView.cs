using TcmBrain.Exchange;

namespace TcmBrain.Pharmacy.Dispensing;

/// <summary>How a line is weighed, and where that is from.</summary>
/// <param name="Class">ordinary, precious, toxic or narcotic</param>
internal sealed record RuleView(string Class, int TolerancePermille, bool EachDose, bool TwoPersons, string Source);

/// <param name="WeighedMilligrams">null: not yet</param>
internal sealed record StepView(int Dose, string LotNumber, long Milligrams, long? WeighedMilligrams, string? Scale);

/// <param name="Apart">the handling it is packed apart for; empty: with the rest</param>
/// <param name="WeighedMilligrams">of all doses</param>
/// <param name="Checked">by the one who asks</param>
internal sealed record LineView(
    int LineNumber,
    string Piece,
    string Handling,
    string Apart,
    string Grade,
    string Origin,
    long MilligramsPerDose,
    RuleView Rule,
    IReadOnlyList<string> LotNumbers,
    IReadOnlyList<StepView> Steps,
    long WeighedMilligrams,
    bool Weighed,
    string? Witness,
    bool Checked
);

internal sealed record PackView(string Handling, string Label, bool Packed);

/// <summary>What the one who asks does next; everything else can wait.</summary>
/// <param name="Action">start, weigh, pack, witness, finish, check-item, check, wait (somebody else's turn) or done</param>
internal sealed record NextView(
    string Action,
    int? LineNumber = null,
    int? Dose = null,
    string? LotNumber = null,
    long? Milligrams = null,
    string? Handling = null,
    string? Label = null
);

/// <summary>A prescription at the bench, for the one who asks: what is to be done, what is done, and the next step.</summary>
internal sealed record DispensingView(
    Guid PrescriptionId,
    string HisNumber,
    string State,
    bool Urgent,
    bool Decoct,
    bool External,
    int Doses,
    string? Dispenser,
    bool Mine,
    IReadOnlyList<LineView> Lines,
    IReadOnlyList<PackView> Packs,
    NextView Next
);

/// <summary>Reads the bench's view of a prescription.</summary>
internal sealed class DispensingViews(EventExchange exchange, PieceRules rules)
{
    public async Task<DispensingView> ReadAsync(Guid id, Person person, CancellationToken cancellationToken)
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        return Of(await Dossier.LockAsync(work, id, person.CentreCode, cancellationToken), person);
    }

    private DispensingView Of(Dossier dossier, Person person) =>
        new(
            dossier.Id,
            dossier.Owner.HisNumber,
            dossier.State,
            dossier.Urgent,
            dossier.Decoct,
            dossier.External,
            dossier.Doses,
            dossier.DispenserName,
            dossier.Dispenser == person.Subject,
            [
                .. dossier.Lines.Select(line =>
                {
                    var rule = rules.Of(line.Piece);
                    var weighed = dossier.Weighings.Where(w => w.LineNumber == line.LineNumber).ToArray();
                    var portions = dossier.Portions.Where(p => p.LineNumber == line.LineNumber).ToArray();
                    return new LineView(
                        line.LineNumber,
                        line.Piece,
                        line.Handling,
                        WeighingPlan.ApartAs(line.Handling),
                        line.Grade,
                        line.Origin,
                        line.PerDose.Milligrams,
                        new RuleView(
                            rule.Class.ToString().ToLowerInvariant(),
                            rule.TolerancePermille,
                            rule.EachDose,
                            rule.TwoPersons,
                            rule.Source
                        ),
                        [.. portions.Select(p => p.LotNumber)],
                        [
                            .. dossier
                                .StepsOf(line)
                                .Select(s =>
                                {
                                    var done = weighed.FirstOrDefault(w => w.Dose == s.Dose && w.LotId == s.LotId);
                                    return new StepView(s.Dose, s.LotNumber, s.Milligrams, done?.Milligrams, done?.Scale);
                                }),
                        ],
                        portions.Sum(p => p.Weighed ?? 0),
                        dossier.IsWeighed(line),
                        dossier.Witnesses.TryGetValue(line.LineNumber, out var witness) ? witness.Name : null,
                        dossier.Checks.GetValueOrDefault(line.LineNumber) == person.Subject
                    );
                }),
            ],
            [.. dossier.Apart().Select(a => new PackView(a, dossier.LabelOf(a), dossier.Packs.ContainsKey(a)))],
            Next(dossier, person)
        );

    private NextView Next(Dossier dossier, Person person) =>
        dossier.State switch
        {
            "reserved" => new NextView("start"),
            "dispensing" when dossier.Dispenser == person.Subject => NextToWeigh(dossier),
            "dispensing" => ToWitness(dossier) is { } line ? new NextView("witness", line) : new NextView("wait"),
            "dispensed" when dossier.Dispenser == person.Subject => new NextView("wait"),
            "dispensed" => dossier.Lines.FirstOrDefault(l => dossier.Checks.GetValueOrDefault(l.LineNumber) != person.Subject) is { } line
                ? new NextView("check-item", line.LineNumber)
                : new NextView("check"),
            _ => new NextView("done"),
        };

    private NextView NextToWeigh(Dossier dossier)
    {
        foreach (var line in dossier.Lines)
        {
            if (!dossier.IsWeighed(line))
            {
                var step = dossier
                    .StepsOf(line)
                    .FirstOrDefault(s =>
                        !dossier.Weighings.Any(w => w.LineNumber == line.LineNumber && w.Dose == s.Dose && w.LotId == s.LotId && !w.Whole)
                    );
                return new NextView("weigh", line.LineNumber, step?.Dose, step?.LotNumber, step?.Milligrams);
            }
        }

        foreach (var apart in dossier.Apart().Where(a => !dossier.Packs.ContainsKey(a)))
        {
            return new NextView("pack", Handling: apart, Label: dossier.LabelOf(apart));
        }

        return ToWitness(dossier) is { } controlled ? new NextView("witness", controlled) : new NextView("finish");
    }

    /// <summary>The first controlled line that is weighed and that nobody has stood by.</summary>
    private int? ToWitness(Dossier dossier) =>
        dossier
            .Lines.FirstOrDefault(l => rules.Of(l.Piece).TwoPersons && dossier.IsWeighed(l) && !dossier.Witnesses.ContainsKey(l.LineNumber))
            ?.LineNumber;
}
