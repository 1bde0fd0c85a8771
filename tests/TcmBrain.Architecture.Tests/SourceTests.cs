using System.Text.RegularExpressions;
using TcmBrain.Architecture.Tests.House;

namespace TcmBrain.Architecture.Tests;

/// <summary>What no file of the repository may say.</summary>
public sealed partial class SourceTests
{
    private const int MostLines = 400;

    // A file that is long because it is a table; everything else is cut.
    private static readonly Dictionary<string, string> MayBeLong = new()
    {
        ["contracts/TcmBrain.Contracts/Protos/prescriptions.proto"] =
            "the contract that vendors are handed: one file, every field explained",
    };

    // Named in parts, for this file is searched too.
    private static readonly string[] Unfinished = ["TO" + "DO", "FIX" + "ME", "NotImplemented" + "Exception"];

    private static readonly Dictionary<string, string> MayBeUnimplemented = new()
    {
        ["compat/Grpc.Core.Api/Server/ServiceBinderBase.cs"] = "gRPC's API: what a generated service does not override throws this",
        ["compat/Grpc.Core.Api/Messages/SerializationContext.cs"] = "gRPC's API: what a transport does not override throws this",
        ["compat/Grpc.Core.Api/Calls/UnimplementedCallInvoker.cs"] = "gRPC's API: a client for mocks, whose calls throw this",
        ["tests/TcmBrain.Grpc.Tests/Compat/ApiTests.cs"] = "proves the one above",
    };

    private static readonly Dictionary<string, string> MayPause = new()
    {
        ["tests/TcmBrain.Testing/Eventually.cs"] = "the waiting helper: pauses between two looks",
        ["tests/TcmBrain.Testing/TestService.cs"] = "a bound on a start, raced against it",
        ["tests/TcmBrain.Exchange.Tests/Inbox/StoppingTests.cs"] = "a handler that is slow on purpose",
        ["tests/TcmBrain.Prescriptions.Tests/Faults/TcpProxy.cs"] = "slows what passes, on purpose",
        ["tests/TcmBrain.Hosting.Tests/SampleHost.cs"] = "the waiting helper for another process, which knows nothing of ours",
    };

    [Fact]
    public void No_file_names_a_folder_of_the_machine_it_was_written_on()
    {
        string[] folders = ["/wo" + "rk/", "/ho" + "me/", "/ro" + "ot/", "/Us" + "ers/", "bash_" + "jobs", "C:" + "\\"];
        Where(
                Repository.Texts.Where(file => !file.EndsWith(".csv", StringComparison.Ordinal)),
                line => folders.Any(folder => line.Contains(folder, StringComparison.Ordinal))
            )
            .ShouldBeEmpty();
    }

    [Fact]
    public void No_file_names_a_host_that_packages_come_from() =>
        Where(Repository.Texts, line => PackageHost().IsMatch(line)).ShouldBeEmpty();

    [Fact]
    public void Nothing_is_left_for_later()
    {
        var found = Where(
            Repository.Texts.Where(file => !file.EndsWith(".md", StringComparison.Ordinal)),
            line => Unfinished.Any(word => line.Contains(word, StringComparison.Ordinal))
        );
        ExactlyIn(found, MayBeUnimplemented);
    }

    [Fact]
    public void No_source_file_is_longer_than_a_reader_can_hold()
    {
        var files = new[] { ".cs", ".sql", ".proto", ".ts", ".vue", ".py" }.SelectMany(Repository.Named);
        ExactlyIn(
            files
                .Select(file => (File: file, Lines: Repository.Lines(file).Length))
                .Where(f => f.Lines > MostLines)
                .Select(f => $"{f.File}:{f.Lines}"),
            MayBeLong
        );
    }

    [Fact]
    public void No_test_sleeps()
    {
        var tests = Repository.Named(".cs").Where(file => TestFile().IsMatch(file) && Path.GetFileName(file) != "SourceTests.cs");
        ExactlyIn(Where(tests, line => Pause().IsMatch(line)), MayPause);
    }

    /// <summary>Npgsql tells who waits in vain for a first connection by a bare time-out: a service's loop that does not know it ends the service.</summary>
    [Fact]
    public void Whoever_goes_on_without_a_database_does_so_when_it_is_slow_too() =>
        Where(
                Repository
                    .Named(".cs")
                    .Where(file =>
                        file.StartsWith("services/", StringComparison.Ordinal) || file.StartsWith("aspire/", StringComparison.Ordinal)
                    ),
                line => CatchesRefusalsOnly().IsMatch(line)
            )
            .ShouldBeEmpty();

    private static List<string> Where(IEnumerable<string> files, Func<string, bool> holds) =>
        [.. from file in files from line in Repository.Lines(file).Index() where holds(line.Item) select $"{file}:{line.Index + 1}"];

    /// <summary>Found only where it is allowed, and allowed only where it is found: a leave that nobody needs is taken back.</summary>
    private static void ExactlyIn(IEnumerable<string> found, Dictionary<string, string> allowed)
    {
        var places = found.ToList();
        var files = places.Select(place => place[..place.LastIndexOf(':')]).ToHashSet();
        places.Where(place => !allowed.ContainsKey(place[..place.LastIndexOf(':')])).ShouldBeEmpty();
        allowed.Keys.Except(files).ShouldBeEmpty("an exception that is no longer needed");
    }

    [GeneratedRegex(@"https?://[^\s""'<>)]*(registry|nuget|npmjs|pypi|proxy|mirror|artifactory|nexus)", RegexOptions.IgnoreCase)]
    private static partial Regex PackageHost();

    [GeneratedRegex(@"^tests/TcmBrain\.(\w+\.Tests|Testing)/")]
    private static partial Regex TestFile();

    [GeneratedRegex(@"catch \(NpgsqlException( \w+)?\)\s*$")]
    private static partial Regex CatchesRefusalsOnly();

    [GeneratedRegex(@"Thread\.Sleep|Task\.Delay\((?!Timeout\.Infinite)")]
    private static partial Regex Pause();
}
