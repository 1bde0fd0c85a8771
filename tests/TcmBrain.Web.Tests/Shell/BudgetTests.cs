using System.Text.RegularExpressions;

namespace TcmBrain.Web.Tests.Shell;

/// <summary>How much a browser has to fetch, as the service sends it (Brotli, packed at the build).</summary>
public sealed partial class BudgetTests
{
    /// <summary>Of all pages of all roles together; what the heaviest first view fetches is measured in Chromium (Cockpit/WallTests).</summary>
    private const int Everything = 600 * 1024;
    private const int BeforeSigningIn = 120 * 1024;

    private static readonly string Site = RepositoryRoot.Combine("services", "Cockpit", "wwwroot");

    [Fact]
    public void All_scripts_together_stay_within_the_budget()
    {
        SkipUnlessBuilt();
        var all = Directory.EnumerateFiles(Path.Combine(Site, "assets"), "*.js").Sum(Compressed);
        TestContext.Current.TestOutputHelper?.WriteLine($"all scripts: {all / 1024} kB");
        all.ShouldBeLessThan(Everything);
    }

    [Fact]
    public void The_first_view_needs_little()
    {
        SkipUnlessBuilt();
        var index = File.ReadAllText(Path.Combine(Site, "index.html"));
        var first = Reference().Matches(index).Select(match => match.Groups[1].Value).Distinct().ToList();
        first.ShouldNotBeEmpty();
        var size = first.Sum(path => Compressed(Site + path));
        TestContext.Current.TestOutputHelper?.WriteLine($"first view: {size / 1024} kB in {first.Count} files");
        size.ShouldBeLessThan(BeforeSigningIn);
        // The chart library is fetched with the first chart, not before.
        first.ShouldAllBe(path => !path.Contains("echarts", StringComparison.Ordinal));
    }

    private static void SkipUnlessBuilt() =>
        Assert.SkipUnless(
            File.Exists(Path.Combine(Site, "index.html")),
            "The web is not built: npm ci && npm run build in services/Cockpit/web"
        );

    private static long Compressed(string file) => new FileInfo(File.Exists(file + ".br") ? file + ".br" : file).Length;

    [GeneratedRegex("(?:src|href)=\"(/assets/[^\"]+)\"")]
    private static partial Regex Reference();
}
