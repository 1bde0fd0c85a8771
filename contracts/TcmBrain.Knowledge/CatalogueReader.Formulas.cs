using System.Collections.Immutable;
using System.Text.Json;

namespace TcmBrain.Knowledge;

// Terms and the classic formulas.
internal sealed partial class CatalogueReader
{
    private ImmutableArray<Term> ReadTerms()
    {
        var rows = CsvTable.Read(files, ReleaseFiles.Terms, ["type", "code", "name_zh", "aliases", "category"], faults);
        var codes = new HashSet<string>(StringComparer.Ordinal);
        var terms = ImmutableArray.CreateBuilder<Term>(rows.Count);
        foreach (var row in rows)
        {
            var term = new Term(row.OneOf("type", TermKinds), row["code"], row["name_zh"], [.. row.List("aliases")], row["category"]);
            if (!codes.Add(term.Code))
            {
                row.Fault($"code {term.Code} is there twice");
            }
            if (term.Code.Length == 0 || term.Code[0] != (term.Kind == TermKind.Disease ? 'A' : 'B'))
            {
                row.Fault($"code '{term.Code}' does not begin as a {term.Kind.ToString().ToLowerInvariant()} code does");
            }
            terms.Add(term);
        }
        return terms.ToImmutable();
    }

    private ImmutableArray<Formula> ReadFormulas(Dictionary<(HerbId, HerbId), Incompatibility> pairs, ImmutableArray<Term> terms)
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
                        Fault($"{formula.Name}: syndrome code '{formula.SyndromeCode}' is not in {ReleaseFiles.Terms}");
                    }
                    CheckPairs(formula, pairs, Fault);
                    CheckBanned(formula, Fault);
                    CheckFormulaCode(element, formula, Fault);
                    formulas.Add(formula);
                }
                catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
                {
                    Fault($"a field is missing or of the wrong kind: {e.Message}");
                }
            }
        }
        catch (JsonException e)
        {
            faults.Add(new(ReleaseFiles.Formulas, (int)(e.LineNumber ?? 0) + 1, $"not JSON: {e.Message}"));
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
                    .Select(x => (A: FindIngredient(x[0].GetString()!), B: FindIngredient(x[1].GetString()!)))
                    .Where(x => x.A.HasValue && x.B.HasValue)
                    .Select(x => (x.A!.Value, x.B!.Value)),
            ],
            [.. element.GetProperty("contains_banned").EnumerateArray().Select(x => FindIngredient(x.GetString()!)).OfType<HerbId>()]
        );
    }

    private void CheckPairs(Formula formula, Dictionary<(HerbId, HerbId), Incompatibility> pairs, Action<string> fault)
    {
        var declared = formula.DeliberatePairs.Select(x => Ordered(x.A, x.B)).ToHashSet();
        foreach (var pair in declared.Where(x => !pairs.ContainsKey(x)))
        {
            fault($"{formula.Name}: the deliberate pair {Name(pair.Item1)} × {Name(pair.Item2)} is not incompatible");
        }
        for (var i = 0; i < formula.Composition.Length; i++)
        {
            for (var j = i + 1; j < formula.Composition.Length; j++)
            {
                var pair = Ordered(formula.Composition[i].Herb, formula.Composition[j].Herb);
                if (pairs.ContainsKey(pair) && !declared.Contains(pair))
                {
                    fault($"{formula.Name}: {Name(pair.Item1)} × {Name(pair.Item2)} is incompatible and not declared");
                }
            }
        }
    }

    private void CheckBanned(Formula formula, Action<string> fault)
    {
        var banned = formula.Composition.Select(x => x.Herb).Where(x => herbs[x.Value].IsBanned).ToHashSet();
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
        if (code.Length != 10 || !code.All(char.IsAsciiDigit) || (10 - (sum % 10)) % 10 != code[^1] - '0')
        {
            fault($"{formula.Name}: the check digit of {code} is wrong");
        }
    }

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
