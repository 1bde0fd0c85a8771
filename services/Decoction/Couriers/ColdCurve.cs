namespace TcmBrain.Decoction.Couriers;

/// <summary>One reading of a logger. Hundredths of a degree Celsius.</summary>
public sealed record ColdPoint(DateTimeOffset At, int Centicelsius);

/// <summary>Readings in a row of one logger outside the limits: two at least, for one is noise.</summary>
/// <param name="Worst">the reading farthest outside</param>
public sealed record ColdExcursion(string Logger, DateTimeOffset From, DateTimeOffset Until, int Readings, int Worst);

/// <summary>What a parcel's loggers say against its limits (冷链). Pure.</summary>
public static class ColdCurve
{
    /// <summary>As many in a row are an excursion.</summary>
    public const int Least = 2;

    /// <param name="points">of one logger, in the order of time</param>
    public static IEnumerable<ColdExcursion> Excursions(string logger, IEnumerable<ColdPoint> points, int from, int to)
    {
        var run = new List<ColdPoint>();
        foreach (var point in points)
        {
            if (point.Centicelsius < from || point.Centicelsius > to)
            {
                run.Add(point);
                continue;
            }

            if (run.Count >= Least)
            {
                yield return Of(run);
            }

            run = [];
        }

        if (run.Count >= Least)
        {
            yield return Of(run);
        }

        ColdExcursion Of(List<ColdPoint> outside) =>
            new(
                logger,
                outside[0].At,
                outside[^1].At,
                outside.Count,
                outside.MaxBy(p => Math.Max(from - p.Centicelsius, p.Centicelsius - to))!.Centicelsius
            );
    }
}
