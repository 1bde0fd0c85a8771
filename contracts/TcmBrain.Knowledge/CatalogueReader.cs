using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace TcmBrain.Knowledge;

/// <summary>Reads a release into parts and checks that it agrees with itself.</summary>
internal sealed class CatalogueReader
{
    private static readonly Dictionary<string, Toxicity> Toxicities = new()
    {
        ["none"] = Toxicity.None,
        ["small"] = Toxicity.Small,
        ["toxic"] = Toxicity.Toxic,
        ["very"] = Toxicity.Very,
    };

    private static readonly Dictionary<string, PregnancyUse> Pregnancies = new()
    {
        ["none"] = PregnancyUse.None,
        ["caution"] = PregnancyUse.Caution,
        ["avoid"] = PregnancyUse.Avoid,
        ["forbid"] = PregnancyUse.Forbid,
    };

    private static readonly Dictionary<string, LactationUse> Lactations = new()
    {
        ["none"] = LactationUse.None,
        ["caution"] = LactationUse.Caution,
        ["avoid"] = LactationUse.Avoid,
    };

    private static readonly Dictionary<string, Regulation> Regulations = new()
    {
        [""] = Regulation.None,
        ["toxic28"] = Regulation.ControlledToxic,
        ["narcotic"] = Regulation.Narcotic,
        ["banned_aristolochic"] = Regulation.BannedAristolochic,
        ["banned_wildlife"] = Regulation.BannedWildlife,
        ["withdrawn"] = Regulation.Withdrawn,
        ["restricted_wildlife"] = Regulation.RestrictedWildlife,
        ["ephedrine_precursor_control"] = Regulation.EphedrineControl,
    };

    private static readonly Dictionary<string, HandlingSource> HandlingSources = new()
    {
        [""] = HandlingSource.None,
        ["chp"] = HandlingSource.Pharmacopoeia,
        ["custom"] = HandlingSource.Custom,
    };

    private static readonly Dictionary<string, PieceType> PieceTypes = new()
    {
        ["piece"] = PieceType.Piece,
        ["powder"] = PieceType.Powder,
        ["compound"] = PieceType.Compound,
    };

    private static readonly Dictionary<string, bool> YesNo = new() { ["Y"] = true, ["N"] = false };

    private static readonly Dictionary<string, IncompatibilityRule> PairRules = new()
    {
        ["十八反"] = IncompatibilityRule.EighteenIncompatibilities,
        ["十九畏"] = IncompatibilityRule.NineteenAntagonisms,
    };

    private static readonly Dictionary<string, bool> PairSeverities = new()
    {
        ["double_sign"] = false,
        ["advise"] = true,
    };

    private static readonly Dictionary<string, TermKind> TermKinds = new()
    {
        ["disease"] = TermKind.Disease,
        ["syndrome"] = TermKind.Syndrome,
    };

    private static readonly Dictionary<string, FormulaForm> Forms = new()
    {
        ["decoction"] = FormulaForm.Decoction,
        ["pill"] = FormulaForm.Pill,
        ["powder"] = FormulaForm.Powder,
    };

    private static readonly Dictionary<string, PieceLists> ListNames = new()
    {
        ["pills_powders"] = PieceLists.PillsPowders,
        ["mercury_arsenic"] = PieceLists.MercuryArsenic,
        ["child_blocked"] = PieceLists.ChildBlocked,
        ["child_advise"] = PieceLists.ChildAdvise,
        ["child_double_sign"] = PieceLists.ChildDoubleSign,
        ["elderly_advise"] = PieceLists.ElderlyAdvise,
        ["licorice"] = PieceLists.Licorice,
        ["organ_failure"] = PieceLists.OrganFailure,
        ["weaning"] = PieceLists.Weaning,
    };

    // Order 23 of 1988 lists 28 items; a release that loses one must not pass.
    private const int ControlledToxicItems = 28;

    // Names of the controlled list itself that do not begin with 生.
    private static readonly string[] RawByOfficialName = ["红砒", "白砒", "闹阳花"];

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

