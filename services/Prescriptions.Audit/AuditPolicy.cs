using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CsvHelper;

namespace TcmBrain.Prescriptions.Audit;

/// <summary>
/// The rule table with its limits and age groups: what each rule's finding weighs, and the numbers the rules compare
/// with. Immutable; an institution's own levels make a new policy with a new release name.
/// </summary>
public sealed class AuditPolicy
{
    private static readonly Lazy<AuditPolicy> BuiltIn = new(() => new AuditPolicyReader(AuditReleaseFiles.Embedded()).Read(known: null));

    private readonly FrozenDictionary<string, RuleRow> rules;
    private readonly string tables;

    internal AuditPolicy(
        string version,
        string tables,
        ImmutableArray<RuleRow> rows,
        FrozenDictionary<string, long> limits,
        ImmutableArray<AgeBand> bands
    )
    {
        Version = version;
        this.tables = tables;
        Rules = rows;
        Limits = limits;
        AgeBands = bands;
        rules = rows.ToFrozenDictionary(x => x.Id, StringComparer.Ordinal);
        Adult = bands.First(x => x.IsAdult);
        OverdosePermille = limits["overdose_factor_permille"];
        ControlledToxicDays = limits["controlled_toxic_days"];
        NarcoticDays = limits["narcotic_days"];
        NarcoticContinuousDays = limits["narcotic_continuous_days"];
        OutpatientDays = limits["outpatient_days"];
        EmergencyDays = limits["emergency_days"];
        PregnancyFromYears = limits["pregnancy_from_years"];
        PregnancyToYears = limits["pregnancy_to_years"];
        ChildBelowYears = limits["child_below_years"];
        ElderlyFromYears = limits["elderly_from_years"];
        ElderlyLicoriceMilligrams = limits["elderly_licorice_mg"];
        ReferenceWeightGrams = limits["reference_weight_g"];
        LineMilligrams = limits["line_milligrams"];
        Quantity = limits["quantity"];
        ManyPieces = limits["many_pieces"];
        FormulaMismatchPermille = limits["formula_mismatch_permille"];
        var text = tables + string.Concat(rows.Select(x => $"{x.Id}={x.Severity};"));
        Release = $"{Version}+{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12]}";
    }

    /// <summary>The defaults of this build.</summary>
    public static AuditPolicy Default => BuiltIn.Value;

    /// <summary>The version that its editors gave it.</summary>
    public string Version { get; }

    /// <summary>Version and hash over the tables and every changed level.</summary>
    public string Release { get; }

    /// <summary>All rules, in the order in which findings of the same severity are shown.</summary>
    public ImmutableArray<RuleRow> Rules { get; }

    public FrozenDictionary<string, long> Limits { get; }

    /// <summary>Youngest first.</summary>
    public ImmutableArray<AgeBand> AgeBands { get; }

    internal AgeBand Adult { get; }
    internal long OverdosePermille { get; }
    internal long ControlledToxicDays { get; }
    internal long NarcoticDays { get; }
    internal long NarcoticContinuousDays { get; }
    internal long OutpatientDays { get; }
    internal long EmergencyDays { get; }
    internal long PregnancyFromYears { get; }
    internal long PregnancyToYears { get; }
    internal long ChildBelowYears { get; }
    internal long ElderlyFromYears { get; }
    internal long ElderlyLicoriceMilligrams { get; }
    internal long ReferenceWeightGrams { get; }
    internal long LineMilligrams { get; }
    internal long Quantity { get; }
    internal long ManyPieces { get; }
    internal long FormulaMismatchPermille { get; }

    public RuleRow this[string ruleId] => rules[ruleId];

    /// <summary>The same policy with one rule at another level.</summary>
    /// <exception cref="ArgumentException">The rule does not exist, or may not be lowered this far.</exception>
    public AuditPolicy With(string ruleId, Severity severity)
    {
        if (!rules.TryGetValue(ruleId, out var row))
        {
            throw new ArgumentException($"There is no rule {ruleId}.", nameof(ruleId));
        }
        if (severity < row.MayLowerTo)
        {
            throw new ArgumentException($"{ruleId} may not be lower than {row.MayLowerTo}.", nameof(severity));
        }
        return new(Version, tables, Rules.SetItem(row.Index, row with { Severity = severity }), Limits, AgeBands);
    }

    /// <summary>Reads and checks the policy of a release.</summary>
    /// <exception cref="Knowledge.BrokenReleaseException">A table is wrong; every fault is named with file, line and reason.</exception>
    public static AuditPolicy Read(AuditReleaseFiles files) => new AuditPolicyReader(files).Read(Default);

    /// <summary>The group of an age; adults' when the age is unknown, which is a finding of its own.</summary>
    public AgeBand BandOf(Age? age)
    {
        if (age is not { } known)
        {
            return Adult;
        }
        for (var i = AgeBands.Length - 1; i > 0; i--)
        {
            var band = AgeBands[i];
            if (known.Years > band.FromYears || (known.Years == band.FromYears && known.Days >= band.FromDays))
            {
                return band;
            }
        }
        return AgeBands[0];
    }
}
