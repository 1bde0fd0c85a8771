using System.Collections.Immutable;

namespace TcmBrain.Knowledge;

/// <summary>One line of a formula made ready to be prescribed: the piece to dispense, milligrams in one dose, footnote.</summary>
public readonly record struct PrescribableLine(Herb Piece, long Milligrams, Handling Handling);

/// <summary>Classic formulas as today's prescriptions.</summary>
public static class FormulaPrescribing
{
    /// <summary>
    /// The formula with every dose inside the pharmacopoeia's daily range, bare names replaced by what custom dispenses,
    /// and each footnote that a piece requires. Pills and powders, whose grams are a ratio, are first brought to the size
    /// of a day's decoction. Pieces without a known range keep their dose; banned pieces and pieces that need a person's
    /// choice stay as they are, so that the audit still sees them.
    /// </summary>
    public static ImmutableArray<PrescribableLine> AsPrescription(this Formula formula, Catalogue catalogue, DispensingCustoms customs)
    {
        var lines = formula.Composition.Select(x => (x.Milligrams, x.Handling, Piece: catalogue[customs.For(x.Herb) ?? x.Herb])).ToArray();
        var factor = formula.Form == FormulaForm.Decoction ? 1m : RatioToDayDose(lines);
        return
        [
            .. lines.Select(x => new PrescribableLine(
                x.Piece,
                WithinRange(x.Piece, x.Milligrams * factor),
                x.Handling | MissingHandling(x.Piece, x.Handling)
            )),
        ];
    }

    private static decimal RatioToDayDose((long Milligrams, Handling Handling, Herb Piece)[] lines)
    {
        var factors = lines
            .Where(x => x.Piece.MaxMilligrams.HasValue)
            .Select(x => (x.Piece.MinMilligrams!.Value + x.Piece.MaxMilligrams!.Value) / 2m / x.Milligrams)
            .Order()
            .ToArray();
        return factors.Length == 0 ? 1m : factors[factors.Length / 2];
    }

    private static long WithinRange(Herb piece, decimal milligrams)
    {
        // A dispenser weighs half grams, and tenths below three grams; finer pieces are weighed as the range says.
        var step =
            milligrams >= 3_000 ? 500m
            : milligrams >= 1_000 ? 100m
            : 1m;
        var rounded = (long)(Math.Round(milligrams / step) * step);
        return piece.MaxMilligrams is { } max ? Math.Clamp(rounded, piece.MinMilligrams!.Value, max) : Math.Max(1, rounded);
    }

    private static Handling MissingHandling(Herb piece, Handling written) =>
        piece.RequiredHandling == Handling.None
        || (written & piece.RequiredHandling) == piece.RequiredHandling
        || (written & piece.AlternativeHandling) != 0
            ? Handling.None
            : piece.RequiredHandling;
}
