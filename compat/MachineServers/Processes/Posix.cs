using System.Runtime.InteropServices;

namespace TcmBrain.MachineServers.Processes;

/// <summary>The few system calls that .NET has no name for.</summary>
internal static class Posix
{
    public static bool IsRoot => OperatingSystem.IsLinux() && geteuid() == 0;

    public static bool Send(int processId, Signal signal) => kill(processId, (int)signal) == 0;

    public static void ChangeOwner(string path, uint user, uint group)
    {
        if (lchown(path, user, group) != 0)
            throw new IOException($"cannot give {path} to user {user}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int kill(int pid, int sig);

    [DllImport("libc")]
    private static extern uint geteuid();

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi)]
    private static extern int lchown([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint owner, uint group);
}
