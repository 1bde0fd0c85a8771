namespace TcmBrain.Decoction.Telemetry;

/// <summary>One measurement, checked and with its vessel found.</summary>
internal readonly record struct VesselReading(int VesselId, DateTimeOffset TakenAt, int Centicelsius, int PressurePascal)
{
    public CurvePoint Point => new(TakenAt, Centicelsius, PressurePascal);
}

/// <summary>Readings that are stored together.</summary>
internal sealed class ReadingBatch(int capacity)
{
    private readonly List<VesselReading> readings = new(capacity);

    public int Count => readings.Count;

    /// <summary>When the first of them came in.</summary>
    public DateTimeOffset Since { get; private set; }

    public void Add(VesselReading reading, DateTimeOffset now)
    {
        if (readings.Count == 0)
        {
            Since = now;
        }

        readings.Add(reading);
    }

    public void Clear() => readings.Clear();

    public IReadOnlyList<VesselReading> Readings => readings;
}
