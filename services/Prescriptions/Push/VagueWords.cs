namespace TcmBrain.Prescriptions.Push;

/// <summary>
/// Words that tell neither patient nor pharmacist anything: 《处方管理办法》 art. 6(9) forbids 「遵医嘱」「自用」 and the like, review code 1-8.
/// </summary>
internal static class VagueWords
{
    private static readonly string[] Words =
    [
        "遵医嘱",
        "按医嘱",
        "依医嘱",
        "谨遵医嘱",
        "自用",
        "自备",
        "必要时服",
        "按说明",
        "见说明书",
        "同前",
        "同上",
        "照旧",
        "酌情",
        "随意",
        "适量服",
    ];

    public static bool AreIn(string text)
    {
        if (text.Length == 0)
        {
            return false;
        }

        foreach (var word in Words)
        {
            if (text.Contains(word, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
