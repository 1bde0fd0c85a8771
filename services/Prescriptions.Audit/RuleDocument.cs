using System.Globalization;
using System.Text;

namespace TcmBrain.Prescriptions.Audit;

/// <summary>The rule table as a page for people (docs/audit-rules.md).</summary>
public static class RuleDocument
{
    public static string Write(AuditPolicy policy)
    {
        var text = new StringBuilder();
        text.Append("# Audit rules (审方规则)\n\n");
        text.Append(
            "Written from `services/Prescriptions.Audit/Data/`; a test holds it to them. Marks: C read in a public source or "
                + "computed, C* read second-hand, M expert knowledge not yet checked against the official text. An institution may "
                + "raise any level, and lower one no further than the column says.\n\n"
        );
        text.Append(
            "## Rules\n\n| rule | level | may lower to | what | source | edition | mark | version |\n|---|---|---|---|---|---|---|---|\n"
        );
        foreach (var row in policy.Rules)
        {
            var floor = row.MayLowerTo == row.Severity ? "–" : Level(row.MayLowerTo);
            text.Append(
                CultureInfo.InvariantCulture,
                $"| `{row.Id}` | {Level(row.Severity)} | {floor} | {row.TitleZh}<br>{row.TitleEn} | {row.Source} | {row.Edition} | {row.Mark.Text()} | {row.Version} |\n"
            );
        }
        text.Append("\n## Limits\n\n| name | value |\n|---|---|\n");
        foreach (var (name, value) in policy.Limits.OrderBy(x => x.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"| `{name}` | {value} |\n");
        }
        text.Append(
            "\n## Age\n\n| age | share of the adult dose | 大毒 and controlled | 有毒 | weight counts below |\n|---|---|---|---|---|\n"
        );
        foreach (var band in policy.AgeBands)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {band.NameZh}<br>{band.NameEn} | {band.Numerator}/{band.Denominator} | {Toxic(band.VeryToxic)} | {Toxic(band.Toxic)} | {band.LightBelowGrams / 1000m:0.#} kg |\n"
            );
        }
        return text.ToString();
    }

    private static string Level(Severity severity) =>
        severity switch
        {
            Severity.Refuse => "refuse",
            Severity.Block => "block",
            Severity.Resolve => "resolve",
            Severity.DoubleSign => "double_sign",
            _ => "advise",
        };

    private static string Toxic(ToxicAtAge action) =>
        action switch
        {
            ToxicAtAge.Adult => "as for adults",
            ToxicAtAge.Over => "half the share; double_sign above it",
            ToxicAtAge.DoubleSign => "half the share; double_sign at any dose",
            _ => "block",
        };
}
