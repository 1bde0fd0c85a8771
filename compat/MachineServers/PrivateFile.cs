namespace TcmBrain.MachineServers;

/// <summary>Files with secrets: readable by their owner only, and never seen half-written.</summary>
public static class PrivateFile
{
    /// <summary>Replaces the file as a whole.</summary>
    public static void Write(string path, string text)
    {
        var fresh = $"{path}.{Path.GetRandomFileName()}";
        var open = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var writer = new StreamWriter(fresh, open))
            writer.Write(text);
        File.Move(fresh, path, overwrite: true);
    }
}
