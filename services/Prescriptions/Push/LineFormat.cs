using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Knowledge;
using TcmBrain.ServiceDefaults.Faults;
using Handling = TcmBrain.Knowledge.Handling;

namespace TcmBrain.Prescriptions.Push;

/// <summary>
/// The lines of a prescription (正文): 《中药处方格式及书写规范》 and 《处方管理办法》 art. 6. Order (君臣佐使) and everyday names are the
/// audit's to advise on.
/// </summary>
internal static class LineFormat
{
    public const int MaxLines = 100;

    /// <summary>10 kg of one piece in one dose: beyond any prescription, so certainly a wrong unit.</summary>
    public const long MaxMilligramsPerDose = 10_000_000;

    /// <summary>0.1 g.</summary>
    private const long Step = 100;

    /// <summary>A piece whose whole day's dose is below this is weighed finer.</summary>
    private const long FineDose = 1_000;

    // What a name of a patent medicine or western drug ends with (剂型). 片 and 丸 also end names of pieces, so only what the
    // catalogue does not know is judged by them.
    private static readonly string[] DosageForms =
    [
        "胶囊",
        "颗粒",
        "口服液",
        "注射液",
        "糖浆",
        "滴丸",
        "片",
        "丸",
        "合剂",
        "冲剂",
        "软膏",
        "贴膏",
        "气雾剂",
        "喷雾剂",
        "滴眼液",
        "栓",
        "酊",
    ];

    public static void Check(FaultList faults, Prescription prescription, Catalogue catalogue)
    {
        if (prescription.Lines.Count is < 1 or > MaxLines)
        {
            faults.Add(PrescriptionsFaults.Lines, "lines", MaxLines);
            return;
        }

        for (var i = 0; i < prescription.Lines.Count; i++)
        {
            // Nearly every line is sound; the places are written out only for one that is not.
            if (!IsSound(prescription.Lines[i], catalogue))
            {
                Check(faults, prescription.Lines[i], i, catalogue);
            }
        }
    }

    private static bool IsSound(Line line, Catalogue catalogue) =>
        FieldChecks.IsText(line.Name, 64, required: true)
        && IsName(line.Name)
        && !IsOtherMedicine(line.Name, catalogue)
        && FieldChecks.IsText(line.Footnote, 128, required: false)
        && FieldChecks.IsText(line.Grade, 32, required: false)
        && FieldChecks.IsText(line.Origin, 64, required: false)
        && !VagueWords.AreIn(line.Footnote)
        && line.MilligramsPerDose is > 0 and <= MaxMilligramsPerDose
        && (line.MilligramsPerDose % Step == 0 || MayBeFine(line.Name, catalogue))
        && IsHandling(line.Handling);

    private static void Check(FaultList faults, Line line, int i, Catalogue catalogue)
    {
        var whole = faults.Faults.Count;
        faults.Text(line.Name, $"lines[{i}].name", 64, required: true);
        if (faults.Faults.Count == whole)
        {
            faults.Require(IsName(line.Name), PrescriptionsFaults.NameForm, $"lines[{i}].name");
            faults.Require(!IsOtherMedicine(line.Name, catalogue), PrescriptionsFaults.NotAPiece, $"lines[{i}].name", line.Name);
        }

        faults.Text(line.Footnote, $"lines[{i}].footnote", 128, required: false);
        faults.Text(line.Grade, $"lines[{i}].grade", 32, required: false);
        faults.Text(line.Origin, $"lines[{i}].origin", 64, required: false);
        faults.Require(!VagueWords.AreIn(line.Footnote), PrescriptionsFaults.VagueUsage, $"lines[{i}].footnote");
        if (line.MilligramsPerDose is <= 0 or > MaxMilligramsPerDose)
        {
            faults.Add(PrescriptionsFaults.Weight, $"lines[{i}].milligrams_per_dose", MaxMilligramsPerDose);
        }
        else if (line.MilligramsPerDose % Step != 0)
        {
            faults.Require(MayBeFine(line.Name, catalogue), PrescriptionsFaults.WeightStep, $"lines[{i}].milligrams_per_dose");
        }

        faults.Require(IsHandling(line.Handling), PrescriptionsFaults.Handling, $"lines[{i}].handling");
    }

    /// <summary>The piece's name alone: a number, a unit or a second name belongs elsewhere. Brackets may say how it is processed.</summary>
    internal static bool IsName(string name)
    {
        foreach (var c in name)
        {
            if (char.IsDigit(c) || char.IsAsciiLetter(c) || ",,。.;;::、!!??*×/\\+=<>|#%".Contains(c, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsHandling(string text) => text.Length == 0 || text.Length <= 32 && HandlingText.Parse(text) != Handling.None;

    private static bool IsOtherMedicine(string name, Catalogue catalogue)
    {
        foreach (var form in DosageForms)
        {
            if (name.EndsWith(form, StringComparison.Ordinal))
            {
                return catalogue.Resolve(name).Kind == NameKind.Unknown;
            }
        }

        return false;
    }

    private static bool MayBeFine(string name, Catalogue catalogue)
    {
        var resolution = catalogue.Resolve(name);
        return resolution.Kind switch
        {
            NameKind.Piece or NameKind.Alias or NameKind.RawOrProcessed or NameKind.UnspecifiedProcessing => IsFine(
                catalogue[resolution.Herb]
            ),
            // Every member of a combined name would be weighed so.
            NameKind.Combined => resolution.Choices.All(id => IsFine(catalogue[id])),
            // Nobody knows yet what it is; a person will say.
            _ => true,
        };
    }

    private static bool IsFine(Herb herb) =>
        herb.Toxicity != Toxicity.None
        || herb.Regulation is Regulation.ControlledToxic or Regulation.Narcotic or Regulation.RestrictedWildlife
        || herb.RawEquivalent is not null
        || herb.Type == PieceType.Powder
        || herb.MaxMilligrams is < FineDose
        || (herb.RequiredHandling | herb.AlternativeHandling).HasFlag(Handling.TakenDirectly);
}
