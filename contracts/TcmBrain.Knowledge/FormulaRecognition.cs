using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;

namespace TcmBrain.Knowledge;

/// <summary>A piece and its weight in one dose.</summary>
public readonly record struct WeighedPiece(HerbId Herb, long Milligrams);

/// <summary>The classic formula that a prescription is closest to, by its number, and how close it is.</summary>
/// <param name="Formula">Index into <see cref="Catalogue.Formulas"/>.</param>
/// <param name="CoveragePermille">Share of the formula's weight that the prescription holds.</param>
/// <param name="SimilarityPermille">
/// Shared weight ÷ (shared + removed + a quarter of added): Tversky's index. 1000 only for the formula itself.
/// </param>
public readonly record struct FormulaCandidate(int Formula, int CoveragePermille, int SimilarityPermille);

/// <summary>A recognised formula with its changes (加减), as pieces of the prescription and of the formula.</summary>
/// <param name="Added">Pieces beside the formula, in the prescription's order.</param>
/// <param name="Removed">Ingredients that the prescription lacks, in the formula's order.</param>
public sealed record FormulaMatch(
    Formula Formula,
    int CoveragePermille,
    int SimilarityPermille,
    ImmutableArray<HerbId> Added,
    ImmutableArray<HerbId> Removed
);

/// <summary>
/// Recognises classic formulas (方剂识别): weighted overlap of materials, so that 炙黄芪 counts as 黄芪. A piece weighs the more, the
/// fewer formulas it is in: 甘草 says little, 蝉蜕 much. Equal closeness is settled by the proportions of the doses, then by the
/// formulas' order.
/// </summary>
public sealed class FormulaRecognition
{
    /// <summary>
    /// From this similarity on a formula is told as recognised. At 600 every classic formula of five ingredients and
    /// more is still found with one removed and one added, and none in ten thousand random prescriptions of ten pieces: both are tests.
    /// </summary>
    public const int RecognisedPermille = 600;

    // One row of weights a material, one column a formula; rows are whole vectors.
    private const int UnitWeight = 16;
    private readonly Catalogue catalogue;
    private readonly int columns;
    private readonly short[] rows;
    private readonly ushort[] weights;
    private readonly ushort[] matrix;
    private readonly int[] totals;

    internal FormulaRecognition(Catalogue catalogue)
    {
        this.catalogue = catalogue;
        var formulas = catalogue.Formulas;
        columns = (formulas.Length + Vector<ushort>.Count - 1) / Vector<ushort>.Count * Vector<ushort>.Count;
        rows = new short[catalogue.Herbs.Length];
        weights = new ushort[catalogue.Herbs.Length];
        Array.Fill(rows, (short)-1);
        var frequencies = new int[catalogue.Herbs.Length];
        foreach (var formula in formulas)
        {
            foreach (var material in MaterialsOf(formula))
            {
                frequencies[material.Value]++;
            }
        }
        short used = 0;
        for (var i = 0; i < rows.Length; i++)
        {
            weights[i] = (ushort)
                Math.Round(UnitWeight * (1 + (Math.Log2(Math.Max(1, formulas.Length) / (double)Math.Max(1, frequencies[i])) / 2)));
            if (frequencies[i] > 0)
            {
                rows[i] = used++;
            }
        }
        matrix = new ushort[used * columns];
        totals = new int[formulas.Length];
        for (var f = 0; f < formulas.Length; f++)
        {
            foreach (var material in MaterialsOf(formulas[f]))
            {
                matrix[(rows[material.Value] * columns) + f] = weights[material.Value];
                totals[f] += weights[material.Value];
            }
        }
    }

    /// <summary>
    /// The closest formula of at least this similarity, or null when there is none. Order and repetition do not matter.
    /// Allocates nothing.
    /// </summary>
    public FormulaCandidate? Closest(ReadOnlySpan<WeighedPiece> pieces, int fromPermille = 1)
    {
        Span<ushort> shared = stackalloc ushort[columns];
        Span<ulong> seen = stackalloc ulong[(rows.Length + 63) / 64];
        shared.Clear();
        seen.Clear();
        var prescribed = 0;
        foreach (ref readonly var piece in pieces)
        {
            var material = catalogue.Material(piece.Herb).Value;
            ref var word = ref seen[material >> 6];
            var bit = 1UL << (material & 63);
            if ((word & bit) != 0)
            {
                continue;
            }
            word |= bit;
            prescribed += weights[material];
            if (rows[material] >= 0)
            {
                Add(shared, matrix.AsSpan(rows[material] * columns, columns));
            }
        }
        return Best(shared, prescribed, pieces, fromPermille);
    }

