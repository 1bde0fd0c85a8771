using System.Collections.Frozen;
using System.Collections.Immutable;

namespace TcmBrain.Knowledge;

/// <summary>
/// One release of the knowledge: pieces, names, incompatibilities, formulas, terms. Immutable and thread-safe; a new
/// release is a new catalogue.
/// </summary>
public sealed class Catalogue
{
    private static readonly Lazy<Catalogue> BuiltIn = new(() => Load(ReleaseFiles.Embedded()));

    // Processing words (炮制) that stand before a piece's name. Longest first.
    private static readonly string[] ProcessingWords =
    [
        "土炒",
        "麸炒",
        "麸煨",
        "清炒",
        "米炒",
        "砂炒",
        "生",
        "炙",
        "制",
        "熟",
        "炒",
        "酒",
        "醋",
        "盐",
        "姜",
        "法",
        "清",
        "煅",
        "蜜",
        "焦",
        "炮",
        "煨",
        "燀",
        "米",
        "水飞",
    ];

    // How a dispensing granule (配方颗粒) is told from the piece it is made of. Longest first.
    private static readonly string[] GranuleWords = ["(配方颗粒)", "配方颗粒", "(颗粒)", "颗粒"];

    private readonly FrozenDictionary<string, NameResolution> names;
    private readonly FrozenDictionary<string, Formula> formulasByName;
    private readonly FrozenDictionary<string, Term> termsByCode;
    private readonly FrozenDictionary<uint, Incompatibility> pairs;
    private readonly short[] conflictBits;
    private readonly ulong[] conflictMasks;
    private readonly PieceLists[] lists;
    private readonly HerbId[] rawForms;
    private readonly HerbId[] materials;
    private readonly Lazy<ILookup<HerbId, string>> aliases;

    internal Catalogue(CatalogueParts parts)
    {
        Release = parts.Release;
        Herbs = parts.Herbs;
        Formulas = parts.Formulas;
        Terms = parts.Terms;
        Incompatibilities = parts.Incompatibilities;
        Customs = parts.Customs;
        names = parts.Names.ToFrozenDictionary(StringComparer.Ordinal);
        formulasByName = Formulas.ToFrozenDictionary(x => x.Name, StringComparer.Ordinal);
        termsByCode = Terms.ToFrozenDictionary(x => x.Code, StringComparer.Ordinal);
        lists = parts.Lists;
        rawForms = [.. Herbs.Select(RawFormOf)];
        materials = [.. Herbs.Select(MaterialOf)];

        // Only pieces that take part in a pair get a bit, so that a whole prescription fits in a few words.
        conflictBits = new short[Herbs.Length];
        Array.Fill(conflictBits, (short)-1);
        var participants = Incompatibilities.SelectMany(x => new[] { x.A, x.B }).Distinct().Order().ToArray();
        for (var bit = 0; bit < participants.Length; bit++)
        {
            conflictBits[participants[bit].Value] = (short)bit;
        }
        ConflictWords = Math.Max(1, (participants.Length + 63) / 64);
        conflictMasks = new ulong[Herbs.Length * ConflictWords];
        foreach (var pair in Incompatibilities)
        {
            SetConflict(pair.A, pair.B);
            SetConflict(pair.B, pair.A);
        }
        pairs = Incompatibilities.ToFrozenDictionary(x => PairKey(x.A, x.B));
        Recognition = new(this);
        aliases = new(() =>
            names
                .Where(x => x.Value is { ByAlias: true, Kind: NameKind.Alias or NameKind.UnspecifiedProcessing })
                .OrderBy(x => x.Key, StringComparer.Ordinal)
                .ToLookup(x => x.Value.Herb, x => x.Key)
        );
    }

    /// <summary>The release built into this assembly, loaded at first use.</summary>
    public static Catalogue Default => BuiltIn.Value;

    public ReleaseId Release { get; }

    /// <summary>All pieces; the index is the <see cref="HerbId"/>.</summary>
    public ImmutableArray<Herb> Herbs { get; }

    public ImmutableArray<Formula> Formulas { get; }

    public ImmutableArray<Term> Terms { get; }

    public ImmutableArray<Incompatibility> Incompatibilities { get; }

    /// <summary>The customs a region starts from; an institution may have its own.</summary>
    public DispensingCustoms Customs { get; }

    /// <summary>Which classic formula a prescription is closest to.</summary>
    public FormulaRecognition Recognition { get; }

    /// <summary>Words of 64 bits in a conflict mask.</summary>
    public int ConflictWords { get; }

    public Herb this[HerbId id] => Herbs[id.Value];

    /// <summary>Reads a release and checks it.</summary>
    /// <exception cref="BrokenReleaseException">It contradicts itself; every fault is named with file, line and reason.</exception>
    public static Catalogue Load(ReleaseFiles files) => new(CatalogueReader.Read(files));

