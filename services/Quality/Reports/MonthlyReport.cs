using System.Text.Json;
using TcmBrain.Quality.Evaluation;
using TcmBrain.Quality.Facts;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Reports;

/// <summary>A number of the month.</summary>
/// <param name="Denominator">null: a count; else a share of it</param>
/// <param name="Page">where the web shows the records behind it</param>
public sealed record Figure(string Section, string Code, string Zh, string En, long Value, long? Denominator, string Page)
{
    /// <summary>Per cent with one decimal, or the count; – where there is nothing to share.</summary>
    public string Shown =>
        Denominator is not { } whole ? Value.ToString("#,0", System.Globalization.CultureInfo.InvariantCulture)
        : whole == 0 ? "–"
        : (100m * Value / whole).ToString("0.0", System.Globalization.CultureInfo.InvariantCulture) + " %";
}

public sealed record DayFigures(DateOnly Day, int Received, int Intercepted, int Delivered);

public sealed record AlertFigures(string Pattern, string Zh, string En, int Raised, int Open, int Confirmed);

/// <param name="Answers">null: hidden, too few</param>
/// <param name="Mean">1 to 5, of the overall question</param>
public sealed record SatisfactionFigures(int? Answers, double? Mean);

public sealed record RankedFigures(Place Place, int? Rank, int? Total, int Known);

/// <summary>
/// The regulator's monthly report (监管月报) as it is frozen. Nothing in it tells when or by whom it was made, so the same month makes the same
/// text, whose SHA-256 is the report's identity; HTML and PDF are drawn from it.
/// </summary>
/// <param name="Region">GB/T 2260</param>
/// <param name="Month">yyyy-MM</param>
/// <param name="Provisional">frozen before the month was over</param>
/// <param name="Edition">of the evaluation scheme</param>
public sealed record MonthlyReport(
    string Form,
    string Region,
    string RegionZh,
    string RegionEn,
    string Month,
    bool Provisional,
    string Edition,
    IReadOnlyList<Figure> Figures,
    IReadOnlyList<DayFigures> Days,
    IReadOnlyList<AlertFigures> Alerts,
    SatisfactionFigures Satisfaction,
    IReadOnlyList<RankedFigures> Hospitals,
    IReadOnlyList<RankedFigures> Centres
)
{
    public const string CurrentForm = "tcmbrain-monthly-1";

    public string ToText() => JsonSerializer.Serialize(this, StoredJson.Options);

    public static MonthlyReport Read(string text) => StoredJson.Read<MonthlyReport>(text);

    /// <summary>Its hash is right and it is written as this form writes it: nothing was slipped in.</summary>
    public static bool IsSound(string text, string sha256) =>
        Convert.ToHexStringLower(PublishedEvaluation.HashOf(text)) == sha256 && Read(text).ToText() == text;
}
