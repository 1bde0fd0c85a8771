using TcmBrain.Knowledge;
using TcmBrain.Prescriptions.Audit.Rules;

namespace TcmBrain.Prescriptions.Audit;

/// <summary>
/// Prescription audit (审方): a pure function of the request, one catalogue and one policy. Thread-safe; the same
/// request always gets the same answer. A new release is a new auditor, put in the old one's place.
/// </summary>
public sealed class PrescriptionAuditor(Catalogue catalogue, AuditPolicy policy)
{
    private static readonly IAuditRule[] Rules =
    [
        new Format(),
        new NameFaults(),
        new BannedPieces(),
        new RestrictedWildlife(),
        new Incompatibilities(),
        new Pregnancy(),
        new Lactation(),
        new ControlledToxic(),
        new Narcotic(),
        new Dose(),
        new ToxicAtAgeLimits(),
        new WatchedInChildren(),
        new WatchedInElderly(),
        new OrganFailure(),
        new SpecialHandling(),
        new NotForDecoction(),
        new Allergies(),
        new Duplicates(),
        new Duration(),
        new ManyPieces(),
        new FormulaSyndrome(),
    ];

    [ThreadStatic]
    private static AuditContext? context;

    private readonly AuditTables tables = new(catalogue, policy);

    public Catalogue Catalogue => tables.Catalogue;

    public AuditPolicy Policy => tables.Policy;

    /// <summary>Names the knowledge release and the policy release that answer.</summary>
    public string Release => tables.Release;

    /// <summary>Audits one prescription. Allocates nothing when nothing is found.</summary>
    public AuditResult Audit(in AuditRequest request)
    {
        var current = context ??= new();
        current.Prepare(in request, tables);
        foreach (var rule in Rules)
        {
            if (rule.Concerns == Traits.None || (rule.Concerns & current.Traits) != 0)
            {
                rule.Apply(current);
            }
        }
        return current.Result();
    }

    /// <summary>The classic formula the prescription is closest to, with 加减 in the prescription's order; null when it is close to none.</summary>
    public FormulaMatch? Recognise(in AuditRequest request)
    {
        var current = context ??= new();
        current.Prepare(in request, tables);
        var match = Catalogue.Recognition.Recognise(current.Pieces());
        var result = match is null || match.Added.Length < 2 ? match : match with { Added = [.. match.Added.OrderBy(current.LineOf)] };
        current.Forget();
        return result;
    }
}
