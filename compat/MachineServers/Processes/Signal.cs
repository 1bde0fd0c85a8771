namespace TcmBrain.MachineServers.Processes;

/// <summary>The POSIX signals that a server is spoken to with (numbers as on Linux).</summary>
public enum Signal
{
    /// <summary>Asks whether the process exists; nothing is sent.</summary>
    None = 0,
    Interrupt = 2,
    Quit = 3,
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}
