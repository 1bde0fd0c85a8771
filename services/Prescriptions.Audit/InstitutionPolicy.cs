using System.Collections.Frozen;
using TcmBrain.Knowledge;

namespace TcmBrain.Prescriptions.Audit;

/// <summary>Something in an institution's policy that the release does not allow.</summary>
/// <param name="Key">The rule, or the name that is dispensed by custom.</param>
/// <param name="Floor">The lowest level it may have, when that is the fault.</param>
/// <param name="Reason">Why a custom is not allowed.</param>
public readonly record struct PolicyFault(string Key, PolicyFaultKind Kind, Severity Floor = Severity.None, string Reason = "");

public enum PolicyFaultKind
{
    UnknownRule,
    BelowFloor,
    Custom,
}

/// <summary>
/// What one institution decides for itself (机构审方设置): levels of rules other than the release's, and the pieces that it dispenses for names
/// that leave the processing open (处方应付). Immutable. A level below the floor of the release in force counts as the floor, and what a release
/// no longer knows does not count, so that a stricter release needs nobody's consent.
/// </summary>
public sealed class InstitutionPolicy
{
    private readonly FrozenDictionary<string, Severity> levels;
    private readonly FrozenDictionary<string, string> customs;
    private volatile ForCatalogue? fitted;
    private volatile ForRelease? clean;

    /// <param name="version">Counts the institution's decisions from 1; stands behind the release's name in every audit.</param>
    public InstitutionPolicy(int version, IReadOnlyDictionary<string, Severity> levels, IReadOnlyDictionary<string, string> customs)
    {
        Version = version;
        this.levels = levels.ToFrozenDictionary(StringComparer.Ordinal);
        this.customs = customs.ToFrozenDictionary(StringComparer.Ordinal);
    }

    public int Version { get; }

    public IReadOnlyDictionary<string, Severity> Levels => levels;

    public IReadOnlyDictionary<string, string> Customs => customs;

    /// <summary>All that the release does not allow; empty when it may be decided so.</summary>
    public IReadOnlyList<PolicyFault> Check(AuditPolicy policy, Catalogue catalogue)
    {
        var faults = new List<PolicyFault>();
        foreach (var (id, level) in levels)
        {
            if (policy.Rules.FirstOrDefault(x => x.Id == id) is not { } row)
            {
                faults.Add(new(id, PolicyFaultKind.UnknownRule));
            }
            else if (level < row.MayLowerTo)
            {
                faults.Add(new(id, PolicyFaultKind.BelowFloor, row.MayLowerTo));
            }
        }

        foreach (var (name, piece) in customs)
        {
            if (DispensingCustoms.Reject(catalogue.Find(name), catalogue.Find(piece)) is { } reason)
            {
                faults.Add(new(name, PolicyFaultKind.Custom, Reason: reason));
            }
        }

        return faults;
    }

    /// <summary>The release's customs with the institution's own in their place.</summary>
    public DispensingCustoms CustomsOf(Catalogue catalogue)
    {
        if (fitted is { } known && known.Catalogue == catalogue)
        {
            return known.Customs;
        }

        var own = catalogue.Customs;
        foreach (var (name, piece) in customs)
        {
            if (DispensingCustoms.Reject(catalogue.Find(name), catalogue.Find(piece)) is null)
            {
                own = own.With(catalogue, name, piece);
            }
        }

        fitted = new(catalogue, own);
        return own;
    }

    internal Severity LevelOf(RuleRow row) =>
        !levels.TryGetValue(row.Id, out var level) ? row.Severity
        : level < row.MayLowerTo ? row.MayLowerTo
        : level;

    internal string NameUnder(string release) => FormattableString.Invariant($"{release}@{Version}");

    /// <summary>The answer when nothing is found, which is not made anew for each prescription.</summary>
    internal AuditResult NothingFound(AuditTables tables)
    {
        if (clean is { } known && known.Tables == tables)
        {
            return known.Result;
        }

        var result = new AuditResult(NameUnder(tables.Release), []);
        clean = new(tables, result);
        return result;
    }

    private sealed record ForCatalogue(Catalogue Catalogue, DispensingCustoms Customs);

    private sealed record ForRelease(AuditTables Tables, AuditResult Result);
}
