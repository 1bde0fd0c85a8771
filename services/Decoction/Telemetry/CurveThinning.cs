namespace TcmBrain.Decoction.Telemetry;

/// <summary>Fewer points for a screen: of each stretch the coldest and the hottest, so that nothing that deviates is smoothed away.</summary>
public static class CurveThinning
{
    public const int Stretches = 300;

    public static IReadOnlyList<CurvePoint> Of(IReadOnlyList<CurvePoint> points, int stretches = Stretches) =>
        points.Count <= 2 * stretches
            ? points
            :
            [
                .. points
                    .Chunk((points.Count + stretches - 1) / stretches)
                    .SelectMany(c => new[] { c.MinBy(p => p.Centicelsius), c.MaxBy(p => p.Centicelsius) }.Distinct())
                    .OrderBy(p => p.TakenAt),
            ];
}
