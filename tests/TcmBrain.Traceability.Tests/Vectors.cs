using TcmBrain.Testing;

namespace TcmBrain.Traceability.Tests;

/// <summary>Public test vectors that lie beside the repository; without them their tests are skipped, and say so.</summary>
internal static class Vectors
{
    private static readonly string Folder = Path.GetFullPath(RepositoryRoot.Combine("..", "shared", "vectors"));

    public static string Require(params string[] path)
    {
        var full = Path.Combine([Folder, .. path]);
        Assert.SkipUnless(Path.Exists(full), $"no vectors at ../shared/vectors/{string.Join('/', path)}");
        return full;
    }
}