    private void ReadHerbs()
    {
        var rows = CsvTable.Read(
            files,
            ReleaseFiles.Herbs,
            [
                "name_zh",
                "pinyin",
                "latin_or_english",
                "category",
                "dose_min_g",
                "dose_max_g",
                "toxicity",
                "pregnancy",
                "special_decoction",
                "notes",
                "regulatory",
                "base_name",
                "in_chp2020",
                "dose_source",
                "raw_equivalent",
                "dispense_as",
                "lactation",
                "special_alternative",
                "special_source",
                "piece_type",
                "members",
            ],
            faults
        );
        var unique = new List<CsvRow>(rows.Count);
        foreach (var row in rows)
        {
            var name = row["name_zh"];
            if (name.Length == 0 || name != name.Trim())
            {
                row.Fault($"name_zh '{name}' is empty or has blanks around it");
            }
            else if (unique.Count == ushort.MaxValue)
            {
                row.Fault("more pieces than an id can count");
            }
            else if (!herbIds.TryAdd(name, new((ushort)unique.Count)))
            {
                row.Fault($"{name} is there twice");
            }
            else
            {
                unique.Add(row);
            }
        }
        herbs = [.. unique.Select(ReadHerb)];
        foreach (var (row, herb) in unique.Zip(herbs))
        {
            CheckHerb(row, herb);
            var kind =
                herb.DispenseAs.IsEmpty ? NameKind.Piece
                : herb.RawEquivalent is null ? NameKind.UnspecifiedProcessing
                : NameKind.RawOrProcessed;
            names[herb.Name] = new(
                kind,
                herb.Id,
                herb.DispenseAs,
                false,
                IsRawInWords(herb.Name, herb)
            );
        }
        var controlled = herbs.Count(x => x.Regulation == Regulation.ControlledToxic);
        if (herbs.Length > 0 && controlled != ControlledToxicItems)
        {
            faults.Add(
                new(
                    ReleaseFiles.Herbs,
                    0,
                    $"{controlled} pieces carry toxic28, the official list has {ControlledToxicItems}"
                )
            );
        }
    }

    private Herb ReadHerb(CsvRow row)
    {
        var id = herbIds[row["name_zh"]];
        return new()
        {
            Id = id,
            Name = row["name_zh"],
            Pinyin = row["pinyin"],
            Latin = row["latin_or_english"],
            Category = row["category"],
            MinMilligrams = row.Milligrams("dose_min_g"),
            MaxMilligrams = row.Milligrams("dose_max_g"),
            DoseSource = row["dose_source"],
            Toxicity = row.OneOf("toxicity", Toxicities),
            Pregnancy = row.OneOf("pregnancy", Pregnancies),
            Lactation = row.OneOf("lactation", Lactations),
            Regulation = row.OneOf("regulatory", Regulations),
            InPharmacopoeia = row["in_chp2020"].StartsWith('Y'),
            RequiredHandling = ReadHandling(row, "special_decoction"),
            AlternativeHandling = ReadHandling(row, "special_alternative"),
            HandlingSource = row.OneOf("special_source", HandlingSources),
            Base =
                row["base_name"].Length == 0
                    ? id
                    : FindHerb(row, "base_name", row["base_name"]) ?? id,
            RawEquivalent = row["raw_equivalent"].Length == 0 ? null : row["raw_equivalent"],
            DispenseAs = FindHerbs(row, "dispense_as"),
            Type = row.OneOf("piece_type", PieceTypes),
            Members = ReadMembers(row),
            Notes = row["notes"],
        };
    }

    private void CheckHerb(CsvRow row, Herb herb)
    {
        if (herb.MinMilligrams.HasValue != herb.MaxMilligrams.HasValue)
        {
            row.Fault("only one end of the dose range is given");
        }
        if (herb.MinMilligrams > herb.MaxMilligrams)
        {
            row.Fault($"dose_min_g {row["dose_min_g"]} is above dose_max_g {row["dose_max_g"]}");
        }
        if (
            herb.IsBanned && (herb.MaxMilligrams.HasValue || herb.RequiredHandling != Handling.None)
        )
        {
            row.Fault("a banned piece has no dose and no handling");
        }
        if (herb.Regulation == Regulation.ControlledToxic && herb.RawEquivalent is null)
        {
            row.Fault("a controlled toxic piece names no raw_equivalent");
        }
        if (herb.RawEquivalent is not null && herb.Lactation != LactationUse.Avoid)
        {
            row.Fault("a controlled toxic piece is avoided while breast-feeding");
        }
        if (
            (herb.RequiredHandling == Handling.None) != (herb.HandlingSource == HandlingSource.None)
        )
        {
            row.Fault("special_decoction and special_source are given together or not at all");
        }
        if ((herb.Type == PieceType.Compound) == herb.Members.IsEmpty)
        {
            row.Fault("members are given for a compound piece and for no other");
        }
        if (herb.DispenseAs.Contains(herb.Id) || herb.Members.Any(x => x.Herb == herb.Id))
        {
            row.Fault("the piece refers to itself");
        }
        var origin = herbs[herb.Base.Value];
        if (origin.Base != origin.Id)
        {
            row.Fault($"its base {origin.Name} is itself a processed form");
        }
        if (origin.IsBanned && !herb.IsBanned)
        {
            row.Fault($"a processed form of the banned {origin.Name} is banned as well");
        }
        if (herb.Members.Any(x => herbs[x.Herb.Value].Type == PieceType.Compound))
        {
            row.Fault("a compound piece is made of simple pieces");
        }
    }

