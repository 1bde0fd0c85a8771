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
    public const string Version = "2026.1";

    private static readonly Lazy<AuditPolicy> BuiltIn = new(() =>
        Read(Embedded("audit_rules.csv"), Embedded("audit_limits.csv"), Embedded("age_bands.csv"))
    );

    private readonly FrozenDictionary<string, RuleRow> rules;
    private readonly string tables;

    private AuditPolicy(string tables, ImmutableArray<RuleRow> rows, FrozenDictionary<string, long> limits, ImmutableArray<AgeBand> bands)
    {
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
        var text = tables + string.Concat(rows.Select(x => $"{x.Id}={x.Severity};"));
        Release = $"{Version}+{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12]}";
    }

    /// <summary>The defaults of this build.</summary>
    public static AuditPolicy Default => BuiltIn.Value;

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
        return new(tables, Rules.SetItem(row.Index, row with { Severity = severity }), Limits, AgeBands);
    }

    /// <summary>Reads a policy from its three tables (CSV).</summary>
    /// <exception cref="InvalidDataException">A row is wrong; the message names table, line and reason.</exception>
    public static AuditPolicy Read(string rules, string limits, string ageBands)
    {
        var rows = Rows("audit_rules.csv", rules, ReadRule).ToImmutableArray();
        var numbers = Rows("audit_limits.csv", limits, (_, csv) => (Name: csv["name"]!, Value: Number(csv["value"])))
            .ToFrozenDictionary(x => x.Name, x => x.Value, StringComparer.Ordinal);
        var bands = Rows("age_bands.csv", ageBands, ReadBand).ToImmutableArray();
        if (rows.Select(x => x.Id).Distinct(StringComparer.Ordinal).Count() != rows.Length)
        {
            throw new InvalidDataException("audit_rules.csv: a rule id is there twice");
        }
        for (var i = 1; i < bands.Length; i++)
        {
            var before = (bands[i - 1].FromYears, bands[i - 1].FromDays);
            if (before.CompareTo((bands[i].FromYears, bands[i].FromDays)) >= 0)
            {
                throw new InvalidDataException($"age_bands.csv:{i + 2}: the ages do not rise");
            }
        }
        try
        {
            return new(rules + limits + ageBands, rows, numbers, bands);
        }
        catch (KeyNotFoundException e)
        {
            throw new InvalidDataException($"audit_limits.csv: {e.Message}", e);
        }
    }

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

    private static RuleRow ReadRule(int index, CsvReader csv)
    {
        var severity = SeverityOf(csv["severity"]);
        var floor = SeverityOf(csv["may_lower_to"]);
        // Advice may always be silenced no further than advice; a floor above the default would be a contradiction.
        if (floor > severity)
        {
            throw new FormatException("may_lower_to is above severity");
        }
        return new(
            index,
            csv["rule_id"]!,
            (int)Number(csv["version"]),
            csv["family"]!,
            severity,
            floor,
            csv["edition"]!,
            csv["source"]!,
            csv["mark"] switch
            {
                "C" => EvidenceMark.Confirmed,
                "C*" => EvidenceMark.ConfirmedSecondHand,
                "M" => EvidenceMark.FromMemory,
                var other => throw new FormatException($"'{other}' is not a mark"),
            },
            csv["title_zh"]!,
            csv["title_en"]!
        );
    }

    private static AgeBand ReadBand(int index, CsvReader csv) =>
        new(
            csv["name_zh"]!,
            csv["name_en"]!,
            (int)Number(csv["from_years"]),
            (int)Number(csv["from_days"]),
            (int)Number(csv["numerator"]),
            (int)Number(csv["denominator"]),
            ToxicOf(csv["very_toxic"]),
            ToxicOf(csv["toxic"]),
            (int)Number(csv["light_below_g"])
        );

    private static Severity SeverityOf(string? text) =>
        text switch
        {
            "refuse" => Severity.Refuse,
            "block" => Severity.Block,
            "double_sign" => Severity.DoubleSign,
            "resolve" => Severity.Resolve,
            "advise" => Severity.Advise,
            _ => throw new FormatException($"'{text}' is not a severity"),
        };

    private static ToxicAtAge ToxicOf(string? text) =>
        text switch
        {
            "adult" => ToxicAtAge.Adult,
            "over" => ToxicAtAge.Over,
            "double_sign" => ToxicAtAge.DoubleSign,
            "block" => ToxicAtAge.Block,
            _ => throw new FormatException($"'{text}' is not a rule for toxic pieces"),
        };

    private static long Number(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new FormatException($"'{text}' is not a whole number");

    private static List<T> Rows<T>(string table, string text, Func<int, CsvReader, T> read)
    {
        using var csv = new CsvReader(new StringReader(text), CultureInfo.InvariantCulture);
        var rows = new List<T>();
        csv.Read();
        csv.ReadHeader();
        while (csv.Read())
        {
            try
            {
                rows.Add(read(rows.Count, csv));
            }
            catch (Exception e) when (e is FormatException or CsvHelperException)
            {
                throw new InvalidDataException($"{table}:{csv.Parser.RawRow}: {e.Message}", e);
            }
        }
        return rows;
    }

    private static string Embedded(string name)
    {
        using var stream =
            typeof(AuditPolicy).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not embedded.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
