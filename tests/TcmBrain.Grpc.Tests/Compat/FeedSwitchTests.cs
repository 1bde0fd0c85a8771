using System.Runtime.CompilerServices;
using System.Text.Json;

namespace TcmBrain.Grpc.Tests.Compat;

/// <summary>A project names public packages only; which of them are stand-ins is one property.</summary>
public sealed class FeedSwitchTests
{
    [Fact]
    public async Task The_closed_feed_takes_the_stand_ins()
    {
        var (projects, packages) = await References(fullFeed: false);

        projects.ShouldBe(["Grpc.Core.Api", "Grpc.HealthCheck", "Grpc.Net.Common", "Grpc.Reflection", "System.IO.Hashing"]);
        packages.ShouldContain("Grpc.AspNetCore.Server");
        packages.ShouldNotContain("Grpc.AspNetCore.HealthChecks");
        packages.ShouldNotContain("Grpc.AspNetCore.Server.Reflection");
    }

    [Fact]
    public async Task The_full_feed_takes_none_of_them()
    {
        var (projects, packages) = await References(fullFeed: true);

        projects.ShouldBeEmpty();
        packages.ShouldContain("Grpc.AspNetCore.Server");
        packages.ShouldContain("Grpc.AspNetCore.HealthChecks");
        packages.ShouldContain("Grpc.AspNetCore.Server.Reflection");
    }

    private static async Task<(string[] Projects, string[] Packages)> References(bool fullFeed)
    {
        var (exitCode, output, errors) = await BoundedProcess.Run(
            "dotnet",
            ["msbuild", ProjectFile(), $"-p:FullFeed={fullFeed}", "-getItem:ProjectReference,PackageReference", "-nodeReuse:false"]
        );
        exitCode.ShouldBe(0, output + errors);
        var items = JsonDocument.Parse(output).RootElement.GetProperty("Items");
        return (Names(items, "ProjectReference", "Filename"), Names(items, "PackageReference", "Identity"));
    }

    private static string[] Names(JsonElement items, string kind, string metadata) =>
        [.. items.GetProperty(kind).EnumerateArray().Select(item => item.GetProperty(metadata).GetString()!).Order(StringComparer.Ordinal)];

    private static string ProjectFile([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "TcmBrain.Grpc.Tests.csproj");
}
