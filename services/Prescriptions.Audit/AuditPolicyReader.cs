using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using CsvHelper;
using TcmBrain.Knowledge;

namespace TcmBrain.Prescriptions.Audit;

/// <summary>Reads the tables of a policy and checks that the rules can work with them.</summary>
internal sealed class AuditPolicyReader(AuditReleaseFiles files)
{
    private readonly List<ReleaseFault> faults = [];

    /// <param name="known">The policy this build was made with: its rule and limit names are what the code asks for. Null: read it itself.</param>
    /// <exception cref="BrokenReleaseException">With every fault found, each with file and line.</exception>
    public AuditPolicy Read(AuditPolicy? known)
    {
        var version = files.Text(AuditReleaseFiles.PolicyVersion).Trim();
        if (version.Length == 0)
        {
            faults.Add(new(AuditReleaseFiles.PolicyVersion, 1, "the version is empty"));
        }
        var rules = Rows(AuditReleaseFiles.Rules, ReadRule);
        var limits = Rows(AuditReleaseFiles.Limits, (_, csv) => (Name: csv["name"]!, Value: Number(csv["value"])));
        var bands = Rows(AuditReleaseFiles.AgeBands, ReadBand);
        CheckNames(AuditReleaseFiles.Rules, "rule", rules.ConvertAll(x => (x.Row.Id, x.Line)), known?.Rules.Select(x => x.Id));
        CheckNames(AuditReleaseFiles.Limits, "limit", limits.ConvertAll(x => (x.Row.Name, x.Line)), known?.Limits.Keys);
        foreach (var (limit, line) in limits)
        {
            if (limit.Value == 0 || (limit.Name == "overdose_factor_permille" && limit.Value < 1000))
            {
                faults.Add(new(AuditReleaseFiles.Limits, line, $"{limit.Name} may not be {limit.Value}"));
            }
        }
        CheckBands(bands);
        if (faults.Count > 0)
        {
            throw new BrokenReleaseException([.. faults]);
        }
        return new(
            version,
            string.Concat(AuditReleaseFiles.PolicyTables.Select(files.Text)),
            [.. rules.Select(x => x.Row)],
            limits.ToFrozenDictionary(x => x.Row.Name, x => x.Row.Value, StringComparer.Ordinal),
            [.. bands.Select(x => x.Row)]
        );
    }

    private void CheckNames(string file, string what, List<(string Name, int Line)> rows, IEnumerable<string>? known)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, line) in rows)
        {
            if (!seen.Add(name))
            {
                faults.Add(new(file, line, $"the {what} {name} is there twice"));
            }
            else if (known is not null && !known.Contains(name, StringComparer.Ordinal))
            {
                faults.Add(new(file, line, $"no code asks for the {what} {name}"));
            }
        }
        foreach (var name in (known ?? []).Where(x => !seen.Contains(x)))
        {
            faults.Add(new(file, 0, $"the {what} {name} is missing"));
        }
    }

    private void CheckBands(List<(AgeBand Row, int Line)> bands)
    {
        if (!bands.Exists(x => x.Row.IsAdult) || bands[0].Row is not { FromYears: 0, FromDays: 0 })
        {
            faults.Add(new(AuditReleaseFiles.AgeBands, 0, "there is no band for adults, or none from birth on"));
        }
        for (var i = 0; i < bands.Count; i++)
        {
            var band = bands[i].Row;
            if (i > 0 && (bands[i - 1].Row.FromYears, bands[i - 1].Row.FromDays).CompareTo((band.FromYears, band.FromDays)) >= 0)
            {
                faults.Add(new(AuditReleaseFiles.AgeBands, bands[i].Line, "the ages do not rise"));
            }
            if (band.Denominator == 0 || band.Numerator == 0 || band.Numerator > band.Denominator)
            {
                faults.Add(new(AuditReleaseFiles.AgeBands, bands[i].Line, $"{band.Numerator}/{band.Denominator} is no share of a dose"));
            }
        }
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
        if (
            string.IsNullOrWhiteSpace(csv["source"])
            || string.IsNullOrWhiteSpace(csv["title_zh"])
            || string.IsNullOrWhiteSpace(csv["title_en"])
        )
        {
            throw new FormatException("a rule has a title in both languages and a source");
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
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new FormatException($"'{text}' is not a whole number");

    private List<(T Row, int Line)> Rows<T>(string file, Func<int, CsvReader, T> read)
    {
        var rows = new List<(T, int)>();
        try
        {
            using var csv = new CsvReader(new StringReader(files.Text(file)), CultureInfo.InvariantCulture);
            if (!csv.Read() || !csv.ReadHeader())
            {
                faults.Add(new(file, 1, "the table is empty"));
                return rows;
            }
            while (csv.Read())
            {
                try
                {
                    rows.Add((read(rows.Count, csv), csv.Parser.RawRow));
                }
                catch (Exception e) when (e is FormatException or CsvHelper.MissingFieldException)
                {
                    faults.Add(new(file, csv.Parser.RawRow, e.Message.Split('\n')[0].Trim()));
                }
            }
        }
        catch (CsvHelperException e)
        {
            faults.Add(new(file, e.Context?.Parser?.RawRow ?? 0, $"not CSV: {e.Message.Split('\n')[0].Trim()}"));
        }
        return rows;
    }
}
