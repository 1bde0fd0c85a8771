using TcmBrain.Knowledge;

namespace TcmBrain.Prescriptions.Audit;

/// <summary>What the audit computes once per release, by herb number.</summary>
internal sealed class AuditTables
{
    public AuditTables(Catalogue catalogue, AuditPolicy policy)
    {
        Catalogue = catalogue;
        Policy = policy;
        Release = $"{catalogue.Release}/{policy.Release}";
        NothingFound = new(Release, []);
        Traits = [.. catalogue.Herbs.Select(x => TraitsOfHerb.Of(catalogue, x))];
        LimitGroups =
        [
            .. catalogue.Herbs.Select(x =>
                x.Toxicity >= Toxicity.Toxic && x.MaxMilligrams.HasValue && catalogue[x.Base].MaxMilligrams.HasValue ? x.Base : x.Id
            ),
        ];
        Bases = [.. catalogue.Herbs.Select(x => x.Base)];
        SyndromesOf =
        [
            .. catalogue.Formulas.Select(x =>
                catalogue.Formulas.Where(y => y.Category == x.Category).Select(y => y.SyndromeCode).Distinct().ToArray()
            ),
        ];
        MinMilligrams = [.. catalogue.Herbs.Select(x => x.MinMilligrams ?? 0)];
        MaxMilligrams = [.. catalogue.Herbs.Select(x => x.MaxMilligrams ?? 0)];
    }

    public Catalogue Catalogue { get; }

    public AuditPolicy Policy { get; }

    public string Release { get; }

    public AuditResult NothingFound { get; }

    public Traits[] Traits { get; }

    /// <summary>The piece that each is a processed form of.</summary>
    public HerbId[] Bases { get; }

    /// <summary>By formula: the syndromes that formulas of its category (治法) are for.</summary>
    public string[][] SyndromesOf { get; }

    /// <summary>Pieces that share one dose limit: a toxic piece with all forms of its base that have a dose, any other alone.</summary>
    public HerbId[] LimitGroups { get; }

    /// <summary>Milligrams a day; 0 when no limit is known.</summary>
    public long[] MinMilligrams { get; }

    /// <inheritdoc cref="MinMilligrams"/>
    public long[] MaxMilligrams { get; }

    public DispensingCustoms CustomsOf(in AuditRequest request) =>
        request.Customs ?? request.Institution?.CustomsOf(Catalogue) ?? Catalogue.Customs;
}