    /// <summary>
    /// What a name means. Exact names only: no substrings, no similarity, no guess. Blanks around the name, full-width forms
    /// (brackets) and the word for a granule behind it are the only liberties.
    /// </summary>
    public NameResolution Resolve(string name)
    {
        if (names.TryGetValue(name, out var found))
        {
            return found;
        }
        var plain = Plain(name);
        return names.TryGetValue(plain, out found) ? found : GranuleOf(plain);
    }

    /// <summary>黄芪配方颗粒, 黄芪颗粒, 黄芪(颗粒): the granule of a piece whose name is known.</summary>
    private NameResolution GranuleOf(string name)
    {
        foreach (var word in GranuleWords)
        {
            if (
                name.EndsWith(word, StringComparison.Ordinal)
                && names.TryGetValue(name[..^word.Length], out var piece)
                && piece.Kind is NameKind.Piece or NameKind.Alias or NameKind.RawOrProcessed or NameKind.UnspecifiedProcessing
            )
            {
                return piece with { Kind = NameKind.Granule };
            }
        }
        return NameResolution.Unknown;
    }

    /// <summary>The piece with this standard name, or null. Aliases are not followed.</summary>
    public Herb? Find(string name) =>
        names.TryGetValue(name, out var found)
        && !found.ByAlias
        && found.Kind is NameKind.Piece or NameKind.RawOrProcessed or NameKind.UnspecifiedProcessing
            ? this[found.Herb]
            : null;

    public Formula? FindFormula(string name) => formulasByName.GetValueOrDefault(name);

    /// <summary>A disease or syndrome by its GB/T 15657-2021 code, or null: the catalogue holds a part of the standard.</summary>
    public Term? FindTerm(string code) => termsByCode.GetValueOrDefault(code);

    /// <summary>The pair, in either order, or null when the two may be given together.</summary>
    public Incompatibility? FindIncompatibility(HerbId a, HerbId b) => pairs.GetValueOrDefault(PairKey(a, b));

    /// <summary>The bit of this piece in conflict masks, or -1 when it takes part in no pair.</summary>
    public int ConflictBit(HerbId id) => conflictBits[id.Value];

    /// <summary>The bits of all pieces that this one is incompatible with.</summary>
    public ReadOnlySpan<ulong> ConflictMask(HerbId id) => conflictMasks.AsSpan(id.Value * ConflictWords, ConflictWords);

    public PieceLists Lists(HerbId id) => lists[id.Value];

    /// <summary>What 「生用」 beside this name asks for: the raw form when the catalogue has one, otherwise the piece itself.</summary>
    public HerbId RawForm(HerbId id) => rawForms[id.Value];

    /// <summary>
    /// The piece that stands for the material this one is made of, also where the processed piece has a monograph of its
    /// own (炙黄芪 → 黄芪). For questions that concern the material, such as an allergy; not for doses, pairs or toxicity.
    /// </summary>
    public HerbId Material(HerbId id) => materials[id.Value];

    /// <summary>Everyday names that stand for this piece alone.</summary>
    public IEnumerable<string> Aliases(HerbId id) => aliases.Value[id];

    private HerbId MaterialOf(Herb herb)
    {
        var origin = this[herb.Base];
        foreach (var word in ProcessingWords)
        {
            if (origin.Name.StartsWith(word, StringComparison.Ordinal) && Find(origin.Name[word.Length..]) is { } material)
            {
                return material.Base;
            }
        }
        return origin.Id;
    }

    private HerbId RawFormOf(Herb herb) =>
        names.TryGetValue("生" + herb.Name, out var raw) && raw.Kind is NameKind.Piece or NameKind.Alias && this[raw.Herb].Base == herb.Base
            ? raw.Herb
            : herb.Id;

    private void SetConflict(HerbId of, HerbId with)
    {
        var bit = conflictBits[with.Value];
        conflictMasks[(of.Value * ConflictWords) + (bit >> 6)] |= 1UL << (bit & 63);
    }

    private static uint PairKey(HerbId a, HerbId b) =>
        a.Value < b.Value ? ((uint)a.Value << 16) | b.Value : ((uint)b.Value << 16) | a.Value;

    /// <summary>Full-width forms of ASCII become plain. By hand, because the service runs without the tables of Unicode.</summary>
    private static string Plain(string text)
    {
        text = text.Trim();
        return text.AsSpan().IndexOfAnyInRange('\uFF01', '\uFF5E') < 0
            ? text
            : string.Create(
                text.Length,
                text,
                static (plain, from) =>
                {
                    for (var i = 0; i < plain.Length; i++)
                    {
                        plain[i] = from[i] is >= '\uFF01' and <= '\uFF5E' ? (char)(from[i] - 0xFEE0) : from[i];
                    }
                }
            );
    }
}

/// <summary>What a release amounts to once read and checked.</summary>
internal sealed record CatalogueParts(
    ReleaseId Release,
    ImmutableArray<Herb> Herbs,
    Dictionary<string, NameResolution> Names,
    ImmutableArray<Incompatibility> Incompatibilities,
    ImmutableArray<Formula> Formulas,
    ImmutableArray<Term> Terms,
    DispensingCustoms Customs,
    PieceLists[] Lists
);
