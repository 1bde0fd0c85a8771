using System.Text.RegularExpressions;
using TcmBrain.Architecture.Tests.House;

namespace TcmBrain.Architecture.Tests.Documents;

/// <summary>The summaries that stand in the sources of the contracts, by <c>Type</c>, <c>Type.Member</c>.</summary>
internal sealed partial class SourceSummaries
{
    private readonly Dictionary<string, string> texts = [];

    public static SourceSummaries OfEvents()
    {
        var summaries = new SourceSummaries();
        foreach (
            var file in Repository
                .Named(".cs")
                .Where(file => file.StartsWith("contracts/TcmBrain.Contracts/Events/", StringComparison.Ordinal))
        )
        {
            summaries.Read(Repository.Lines(file));
        }

        return summaries;
    }

    /// <summary>Empty when the source says nothing.</summary>
    public string Of(string name) => texts.GetValueOrDefault(name, "");

    private void Read(IEnumerable<string> lines)
    {
        var comment = "";
        var type = "";
        foreach (var line in lines.Select(line => line.Trim()))
        {
            if (line.StartsWith("///", StringComparison.Ordinal))
            {
                comment += line[3..];
                continue;
            }

            if (Record().Match(line) is { Success: true } record)
            {
                type = record.Groups[1].Value;
                texts[type] = Summary(comment);
                foreach (Match parameter in Parameter().Matches(comment))
                {
                    texts[$"{type}.{parameter.Groups[1].Value}"] = Plain(parameter.Groups[2].Value);
                }
            }
            else if (Property().Match(line) is { Success: true } property)
            {
                texts[$"{type}.{property.Groups[1].Value}"] = Summary(comment);
            }

            comment = "";
        }
    }

    private static string Summary(string comment) =>
        SummaryText().Match(comment) is { Success: true } summary ? Plain(summary.Groups[1].Value) : "";

    private static string Plain(string text) => Space().Replace(Tag().Replace(Reference().Replace(text, "$1"), ""), " ").Trim();

    [GeneratedRegex(@"record (\w+)")]
    private static partial Regex Record();

    [GeneratedRegex(@"public [^(]*?(\w+) \{ get;")]
    private static partial Regex Property();

    [GeneratedRegex("<summary>(.*?)</summary>")]
    private static partial Regex SummaryText();

    [GeneratedRegex("""<param name="(\w+)">(.*?)</param>""")]
    private static partial Regex Parameter();

    [GeneratedRegex("""<see \w+="([^"]*)"\s*/>""")]
    private static partial Regex Reference();

    [GeneratedRegex("<[^>]+>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
