using System.Collections.Immutable;

namespace TcmBrain.Knowledge;

/// <summary>Reads a release into parts and checks that it agrees with itself.</summary>
internal sealed partial class CatalogueReader
{
    private readonly ReleaseFiles files;
    private readonly List<ReleaseFault> faults = [];
    private readonly Dictionary<string, HerbId> herbIds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NameResolution> names = new(StringComparer.Ordinal);
    private ImmutableArray<Herb> herbs = [];

    private CatalogueReader(ReleaseFiles files) => this.files = files;

    public static CatalogueParts Read(ReleaseFiles files) => new CatalogueReader(files).Read();

    private CatalogueParts Read()
    {
        var release = files.Identify();
        if (release.Version.Length == 0)
        {
            faults.Add(new(ReleaseFiles.Version, 1, "the version is empty"));
        }
        ReadHerbs();
        ReadAliases();
        ReadCombinedNames();
        var pairs = ReadIncompatibilities();
        var terms = ReadTerms();
        var formulas = ReadFormulas(pairs, terms);
        var customs = ReadCustoms();
        var lists = ReadLists();
        if (faults.Count > 0)
        {
            throw new BrokenReleaseException([.. faults]);
        }
        return new(release, herbs, names, [.. pairs.Values], formulas, terms, customs, lists);
    }

    private Dictionary<(HerbId, HerbId), Incompatibility> ReadIncompatibilities()
    {
        var pairs = new Dictionary<(HerbId, HerbId), Incompatibility>();
        var rows = CsvTable.Read(
            files,
            ReleaseFiles.Incompatibilities,
            ["group_a", "member_a", "group_b", "member_b", "rule", "basis", "severity"],
            faults
        );
        foreach (var row in rows)
        {
            var rule = row.OneOf("rule", PairRules);
            var extension = row.OneOf("severity", PairSeverities);
            if (FindHerb(row, "member_a", row["member_a"]) is not { } a || FindHerb(row, "member_b", row["member_b"]) is not { } b)
            {
                continue;
            }
            if (a == b)
            {
                row.Fault("a piece is not incompatible with itself");
            }
            else if (!pairs.TryAdd(Ordered(a, b), new(a, b, row["group_a"], row["group_b"], rule, extension, row["basis"])))
            {
                row.Fault($"the pair {row["member_a"]} × {row["member_b"]} is there twice");
            }
        }
        CheckProcessedFormsInherit(pairs);
        return pairs;
    }

    private void CheckProcessedFormsInherit(Dictionary<(HerbId, HerbId), Incompatibility> pairs)
    {
        var partners = pairs
            .Keys.SelectMany(x => new[] { (Of: x.Item1, With: x.Item2), (Of: x.Item2, With: x.Item1) })
            .ToLookup(x => x.Of, x => x.With);
        foreach (var herb in herbs.Where(x => x.Base != x.Id))
        {
            foreach (var partner in partners[herb.Base].Except(partners[herb.Id]))
            {
                faults.Add(
                    new(
                        ReleaseFiles.Incompatibilities,
                        0,
                        $"{herb.Name} lacks the pair of its base {herbs[herb.Base.Value].Name} with {herbs[partner.Value].Name}"
                    )
                );
            }
        }
    }

    private DispensingCustoms ReadCustoms()
    {
        var customs = ImmutableDictionary.CreateBuilder<HerbId, HerbId>();
        foreach (var row in CsvTable.Read(files, ReleaseFiles.Customs, ["name", "piece", "source", "mark"], faults))
        {
            var bare = FindHerb(row, "name", row["name"]);
            var piece = FindHerb(row, "piece", row["piece"]);
            if (bare is not { } from || piece is not { } to)
            {
                continue;
            }
            if (DispensingCustoms.Reject(herbs[from.Value], herbs[to.Value]) is { } reason)
            {
                row.Fault(reason);
            }
            else if (!customs.TryAdd(from, to))
            {
                row.Fault($"{row["name"]} is there twice");
            }
        }
        return new(customs.ToImmutable());
    }

    private PieceLists[] ReadLists()
    {
        var lists = new PieceLists[herbs.Length];
        foreach (var row in CsvTable.Read(files, ReleaseFiles.PieceLists, ["list", "name_zh", "source", "mark"], faults))
        {
            var list = row.OneOf("list", ListNames);
            if (FindHerb(row, "name_zh", row["name_zh"]) is not { } id || list == PieceLists.None)
            {
                continue;
            }
            if (lists[id.Value].HasFlag(list))
            {
                row.Fault($"{row["name_zh"]} is on {row["list"]} twice");
            }
            lists[id.Value] |= list;
        }
        foreach (var herb in herbs)
        {
            lists[herb.Id.Value] |= lists[herb.Base.Value];
        }
        return lists;
    }

    private HerbId? FindHerb(CsvRow row, string column, string name)
    {
        if (herbIds.TryGetValue(name, out var id))
        {
            return id;
        }
        row.Fault($"{column} '{name}' is not in {ReleaseFiles.Herbs}");
        return null;
    }

    private ImmutableArray<HerbId> FindHerbs(CsvRow row, string column) =>
        [.. row.List(column).Select(x => FindHerb(row, column, x)).OfType<HerbId>()];

    private HerbId? FindIngredient(string name) =>
        herbIds.TryGetValue(name, out var id) ? id
        : names.TryGetValue(name, out var found) && found.Kind == NameKind.Alias ? found.Herb
        : null;

    private string Name(HerbId id) => herbs[id.Value].Name;

    private static (HerbId, HerbId) Ordered(HerbId a, HerbId b) => a.Value < b.Value ? (a, b) : (b, a);
}
