using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TcmBrain.Quality.Facts;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Evaluation;

public sealed record PublishedItem(Place Place, string Region, int? Rank, IReadOnlyList<MeasuredCount> Measures, Scorecard Card);

/// <summary>
/// An evaluation as it is published (评价结果): everything needed to compute it again. Its text is canonical, so its SHA-256 is the evaluation's
/// identity.
/// </summary>
/// <param name="Provisional">published before the period was over</param>
public sealed record PublishedEvaluation(
    string Edition,
    string Group,
    string Region,
    string Period,
    bool Provisional,
    IReadOnlyList<PublishedItem> Items
)
{
    internal static PublishedEvaluation Of(
        EvaluationBook book,
        string group,
        string region,
        Period period,
        bool provisional,
        IReadOnlyList<Counted> counted
    ) =>
        Score(
            book,
            new PublishedEvaluation(
                book.Edition,
                group,
                region,
                period.Text,
                provisional,
                [
                    .. counted
                        .OrderBy(c => c.Place.Code, StringComparer.Ordinal)
                        .Select(c => new PublishedItem(
                            c.Place,
                            c.Region,
                            null,
                            [.. c.Measures.Values.OrderBy(m => m.Code, StringComparer.Ordinal)],
                            new Scorecard(null, 0, [], [])
                        )),
                ]
            )
        );

    public string ToText() => JsonSerializer.Serialize(this, StoredJson.Options);

    public static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    /// <summary>The same evaluation computed anew from what was counted; equal to the text when nothing was altered.</summary>
    /// <exception cref="KeyNotFoundException">Its edition is not known.</exception>
    public static string Recompute(string text, IReadOnlyDictionary<string, EvaluationBook> books)
    {
        var published = StoredJson.Read<PublishedEvaluation>(text);
        return Score(books[published.Edition], published).ToText();
    }

    /// <summary>Its hash is right, and computing it anew gives the same text.</summary>
    public static bool IsSound(string text, string sha256, IReadOnlyDictionary<string, EvaluationBook> books) =>
        Convert.ToHexStringLower(HashOf(text)) == sha256 && Recompute(text, books) == text;

    private static PublishedEvaluation Score(EvaluationBook book, PublishedEvaluation bare)
    {
        List<Scorecard> cards = [.. bare.Items.Select(i => Scores.Of(book, bare.Group, i.Measures.ToDictionary(m => m.Code)))];
        var ranks = Scores.Ranks(cards);
        return bare with { Items = [.. bare.Items.Select((item, i) => item with { Card = cards[i], Rank = ranks[i] })] };
    }
}
