using TcmBrain.Testing;

namespace TcmBrain.Architecture.Tests.House;

/// <summary>The files of the repository that people write; what is built, fetched or run stays out.</summary>
internal static class Repository
{
    private static readonly HashSet<string> NotOurs =
    [
        "bin",
        "obj",
        "artifacts",
        "node_modules",
        "wwwroot",
        "dist",
        "generated",
        "TestResults",
        "screenshots",
    ];

    private static readonly HashSet<string> HiddenButOurs = [".ci", ".config"];

    private static readonly HashSet<string> Binary = [".png", ".jpg", ".ico", ".snk", ".woff2", ".pdf", ".zip", ".gz"];

    /// <summary>Paths below the root, with forward slashes, sorted.</summary>
    public static IReadOnlyList<string> Files { get; } =
    [.. Walk(new DirectoryInfo(RepositoryRoot.Path)).Select(Relative).Order(StringComparer.Ordinal)];

    /// <summary>Files that hold text.</summary>
    public static IEnumerable<string> Texts => Files.Where(file => !Binary.Contains(Path.GetExtension(file)));

    public static IEnumerable<string> Named(string extension) => Files.Where(file => file.EndsWith(extension, StringComparison.Ordinal));

    public static IReadOnlyList<ProjectFile> Projects { get; } = [.. Named(".csproj").Select(ProjectFile.Read)];

    /// <summary>The web projects below services/.</summary>
    public static IEnumerable<ProjectFile> Services =>
        Projects.Where(project => project.Path.StartsWith("services/", StringComparison.Ordinal) && project.IsWeb);

    public static string Read(string file) => File.ReadAllText(RepositoryRoot.Combine(file));

    public static string[] Lines(string file) => File.ReadAllLines(RepositoryRoot.Combine(file));

    private static IEnumerable<FileInfo> Walk(DirectoryInfo folder) =>
        folder
            .EnumerateFiles()
            .Concat(
                folder
                    .EnumerateDirectories()
                    .Where(below => below.Name.StartsWith('.') ? HiddenButOurs.Contains(below.Name) : !NotOurs.Contains(below.Name))
                    .SelectMany(Walk)
            );

    private static string Relative(FileInfo file) => Path.GetRelativePath(RepositoryRoot.Path, file.FullName).Replace('\\', '/');
}
