namespace TcmBrain.MachineServers.Processes;

/// <summary>What to start, and as whom.</summary>
public sealed record ChildStart(string FileName, IReadOnlyList<string> Arguments)
{
    /// <summary>Default: the root folder, which every user can enter.</summary>
    public string WorkingDirectory { get; init; } = "/";

    /// <summary>Added to the environment of this process; null takes a variable away.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>The account to become; only root can. Null: stay who we are.</summary>
    public string? User { get; init; }

    /// <summary>What the kernel sends the child when this process dies, even by <c>kill -9</c>.</summary>
    public Signal OnParentDeath { get; init; } = Signal.Kill;

    /// <summary>
    /// A folder opened before the user is changed and handed over as <see cref="FolderHandle"/>, so that the child can use it
    /// although a folder above it (root's home, say) is closed to its user.
    /// </summary>
    public string? OpenFolder { get; init; }

    /// <summary>The path under which the child sees <see cref="OpenFolder"/>.</summary>
    public const string FolderHandle = "/proc/self/fd/9";
}