    private static Handling ReadHandling(CsvRow row, string column)
    {
        var found = Handling.None;
        foreach (var text in row.List(column))
        {
            var handling = HandlingText.Parse(text);
            if (handling is Handling.None or Handling.Raw || HandlingText.Format(handling) != text)
            {
                row.Fault($"{column} '{text}' is not a handling");
            }
            found |= handling;
        }
        return found;
    }

    private ImmutableArray<CompoundMember> ReadMembers(CsvRow row)
    {
        var members = ImmutableArray.CreateBuilder<CompoundMember>();
        foreach (var text in row.List("members"))
        {
            var parts = text.Split(':');
            if (
                parts.Length != 2
                || !int.TryParse(
                    parts[1],
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var share
                )
                || share <= 0
            )
            {
                row.Fault($"member '{text}' is not name:parts");
            }
            else if (FindHerb(row, "members", parts[0]) is { } herb)
            {
                members.Add(new(herb, share));
            }
        }
        return members.ToImmutable();
    }

    private void ReadAliases()
    {
        var rows = CsvTable.Read(
            files,
            ReleaseFiles.Aliases,
            ["alias", "name_zh", "auto_resolvable", "candidates"],
            faults
        );
        foreach (var row in rows)
        {
            var alias = row["alias"];
            var target = FindHerb(row, "name_zh", row["name_zh"]);
            var candidates = FindHerbs(row, "candidates");
            var certain = row.OneOf("auto_resolvable", YesNo);
            if (alias.Length == 0)
            {
                row.Fault("the alias is empty");
            }
            if (herbIds.ContainsKey(alias))
            {
                row.Fault($"{alias} is itself a piece");
                continue;
            }
            if (!certain && candidates.IsEmpty)
            {
                row.Fault($"{alias} needs a person but offers no candidates");
            }
            if (target is not { } id)
            {
                continue;
            }
            var herb = herbs[id.Value];
            var raw = IsRawInWords(alias, herb);
            if (certain && herb.RawEquivalent is not null && !raw)
            {
                row.Fault($"{alias} would silently become the controlled toxic {herb.Name}");
            }
            var resolution =
                !certain ? new(NameKind.Ambiguous, default, candidates, true, false)
                : herb.DispenseAs.IsEmpty || raw
                    ? new NameResolution(NameKind.Alias, id, [], true, raw)
                : new(NameKind.UnspecifiedProcessing, id, herb.DispenseAs, true, false);
            if (!names.TryAdd(alias, resolution))
            {
                row.Fault($"{alias} is there twice");
            }
        }
    }

    private static bool IsRawInWords(string name, Herb herb) =>
        herb.RawEquivalent is not null
        && (name.StartsWith('生') || RawByOfficialName.Contains(name));

