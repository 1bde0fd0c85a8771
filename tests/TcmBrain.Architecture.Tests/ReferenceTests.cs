using TcmBrain.Architecture.Tests.House;
using TcmBrain.Contracts;

namespace TcmBrain.Architecture.Tests;

/// <summary>Services speak by contract only: who may know whom.</summary>
public sealed class ReferenceTests
{
    private static readonly string[] CommonGround =
    [
        "TcmBrain.Contracts",
        "TcmBrain.Knowledge",
        "TcmBrain.Exchange",
        "TcmBrain.ServiceDefaults",
        "TcmBrain.CatalogueCopy",
        "TcmBrain.Paper",
    ];

    public static TheoryData<string> ServiceProjects => [.. Repository.Services.Select(service => service.Name)];

    [Fact]
    public void Every_service_of_the_topology_has_its_project_and_every_project_its_place_in_the_topology() =>
        Repository
            .Services.Select(service => service.ShortName.ToLowerInvariant())
            .Order()
            .ShouldBe(Topology.Services.Select(service => service.Name).Order());

    [Theory]
    [MemberData(nameof(ServiceProjects))]
    public void A_service_asks_for_common_ground_and_its_own_libraries_only(string service)
    {
        var project = Repository.Services.Single(p => p.Name == service);
        project.References.Select(Path.GetFileNameWithoutExtension).Where(name => !MayKnow(service, name!)).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(ServiceProjects))]
    public void A_compiled_service_knows_no_other_service(string service) =>
        OursIn(service).Where(name => !MayKnow(service, name)).ShouldBeEmpty();

    [Fact]
    public void A_service_s_own_library_knows_no_service_and_no_infrastructure()
    {
        var libraries = Repository
            .Projects.Where(p => p.Path.StartsWith("services/", StringComparison.Ordinal) && IsLibraryOfAService(p.Name))
            .ToList();
        libraries.ShouldNotBeEmpty();
        foreach (var library in libraries)
        {
            OursIn(library.Name).Except(["TcmBrain.Contracts", "TcmBrain.Knowledge"]).ShouldBeEmpty(library.Name);
            CompiledAssembly.ReferencesOf(library.Name).Where(IsInfrastructure).ShouldBeEmpty(library.Name);
        }
    }

    [Fact]
    public void The_exchange_and_the_service_defaults_know_the_contracts_only()
    {
        OursIn("TcmBrain.Exchange").ShouldBe(["TcmBrain.Contracts"]);
        OursIn("TcmBrain.ServiceDefaults").ShouldBe(["TcmBrain.Contracts"]);
    }

    [Fact]
    public void Setup_and_the_gateway_know_no_service()
    {
        var projects = Repository.Projects.Where(p => p.Name is "TcmBrain.Setup" or "TcmBrain.Gateway");
        foreach (var project in projects)
        {
            OursIn(project.Name).Except(CommonGround).ShouldBeEmpty(project.Name);
        }
    }

    [Fact]
    public void The_contracts_know_no_project_of_ours_and_nothing_of_web_messaging_or_storage()
    {
        var contracts = Repository.Projects.Single(p => p.Name == "TcmBrain.Contracts");
        contracts.References.ShouldBeEmpty();
        contracts.Packages.Except(["Google.Protobuf", "Grpc.Core.Api", "Grpc.Tools"]).ShouldBeEmpty();
        OursIn("TcmBrain.Contracts").ShouldBeEmpty();
        CompiledAssembly.ReferencesOf("TcmBrain.Contracts").Where(IsInfrastructure).ShouldBeEmpty();
    }

    [Fact]
    public void The_knowledge_knows_data_libraries_only()
    {
        var knowledge = Repository.Projects.Single(p => p.Name == "TcmBrain.Knowledge");
        knowledge.References.ShouldBeEmpty();
        knowledge.Packages.Except(["CsvHelper"]).ShouldBeEmpty();
        CompiledAssembly
            .ReferencesOf("TcmBrain.Knowledge")
            .Where(name => name != "CsvHelper" && !name.StartsWith("System", StringComparison.Ordinal))
            .ShouldBeEmpty();
    }

    [Fact]
    public void A_stand_in_is_asked_for_by_its_package_s_name_except_by_what_runs_or_tests_it()
    {
        var direct = Repository.Projects.Where(p =>
            p.References.Any(reference => reference.StartsWith("compat/", StringComparison.Ordinal))
            && !p.Path.StartsWith("compat/", StringComparison.Ordinal)
            && !p.Path.StartsWith("tests/", StringComparison.Ordinal)
            && p.Name != "TcmBrain.LocalHost"
        );
        direct.Select(p => p.Path).ShouldBeEmpty();
    }

    [Fact]
    public void Every_project_but_the_aspire_app_host_is_in_the_solution()
    {
        var solution = Repository.Read("TcmBrain.sln").Replace('\\', '/');
        var missing = Repository.Projects.Where(p =>
            p.Name != "TcmBrain.AppHost" && !solution.Contains($"\"{p.Path}\"", StringComparison.Ordinal)
        );
        missing.Select(p => p.Path).ShouldBeEmpty();
    }

    private static bool MayKnow(string service, string name) =>
        CommonGround.Contains(name) || name.StartsWith(service + ".", StringComparison.Ordinal);

    private static bool IsLibraryOfAService(string name) =>
        Repository.Services.Any(service => name.StartsWith(service.Name + ".", StringComparison.Ordinal));

    private static IEnumerable<string> OursIn(string assembly) =>
        CompiledAssembly.ReferencesOf(assembly).Where(name => name.StartsWith("TcmBrain.", StringComparison.Ordinal));

    private static bool IsInfrastructure(string name) =>
        new[]
        {
            "Microsoft.AspNetCore",
            "Microsoft.Extensions",
            "MassTransit",
            "RabbitMQ",
            "Npgsql",
            "Dapper",
            "StackExchange",
            "Grpc.AspNetCore",
            "Grpc.Net",
        }.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
}
