namespace TcmBrain.Institutions.SignIn;

/// <summary>
/// When repeated failures lock a name out: from the <see cref="Threshold"/>th failure on, for a minute, then two, four, eight, at most
/// fifteen. A quarter of an hour without a failure forgets all.
/// </summary>
internal static class LockOutRule
{
    public const int Threshold = 5;

    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    /// <param name="threshold">higher for failures from all addresses together</param>
    public static Failures AfterFailure(Failures before, DateTimeOffset now, int threshold)
    {
        var count = now - before.LastAt > Longest ? 1 : before.Count + 1;
        return new Failures(count, now, count < threshold ? null : now + LockFor(count - threshold));
    }

    public static TimeSpan? Wait(Failures failures, DateTimeOffset now) =>
        failures.LockedUntil - now is { } wait && wait > TimeSpan.Zero ? wait : null;

    private static TimeSpan LockFor(int beyond)
    {
        var minutes = 1 << Math.Min(beyond, 4);
        return minutes < Longest.TotalMinutes ? TimeSpan.FromMinutes(minutes) : Longest;
    }
}

/// <summary>Failures since the last success.</summary>
internal sealed record Failures(int Count, DateTimeOffset LastAt, DateTimeOffset? LockedUntil)
{
    public static readonly Failures None = new(0, DateTimeOffset.MinValue, null);
}
