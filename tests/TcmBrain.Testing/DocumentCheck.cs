namespace TcmBrain.Testing;

/// <summary>Keeps a generated document equal to its source. With the environment variable TCM_WRITE_DOCS=1 it is written instead.</summary>
public static class DocumentCheck
{
    /// <exception cref="InvalidOperationException">when the file differs from <paramref name="expected"/></exception>
    public static void Equal(string file, string expected)
    {
        if (Environment.GetEnvironmentVariable("TCM_WRITE_DOCS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, expected);
        }
        else if (!File.Exists(file) || File.ReadAllText(file) != expected)
        {
            throw new InvalidOperationException(
                $"{Path.GetRelativePath(RepositoryRoot.Path, file)} is not what its source says. Run the test with TCM_WRITE_DOCS=1 and commit the file."
            );
        }
    }
}
