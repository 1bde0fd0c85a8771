using TcmBrain.MachineServers;

namespace Aspire.Hosting.Running;

/// <summary>
/// All that LocalHost keeps: <c>servers/</c>, <c>logs/</c>, <c>run/</c> (state of the running instance), <c>parameters.json</c>.
/// Readable by its owner only, since passwords lie in it.
/// </summary>
internal sealed class DataFolder(string root) : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private FileStream? holder;

    public string Root => root;

    public string Logs => Path.Combine(root, "logs");

    public string StateFile => Path.Combine(root, "run", "localhost.json");

    public string ReadyFile => Path.Combine(root, "run", "ready.txt");

    public Parameters Parameters { get; } = new(Path.Combine(root, "parameters.json"));

    public string Server(string resource) => Path.Combine(root, "servers", resource);

    /// <summary>Takes the folder for this process, until it ends in whatever way.</summary>
    /// <exception cref="StartFailure">It can't be written, or another process has it.</exception>
    public void Hold()
    {
        try
        {
            Directory.CreateDirectory(root, Private);
            foreach (var folder in new[] { "run", "logs", "servers" })
                Directory.CreateDirectory(Path.Combine(root, folder), Private);
            // By this mark ./tcm up --fresh knows that the folder is one that it may empty.
            File.WriteAllText(Path.Combine(root, ".tcmbrain"), "");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartFailure($"the data folder {root} can't be written: {e.Message}");
        }
        try
        {
            holder = new FileStream(Path.Combine(root, "run", "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            var other = File.Exists(ProcessFile) ? $" (process {File.ReadAllText(ProcessFile).Trim()})" : "";
            throw new StartFailure($"the data folder {root} is in use by another instance{other}: stop it, or choose another folder");
        }
        // What a killed instance left goes first: with this process's number beside it, it would be taken for this one's word.
        File.Delete(ReadyFile);
        File.Delete(StateFile);
        PrivateFile.Write(ProcessFile, $"{Environment.ProcessId}\n");
    }

    /// <summary>Lets go of it, and takes away what told of the running instance.</summary>
    public void Dispose()
    {
        if (holder is null)
            return;
        File.Delete(StateFile);
        File.Delete(ReadyFile);
        File.Delete(ProcessFile);
        holder.Dispose();
        holder = null;
    }

    private string ProcessFile => Path.Combine(root, "run", "pid");
}
