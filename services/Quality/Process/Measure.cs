using System.Collections.Frozen;

namespace TcmBrain.Quality.Process;

/// <summary>What is charted (过程指标): a row of Data/control_measures.csv.</summary>
/// <param name="Scope">Of what there is a chart each: scale, vessel or centre.</param>
/// <param name="BaselinePoints">The first so many points of a chart are its baseline until somebody signs another.</param>
/// <param name="Lambda">Weight of the newest value in the EWMA; <paramref name="Width"/>: its limits in standard deviations.</param>
/// <param name="Aim">What is aimed at; null: whatever the recipe or the day asks.</param>
/// <param name="Mark">M: expert default that a pharmacist has to confirm.</param>
public sealed record Measure(
    string Id,
    string NameZh,
    string NameEn,
    string Unit,
    string Scope,
    int BaselinePoints,
    double Lambda,
    double Width,
    int Decimals,
    double? Aim,
    string AimZh,
    string AimEn,
    string Mark
)
{
    public EwmaSettings Ewma => new(Lambda, Width);
}

/// <summary>The measures that there are.</summary>
public sealed class Measures
{
    public const string WeighingError = "weighing-error";
    public const string BoilTemperature = "boil-temperature";
    public const string BoilTime = "boil-time";
    public const string FillVolume = "fill-volume";
    public const string TurnRound = "turn-round";

    private readonly FrozenDictionary<string, Measure> byId;

    public Measures(IReadOnlyList<Measure> rows)
    {
        All = rows;
        byId = rows.ToFrozenDictionary(m => m.Id);
    }

    public IReadOnlyList<Measure> All { get; }

    public Measure this[string id] => byId[id];

    public bool Contains(string id) => byId.ContainsKey(id);

    public static Measures Load() => new(EmbeddedTable.Read<Measure>("control_measures.csv"));
}
