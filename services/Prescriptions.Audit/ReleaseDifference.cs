using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using CsvHelper;

namespace TcmBrain.Prescriptions.Audit;

/// <summary>What of one row's field was and is; empty where the row was not or is no more.</summary>
public sealed record FieldChange(string Field, string Before, string After);

/// <summary>One row of a release that differs.</summary>
/// <param name="Kind">added, removed or changed.</param>
/// <param name="Loosens">The audit would stop less because of it: the reader's first look.</param>
public sealed record ReleaseChange(string File, string Key, string Kind, ImmutableArray<FieldChange> Fields, bool Loosens);

/// <summary>What a candidate release changes (差异报告), row by row, loosening ones first.</summary>
public sealed class ReleaseDifference
{
    private static readonly Dictionary<string, string[]> Keys = new(StringComparer.Ordinal)
    {
        ["herbs.csv"] = ["name_zh"],
        ["aliases.csv"] = ["alias"],
        ["combined_names.csv"] = ["name"],
        ["incompatibilities.csv"] = ["member_a", "member_b"],
        ["syndromes.csv"] = ["code"],
        ["dispensing_customs.csv"] = ["name"],
        ["piece_lists.csv"] = ["list", "name_zh"],
        [AuditReleaseFiles.Rules] = ["rule_id"],
        [AuditReleaseFiles.Limits] = ["name"],
        [AuditReleaseFiles.AgeBands] = ["name_zh"],
        ["formulas.json"] = ["name_zh"],
    };

    private ReleaseDifference(string before, string after, ImmutableArray<ReleaseChange> changes) =>
        (Before, After, Changes) = (before, after, changes);

    /// <summary>Names of the releases.</summary>
    public string Before { get; }

    /// <inheritdoc cref="Before"/>
    public string After { get; }

    public ImmutableArray<ReleaseChange> Changes { get; }

    public int Loosening => Changes.Count(x => x.Loosens);

    public static ReleaseDifference Between(AuditRelease before, AuditRelease after)
    {
        var changes = new List<ReleaseChange>();
        foreach (var file in AuditReleaseFiles.Names)
        {
            var (old, now) = (before.Files.Text(file), after.Files.Text(file));
            if (old != now)
            {
                Compare(file, Rows(file, old), Rows(file, now), changes);
            }
        }
        return new(before.Name, after.Name, [.. changes.OrderByDescending(x => x.Loosens)]);
    }

    /// <summary>The report as text, one row a line, loosening ones marked.</summary>
    public string Describe()
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"{Before} -> {After}: {Changes.Length} changed rows, {Loosening} of them loosen the audit\n"
        );
        foreach (var change in Changes)
        {
            var fields =
                change.Kind == "changed"
                    ? ": " + string.Join("; ", change.Fields.Select(x => $"{x.Field} '{x.Before}' -> '{x.After}'"))
                    : "";
            text.Append(
                CultureInfo.InvariantCulture,
                $"{(change.Loosens ? "! " : "  ")}{change.Kind, -7} {change.File} {change.Key}{fields}\n"
            );
        }
        return text.ToString();
    }

    private static void Compare(
        string file,
        Dictionary<string, Dictionary<string, string>> before,
        Dictionary<string, Dictionary<string, string>> after,
        List<ReleaseChange> changes
    )
    {
        foreach (var (key, row) in before)
        {
            if (!after.TryGetValue(key, out var now))
            {
                Add(key, "removed", [.. row.Where(x => x.Value.Length > 0).Select(x => new FieldChange(x.Key, x.Value, ""))]);
                continue;
            }
            var fields = row
                .Keys.Union(now.Keys)
                .Select(x => new FieldChange(x, row.GetValueOrDefault(x, ""), now.GetValueOrDefault(x, "")))
                .Where(x => x.Before != x.After)
                .ToImmutableArray();
            if (!fields.IsEmpty)
            {
                Add(key, "changed", fields);
            }
        }
        foreach (var (key, row) in after.Where(x => !before.ContainsKey(x.Key)))
        {
            Add(key, "added", [.. row.Where(x => x.Value.Length > 0).Select(x => new FieldChange(x.Key, "", x.Value))]);
        }

        void Add(string key, string kind, ImmutableArray<FieldChange> fields) =>
            changes.Add(new(file, key, kind, fields, LooseningRules.Holds(file, key, kind, fields)));
    }

    private static Dictionary<string, Dictionary<string, string>> Rows(string file, string text) =>
        file.EndsWith(".json", StringComparison.Ordinal) ? Json(text)
        : Keys.TryGetValue(file, out var keys) ? Csv(text, keys)
        : new() { [""] = new() { ["text"] = text.Trim() } };

    private static Dictionary<string, Dictionary<string, string>> Csv(string text, string[] keys)
    {
        using var csv = new CsvReader(new StringReader(text), CultureInfo.InvariantCulture);
        var rows = new Dictionary<string, Dictionary<string, string>>(StringComparer.Ordinal);
        csv.Read();
        csv.ReadHeader();
        while (csv.Read())
        {
            var row = csv.HeaderRecord!.ToDictionary(x => x, x => csv[x] ?? "", StringComparer.Ordinal);
            rows[string.Join(" × ", keys.Select(x => row[x]))] = row;
        }
        return rows;
    }

    private static Dictionary<string, Dictionary<string, string>> Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document
            .RootElement.EnumerateArray()
            .ToDictionary(
                x => x.GetProperty("name_zh").GetString()!,
                x => x.EnumerateObject().ToDictionary(y => y.Name, y => y.Value.ToString(), StringComparer.Ordinal),
                StringComparer.Ordinal
            );
    }
}
