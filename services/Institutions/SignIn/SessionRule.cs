namespace TcmBrain.Institutions.SignIn;

/// <summary>
/// How long a person stays signed in: half an hour without a renewal, and a working day at most however often it is renewed. A screen on
/// a wall (大屏), which only reads, thirty days.
/// </summary>
internal static class SessionRule
{
    private static readonly TimeSpan Person = TimeSpan.FromHours(12);
    private static readonly TimeSpan Display = TimeSpan.FromDays(30);

    /// <summary>From giving the password to having to give it again.</summary>
    public static TimeSpan Longest(bool display) => display ? Display : Person;
}
