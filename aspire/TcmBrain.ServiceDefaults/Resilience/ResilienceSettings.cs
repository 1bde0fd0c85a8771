namespace TcmBrain.ServiceDefaults.Resilience;

/// <summary>Bounds of calls to one service. A null bound means the caller brings its own (gRPC deadlines).</summary>
public sealed record ResilienceSettings
{
    public TimeSpan? Total { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan? Attempt { get; init; } = TimeSpan.FromSeconds(3);

    public int Retries { get; init; } = 3;

    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The breaker judges only after so many calls within ten seconds.</summary>
    public int BreakAfter { get; init; } = 10;

    public TimeSpan BreakFor { get; init; } = TimeSpan.FromSeconds(5);
}
