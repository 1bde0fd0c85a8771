using System.Text.RegularExpressions;
using TcmBrain.Architecture.Tests.House;
using TcmBrain.Testing;

namespace TcmBrain.Architecture.Tests;

/// <summary>The documentation leads somewhere.</summary>
public sealed partial class LinkTests
{
    public static TheoryData<string> Documents => [.. Repository.Named(".md")];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_link_to_a_file_finds_it(string document)
    {
        var folder = Path.GetDirectoryName(RepositoryRoot.Combine(document))!;
        var broken = Link()
            .Matches(Repository.Read(document))
            .Select(match => match.Groups[1].Value.Split('#')[0])
            .Where(target => target.Length > 0 && !target.Contains("://", StringComparison.Ordinal))
            .Where(target => !Path.Exists(Path.GetFullPath(target, folder)));
        broken.ShouldBeEmpty();
    }

    [Fact]
    public void Every_decision_is_listed()
    {
        var list = Repository.Read("docs/decisions/README.md");
        var decisions = Repository
            .Files.Where(file => file.StartsWith("docs/decisions/", StringComparison.Ordinal))
            .Select(Path.GetFileName)
            .OfType<string>();
        decisions.Where(file => file != "README.md" && !list.Contains($"]({file})", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