    private void ReadCombinedNames()
    {
        var rows = CsvTable.Read(
            files,
            ReleaseFiles.CombinedNames,
            ["name", "members", "auto_resolvable"],
            faults
        );
        foreach (var row in rows)
        {
            var name = row["name"];
            var members = FindHerbs(row, "members");
            var certain = row.OneOf("auto_resolvable", YesNo);
            if (
                row.List("members").Length < 2
                || row.List("members").Distinct().Count() != row.List("members").Length
            )
            {
                row.Fault($"{name} needs at least two different members");
            }
            foreach (var member in members.Select(x => herbs[x.Value]))
            {
                if (
                    certain
                    && (member.RawEquivalent is not null || member.Toxicity >= Toxicity.Toxic)
                )
                {
                    row.Fault($"{name} would silently become the toxic {member.Name}");
                }
            }
            if (
                !names.TryAdd(
                    name,
                    new(
                        certain ? NameKind.Combined : NameKind.AmbiguousCombined,
                        default,
                        members,
                        false,
                        false
                    )
                )
            )
            {
                row.Fault($"{name} is already a piece, an alias or a combined name");
            }
        }
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
            if (
                FindHerb(row, "member_a", row["member_a"]) is not { } a
                || FindHerb(row, "member_b", row["member_b"]) is not { } b
            )
            {
                continue;
            }
            if (a == b)
            {
                row.Fault("a piece is not incompatible with itself");
            }
            else if (
                !pairs.TryAdd(
                    Ordered(a, b),
                    new(a, b, row["group_a"], row["group_b"], rule, extension, row["basis"])
                )
            )
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
            .Keys.SelectMany(x =>
                new[] { (Of: x.Item1, With: x.Item2), (Of: x.Item2, With: x.Item1) }
            )
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

    private ImmutableArray<Term> ReadTerms()
    {
        var rows = CsvTable.Read(
            files,
            ReleaseFiles.Terms,
            ["type", "code", "name_zh", "aliases", "category"],
            faults
        );
        var codes = new HashSet<string>(StringComparer.Ordinal);
        var terms = ImmutableArray.CreateBuilder<Term>(rows.Count);
        foreach (var row in rows)
        {
            var term = new Term(
                row.OneOf("type", TermKinds),
                row["code"],
                row["name_zh"],
                [.. row.List("aliases")],
                row["category"]
            );
            if (!codes.Add(term.Code))
            {
                row.Fault($"code {term.Code} is there twice");
            }
            if (
                term.Code.Length == 0
                || term.Code[0] != (term.Kind == TermKind.Disease ? 'A' : 'B')
            )
            {
                row.Fault(
                    $"code '{term.Code}' does not begin as a {term.Kind.ToString().ToLowerInvariant()} code does"
                );
            }
            terms.Add(term);
        }
        return terms.ToImmutable();
    }

    private ImmutableArray<Formula> ReadFormulas(
        Dictionary<(HerbId, HerbId), Incompatibility> pairs,
        ImmutableArray<Term> terms
    )
    {
        var codes = terms.ToLookup(x => x.Code, StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var formulas = ImmutableArray.CreateBuilder<Formula>();
        try
        {
            var bytes = files.Bytes(ReleaseFiles.Formulas);
            var lines = ObjectLines(bytes.Span);
            using var document = JsonDocument.Parse(bytes);
            var index = 0;
            foreach (var element in document.RootElement.EnumerateArray())
            {
                var line = lines[index++];
                void Fault(string reason) => faults.Add(new(ReleaseFiles.Formulas, line, reason));
                try
                {
                    var formula = ReadFormula(element, Fault);
                    if (!seen.Add(formula.Name))
                    {
                        Fault($"{formula.Name} is there twice");
                    }
                    if (!codes.Contains(formula.SyndromeCode))
                    {
                        Fault(
                            $"{formula.Name}: syndrome code '{formula.SyndromeCode}' is not in {ReleaseFiles.Terms}"
                        );
                    }
                    CheckPairs(formula, pairs, Fault);
                    CheckBanned(formula, Fault);
                    CheckFormulaCode(element, formula, Fault);
                    formulas.Add(formula);
                }
                catch (Exception e)
                    when (e is KeyNotFoundException or InvalidOperationException or FormatException)
                {
                    Fault($"a field is missing or of the wrong kind: {e.Message}");
                }
            }
        }
        catch (JsonException e)
        {
            faults.Add(
                new(ReleaseFiles.Formulas, (int)(e.LineNumber ?? 0) + 1, $"not JSON: {e.Message}")
            );
        }
        catch (InvalidOperationException)
        {
            faults.Add(new(ReleaseFiles.Formulas, 1, "the file is not a list of formulas"));
        }
        return formulas.ToImmutable();
    }

    private Formula ReadFormula(JsonElement element, Action<string> fault)
    {
        var name = element.GetProperty("name_zh").GetString()!;
        var composition = ImmutableArray.CreateBuilder<Ingredient>();
        foreach (var item in element.GetProperty("composition").EnumerateArray())
        {
            var piece = item.GetProperty("herb").GetString()!;
            var grams = item.GetProperty("dose_g").GetDecimal();
            var text = item.GetProperty("decoction").GetString()!;
            var handling = HandlingText.Parse(text);
            if (text.Length > 0 && handling == Handling.None)
            {
                fault($"{name}: '{text}' is not a handling");
            }
            if (grams <= 0 || grams * 1000 != decimal.Truncate(grams * 1000))
            {
                fault($"{name}: {piece} weighs {grams} g");
                continue;
            }
            if (FindIngredient(piece) is not { } herb)
            {
                fault($"{name}: {piece} is not in {ReleaseFiles.Herbs}");
                continue;
            }
            if (composition.Any(x => x.Herb == herb))
            {
                fault($"{name}: {piece} is there twice");
            }
            composition.Add(new(herb, (long)(grams * 1000), handling));
        }
        var form = element.GetProperty("proportion").GetString()!;
        if (!Forms.ContainsKey(form))
        {
            fault($"{name}: proportion '{form}' is not one of {string.Join(", ", Forms.Keys)}");
        }
        return new(
            name,
            element.GetProperty("category").GetString()!,
            element.GetProperty("source_text").GetString()!,
            composition.ToImmutable(),
            element.GetProperty("indication").GetString()!,
            element.GetProperty("syndrome").GetString()!,
            element.GetProperty("syndrome_code").GetString()!,
            Forms.GetValueOrDefault(form),
            [
                .. element
                    .GetProperty("deliberate_pair")
                    .EnumerateArray()
                    .Select(x =>
                        (A: FindIngredient(x[0].GetString()!), B: FindIngredient(x[1].GetString()!))
                    )
                    .Where(x => x.A.HasValue && x.B.HasValue)
                    .Select(x => (x.A!.Value, x.B!.Value)),
            ],
            [
                .. element
                    .GetProperty("contains_banned")
                    .EnumerateArray()
                    .Select(x => FindIngredient(x.GetString()!))
                    .OfType<HerbId>(),
            ]
        );
    }

    private void CheckPairs(
        Formula formula,
        Dictionary<(HerbId, HerbId), Incompatibility> pairs,
        Action<string> fault
    )
    {
        var declared = formula.DeliberatePairs.Select(x => Ordered(x.A, x.B)).ToHashSet();
        foreach (var pair in declared.Where(x => !pairs.ContainsKey(x)))
        {
            fault(
                $"{formula.Name}: the deliberate pair {Name(pair.Item1)} × {Name(pair.Item2)} is not incompatible"
            );
        }
        for (var i = 0; i < formula.Composition.Length; i++)
        {
            for (var j = i + 1; j < formula.Composition.Length; j++)
            {
                var pair = Ordered(formula.Composition[i].Herb, formula.Composition[j].Herb);
                if (pairs.ContainsKey(pair) && !declared.Contains(pair))
                {
                    fault(
                        $"{formula.Name}: {Name(pair.Item1)} × {Name(pair.Item2)} is incompatible and not declared"
                    );
                }
            }
        }
    }

    private void CheckBanned(Formula formula, Action<string> fault)
    {
        var banned = formula
            .Composition.Select(x => x.Herb)
            .Where(x => herbs[x.Value].IsBanned)
            .ToHashSet();
        if (!banned.SetEquals(formula.Banned))
        {
            fault($"{formula.Name}: contains_banned does not match the composition");
        }
    }

    /// <summary>SZJG/T 38.2-2011: ten digits, the last a GS1 mod-10 check over the first nine.</summary>
    private static void CheckFormulaCode(JsonElement element, Formula formula, Action<string> fault)
    {
        var code = element.GetProperty("szjg_code").GetString();
        if (string.IsNullOrEmpty(code))
        {
            return;
        }
        var sum = 0;
        for (var i = 0; i < code.Length - 1; i++)
        {
            sum += (code[code.Length - 2 - i] - '0') * (i % 2 == 0 ? 3 : 1);
        }
        if (
            code.Length != 10
            || !code.All(char.IsAsciiDigit)
            || (10 - (sum % 10)) % 10 != code[^1] - '0'
        )
        {
            fault($"{formula.Name}: the check digit of {code} is wrong");
        }
    }

    private DispensingCustoms ReadCustoms()
    {
        var customs = ImmutableDictionary.CreateBuilder<HerbId, HerbId>();
        foreach (
            var row in CsvTable.Read(
                files,
                ReleaseFiles.Customs,
                ["name", "piece", "source", "mark"],
                faults
            )
        )
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
        foreach (
            var row in CsvTable.Read(
                files,
                ReleaseFiles.PieceLists,
                ["list", "name_zh", "source", "mark"],
                faults
            )
        )
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

    private static (HerbId, HerbId) Ordered(HerbId a, HerbId b) =>
        a.Value < b.Value ? (a, b) : (b, a);

    /// <summary>The line on which each object of the outer list begins.</summary>
    private static List<int> ObjectLines(ReadOnlySpan<byte> json)
    {
        var lines = new List<int>();
        var reader = new Utf8JsonReader(json);
        var line = 1;
        var counted = 0;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.StartObject && reader.CurrentDepth == 1)
            {
                var at = (int)reader.TokenStartIndex;
                line += json[counted..at].Count((byte)'\n');
                counted = at;
                lines.Add(line);
            }
        }
        return lines;
    }
}
