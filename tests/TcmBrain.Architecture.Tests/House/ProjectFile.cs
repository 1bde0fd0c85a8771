using System.Xml.Linq;
using TcmBrain.Testing;

namespace TcmBrain.Architecture.Tests.House;

/// <summary>What a project file asks for.</summary>
internal sealed record ProjectFile(string Path, bool IsWeb, IReadOnlyList<string> References, IReadOnlyList<string> Packages)
{
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The part after <c>TcmBrain.</c>.</summary>
    public string ShortName => Name["TcmBrain.".Length..];

    public string Folder => Path[..Path.LastIndexOf('/')];

    public override string ToString() => Path;

    public static ProjectFile Read(string path)
    {
        var root = XElement.Parse(Repository.Read(path));
        return new ProjectFile(
            path,
            (string?)root.Attribute("Sdk") == "Microsoft.NET.Sdk.Web",
            [.. Included(root, "ProjectReference").Select(include => Resolve(path, include))],
            [.. Included(root, "PackageReference")]
        );
    }

    private static IEnumerable<string> Included(XElement root, string item) =>
        root.Descendants(item).Select(element => (string?)element.Attribute("Include")).OfType<string>();

    /// <summary>The path below the root, or the text itself where MSBuild has to compute it.</summary>
    private static string Resolve(string project, string include)
    {
        if (include.Contains("$(", StringComparison.Ordinal))
        {
            return include
                .Replace("$(CompatRoot)", "compat/", StringComparison.Ordinal)
                .Replace("$(RepositoryRoot)", "", StringComparison.Ordinal);
        }

        var full = System.IO.Path.GetFullPath(include, System.IO.Path.GetDirectoryName(RepositoryRoot.Combine(project))!);
        return System.IO.Path.GetRelativePath(RepositoryRoot.Path, full).Replace('\\', '/');
    }
}
