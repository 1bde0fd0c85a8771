using System.Globalization;
using System.Text.Json;

namespace TcmBrain.HisSimulator.Knowledge;

/// <summary>History under another release: what would change, one prescription a line, then the sum.</summary>
internal static class ReplayCommand
{
    public static async Task<int> RunAsync(Gateway gateway, long release, int days, TextWriter to, CancellationToken cancellationToken)
    {
        await foreach (var line in new ReleaseDesk(gateway, "operator-1").ReplayAsync(release, days, cancellationToken))
        {
            await to.WriteLineAsync(
                line.GetProperty("kind").GetString() == "change" ? Change(line.GetProperty("change")) : Summary(line.GetProperty("summary"))
            );
        }

        return 0;
    }

    private static string Change(JsonElement change) =>
        $"{change.GetProperty("hisNumber").GetString()} of {change.GetProperty("institutionCode").GetString()}: "
        + $"{change.GetProperty("before").GetString()} -> {change.GetProperty("after").GetString()}"
        + Rules(change, "added", " +")
        + Rules(change, "removed", " -");

    private static string Rules(JsonElement change, string which, string sign) =>
        string.Concat(change.GetProperty(which).EnumerateArray().Select(x => sign + x.GetString()));

    private static string Summary(JsonElement sum) =>
        string.Create(
                CultureInfo.InvariantCulture,
                $"""
                {sum.GetProperty("release").GetString()}, {sum.GetProperty("days").GetInt32()} days: {sum.GetProperty(
                        "audited"
                    ).GetInt64()} prescriptions, {sum.GetProperty("changed").GetInt64()} would change ({sum.GetProperty(
                        "stricter"
                    ).GetInt64()} stricter, {sum.GetProperty("milder").GetInt64()} milder) in {sum.GetProperty("seconds").GetDouble()} s
                {string.Join(
                    '\n',
                    sum.GetProperty("rules").EnumerateArray().Select(x =>
                        $"  {x.GetProperty("ruleId").GetString()}: +{x.GetProperty("added").GetInt32()} -{x.GetProperty("removed").GetInt32()}"
                    )
                )}
                """
            )
            .TrimEnd();
}
