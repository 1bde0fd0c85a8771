using System.Collections.Immutable;
using System.Globalization;

namespace TcmBrain.Knowledge;

// Pieces, their compounds and their names.
internal sealed partial class CatalogueReader
{
    // Order 23 of 1988 lists 28 items; a release that loses one must not pass.
    private const int ControlledToxicItems = 28;

    // Names of the controlled list itself that do not begin with 生.
    private static readonly string[] RawByOfficialName = ["红砒", "白砒", "闹阳花"];

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
            names[herb.Name] = new(kind, herb.Id, herb.DispenseAs, false, IsRawInWords(herb.Name, herb));
        }
        var controlled = herbs.Count(x => x.Regulation == Regulation.ControlledToxic);
        if (herbs.Length > 0 && controlled != ControlledToxicItems)
        {
            faults.Add(new(ReleaseFiles.Herbs, 0, $"{controlled} pieces carry toxic28, the official list has {ControlledToxicItems}"));
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
            Base = row["base_name"].Length == 0 ? id : FindHerb(row, "base_name", row["base_name"]) ?? id,
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
        if (herb.IsBanned && (herb.MaxMilligrams.HasValue || herb.RequiredHandling != Handling.None))
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
        if ((herb.RequiredHandling == Handling.None) != (herb.HandlingSource == HandlingSource.None))
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
            if (parts.Length != 2 || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var share) || share <= 0)
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
        var rows = CsvTable.Read(files, ReleaseFiles.Aliases, ["alias", "name_zh", "auto_resolvable", "candidates"], faults);
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
                : herb.DispenseAs.IsEmpty || raw ? new NameResolution(NameKind.Alias, id, [], true, raw)
                : new(NameKind.UnspecifiedProcessing, id, herb.DispenseAs, true, false);
            if (!names.TryAdd(alias, resolution))
            {
                row.Fault($"{alias} is there twice");
            }
        }
    }

    private static bool IsRawInWords(string name, Herb herb) =>
        herb.RawEquivalent is not null && (name.StartsWith('生') || RawByOfficialName.Contains(name));

    private void ReadCombinedNames()
    {
        var rows = CsvTable.Read(files, ReleaseFiles.CombinedNames, ["name", "members", "auto_resolvable"], faults);
        foreach (var row in rows)
        {
            var name = row["name"];
            var members = FindHerbs(row, "members");
            var certain = row.OneOf("auto_resolvable", YesNo);
            if (row.List("members").Length < 2 || row.List("members").Distinct().Count() != row.List("members").Length)
            {
                row.Fault($"{name} needs at least two different members");
            }
            foreach (var member in members.Select(x => herbs[x.Value]))
            {
                if (certain && (member.RawEquivalent is not null || member.Toxicity >= Toxicity.Toxic))
                {
                    row.Fault($"{name} would silently become the toxic {member.Name}");
                }
            }
            if (!names.TryAdd(name, new(certain ? NameKind.Combined : NameKind.AmbiguousCombined, default, members, false, false)))
            {
                row.Fault($"{name} is already a piece, an alias or a combined name");
            }
        }
    }
}
