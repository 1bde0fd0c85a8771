namespace TcmBrain.Cockpit.Live;

/// <summary>
/// Codes and names that come again and again (常用字词), kept once: the facts in memory then are few objects, and collecting garbage among them is short.
/// Bounded: a word may be pushed out by another, and is then simply a string of its own.
/// </summary>
internal static class Words
{
    private const int Longest = 64;
    private static readonly string?[] Kept = new string?[1 << 14];

    /// <summary>An equal string, mostly the one that was given before. For any thread.</summary>
    public static string Same(string word)
    {
        if (word.Length > Longest)
        {
            return word;
        }

        ref var kept = ref Kept[(uint)word.GetHashCode() % (uint)Kept.Length];
        if (Volatile.Read(ref kept) is { } known && known == word)
        {
            return known;
        }

        Volatile.Write(ref kept, word);
        return word;
    }
}