    /// <summary>The closest formula with what was added and removed, or null when none is close enough.</summary>
    public FormulaMatch? Recognise(ReadOnlySpan<WeighedPiece> pieces, int fromPermille = RecognisedPermille)
    {
        if (Closest(pieces, fromPermille) is not { } closest)
        {
            return null;
        }
        var formula = catalogue.Formulas[closest.Formula];
        var prescribed = new HashSet<HerbId>();
        var added = ImmutableArray.CreateBuilder<HerbId>();
        var ingredients = MaterialsOf(formula).ToHashSet();
        foreach (ref readonly var piece in pieces)
        {
            var material = catalogue.Material(piece.Herb);
            if (prescribed.Add(material) && !ingredients.Contains(material))
            {
                added.Add(piece.Herb);
            }
        }
        return new(
            formula,
            closest.CoveragePermille,
            closest.SimilarityPermille,
            added.ToImmutable(),
            [.. formula.Composition.Select(x => x.Herb).Where(x => !prescribed.Contains(catalogue.Material(x)))]
        );
    }

    private static void Add(Span<ushort> shared, ReadOnlySpan<ushort> row)
    {
        var sums = MemoryMarshal.Cast<ushort, Vector<ushort>>(shared);
        var addends = MemoryMarshal.Cast<ushort, Vector<ushort>>(row);
        for (var i = 0; i < sums.Length && i < addends.Length; i++)
        {
            sums[i] += addends[i];
        }
    }

    // Similarity is 4s ÷ (4T + P − s), with s shared, T the formula's weight and P the prescription's: Tversky's index times four, so
    // that a quarter of what was added stays whole.
    private FormulaCandidate? Best(ReadOnlySpan<ushort> shared, int prescribed, ReadOnlySpan<WeighedPiece> pieces, int fromPermille)
    {
        var best = -1;
        long bestShared = 0;
        long bestWhole = 1;
        var enough = fromPermille * prescribed;
        for (var f = 0; f < totals.Length; f++)
        {
            // The same inequality without a division: most formulas end here.
            if (shared[f] * (4000 + fromPermille) < (4 * fromPermille * totals[f]) + enough)
            {
                continue;
            }
            var four = 4L * shared[f];
            var whole = (4L * totals[f]) + (prescribed - shared[f]);
            var order = (four * bestWhole).CompareTo(bestShared * whole);
            if (order > 0 || (order == 0 && best >= 0 && DoseDistance(f, pieces) < DoseDistance(best, pieces)))
            {
                (best, bestShared, bestWhole) = (f, four, whole);
            }
        }
        return best < 0 ? null : new(best, shared[best] * 1000 / totals[best], (int)(bestShared * 1000 / bestWhole));
    }

    /// <summary>How differently the shared pieces are proportioned, 0 … 2.</summary>
    private double DoseDistance(int formula, ReadOnlySpan<WeighedPiece> pieces)
    {
        double prescribed = 0;
        double written = 0;
        foreach (var ingredient in catalogue.Formulas[formula].Composition)
        {
            if (Milligrams(ingredient.Herb, pieces) is var there and > 0)
            {
                prescribed += there;
                written += ingredient.Milligrams;
            }
        }
        double distance = 0;
        foreach (var ingredient in catalogue.Formulas[formula].Composition)
        {
            if (Milligrams(ingredient.Herb, pieces) is var there and > 0)
            {
                distance += Math.Abs((there / prescribed) - (ingredient.Milligrams / written));
            }
        }
        return distance;
    }

    private long Milligrams(HerbId ingredient, ReadOnlySpan<WeighedPiece> pieces)
    {
        var material = catalogue.Material(ingredient);
        long sum = 0;
        foreach (ref readonly var piece in pieces)
        {
            sum += catalogue.Material(piece.Herb) == material ? piece.Milligrams : 0;
        }
        return sum;
    }

    private IEnumerable<HerbId> MaterialsOf(Formula formula) => formula.Composition.Select(x => catalogue.Material(x.Herb)).Distinct();
}
