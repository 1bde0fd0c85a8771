using System.Xml.Linq;
using TcmBrain.Architecture.Tests.House;

namespace TcmBrain.Architecture.Tests;

/// <summary>One place says which version of a package is used.</summary>
public sealed class PackageTests
{
    private static readonly string[] BuildFiles =
    [
        .. Repository.Named(".csproj"),
        .. Repository.Named(".props"),
        .. Repository.Named(".targets"),
    ];

    [Fact]
    public void No_project_gives_a_version_of_a_package()
    {
        var versions =
            from file in BuildFiles
            from reference in XElement.Parse(Repository.Read(file)).Descendants("PackageReference")
            where
                reference.Attribute("Version") is not null
                || reference.Attribute("VersionOverride") is not null
                || reference.Element("Version") is not null
            select $"{file}: {reference.Attribute("Include")?.Value}";
        versions.ShouldBeEmpty();
    }

    [Fact]
    public void Every_package_that_is_asked_for_has_one_central_version()
    {
        var central = XElement
            .Parse(Repository.Read("Directory.Packages.props"))
            .Descendants("PackageVersion")
            .Select(v => (string)v.Attribute("Include")!)
            .ToList();
        central.GroupBy(name => name).Where(group => group.Count() > 1).Select(group => group.Key).ShouldBeEmpty();
        Repository.Projects.SelectMany(p => p.Packages).Distinct().Except(central).ShouldBeEmpty();
    }

    [Fact]
    public void The_messaging_library_is_pinned_to_the_last_open_licence()
    {
        var versions = XElement.Parse(Repository.Read("Directory.Packages.props")).Descendants("PackageVersion");
        ((string)versions.Single(v => (string)v.Attribute("Include")! == "MassTransit.RabbitMQ").Attribute("Version")!).ShouldStartWith(
            "[8."
        );
    }

    [Fact]
    public void Warnings_are_errors_everywhere()
    {
        Repository.Read("Directory.Build.props").ShouldContain("<TreatWarningsAsErrors>true</TreatWarningsAsErrors>");
        BuildFiles.Where(file => Repository.Read(file).Contains("<TreatWarningsAsErrors>false", StringComparison.Ordinal)).ShouldBeEmpty();
    }
}
