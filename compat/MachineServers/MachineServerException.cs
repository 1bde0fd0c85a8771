namespace TcmBrain.MachineServers;

/// <summary>Why a server isn't there.</summary>
public enum ServerFailure
{
    /// <summary>The program isn't installed.</summary>
    Missing,
    PortInUse,

    /// <summary>The data folder can't be used: not writable, of another version, or damaged.</summary>
    DataFolder,

    /// <summary>It ended before it was ready.</summary>
    DiedAtStart,

    /// <summary>It runs, but wasn't ready within the bound.</summary>
    NotReady,
}

/// <summary>A server couldn't be started. The message is one sentence for the person at the terminal.</summary>
public sealed class MachineServerException(ServerFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    public ServerFailure Failure { get; } = failure;
}
