using System.Globalization;

namespace TcmBrain.MachineServers.Processes;

/// <summary>An account of this machine, from <c>/etc/passwd</c>.</summary>
internal sealed record SystemUser(string Name, uint UserId, uint GroupId)
{
    public static SystemUser? Find(string name) =>
        File.ReadLines("/etc/passwd")
            .Select(line => line.Split(':'))
            .Where(fields => fields.Length > 3 && fields[0] == name)
            .Select(fields => new SystemUser(
                name,
                uint.Parse(fields[2], CultureInfo.InvariantCulture),
                uint.Parse(fields[3], CultureInfo.InvariantCulture)
            ))
            .FirstOrDefault();

    /// <summary>Gives the folder and all in it to this user. Links are changed themselves, never followed.</summary>
    public void Own(string folder)
    {
        Posix.ChangeOwner(folder, UserId, GroupId);
        var inside = new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false };
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", inside))
        {
            if (entry is DirectoryInfo { LinkTarget: null })
                Own(entry.FullName);
            else
                Posix.ChangeOwner(entry.FullName, UserId, GroupId);
        }
    }
}
