using System.Text.RegularExpressions;
using TcmBrain.Architecture.Tests.House;

namespace TcmBrain.Architecture.Tests;

/// <summary>Every service is laid out alike.</summary>
public sealed partial class ServiceShapeTests
{
    private const int MostLines = 30;

    public static TheoryData<string> Folders => [.. Repository.Services.Select(service => service.Folder)];

    public static TheoryData<string> MigrationFolders =>
        [
            .. Repository
                .Named(".sql")
                .Where(file => file.Contains("/Storage/Migrations/", StringComparison.Ordinal))
                .Select(file => file[..file.LastIndexOf('/')])
                .Distinct(),
        ];

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_program_says_its_five_beats_in_under_thirty_lines(string folder)
    {
        var lines = Repository.Lines(folder + "/Program.cs").Where(line => !line.StartsWith("using ", StringComparison.Ordinal)).ToList();
        lines.Count.ShouldBeLessThan(MostLines);

        var name = Path.GetFileName(folder).ToLowerInvariant();
        var text = string.Join('\n', lines);
        string[] beats =
        [
            "WebApplication.CreateBuilder(args)",
            $"AddServiceDefaults(\"{name}\")",
            "AddDatabase(",
            "AddExchange(",
            "builder.Add",
            "builder.Build()",
            "app.MapDefaultEndpoints(",
            "app.Map",
            "app.Run()",
        ];
        var from = 0;
        foreach (var beat in beats)
        {
            var at = text.IndexOf(beat, from, StringComparison.Ordinal);
            at.ShouldBeGreaterThanOrEqualTo(0, $"{folder}/Program.cs lacks {beat} after what comes before it");
            from = at + beat.Length;
        }

        ExchangeName().Match(text).Groups[1].Value.ShouldBe(name);
    }

    [Fact]
    public void Every_service_that_keeps_data_has_migrations() =>
        Repository
            .Services.Select(service => service.Folder + "/Storage/Migrations")
            .Except(MigrationFolders.Select(row => row.Data))
            .ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(MigrationFolders))]
    public void Migrations_are_numbered_each_number_once_and_all_are_in_setup(string folder)
    {
        var files = Repository
            .Files.Where(file => file.StartsWith(folder + "/", StringComparison.Ordinal))
            .Select(Path.GetFileName)
            .OfType<string>()
            .ToList();
        files.ShouldAllBe(file => MigrationName().IsMatch(file));
        // Gaps are nobody's harm: capabilities that grow side by side take numbers apart. Two of one number would have no order.
        files.Select(file => file[..4]).ShouldBeUnique();
        files.Select(file => file[..4]).ShouldContain("0001");

        var service = folder.Split('/')[^3];
        var embedded = CompiledAssembly.Load("TcmBrain.Setup").GetManifestResourceNames();
        files.Select(file => $"{service}/{file}").Except(embedded).ShouldBeEmpty();
    }

    [GeneratedRegex(@"AddExchange\(\s*""(\w+)""")]
    private static partial Regex ExchangeName();

    [GeneratedRegex(@"^\d{4}_[a-z0-9_]+\.sql$")]
    private static partial Regex MigrationName();
}
