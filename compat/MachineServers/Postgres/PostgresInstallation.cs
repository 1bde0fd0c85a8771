namespace TcmBrain.MachineServers.Postgres;

/// <summary>An installed major version, at Debian's place.</summary>
internal sealed record PostgresInstallation(int Major, string Bin)
{
    private const string Root = "/usr/lib/postgresql";

    public static IReadOnlyList<PostgresInstallation> All() =>
        !Directory.Exists(Root)
            ? []
            :
            [
                .. Directory
                    .EnumerateDirectories(Root)
                    .Where(folder => File.Exists($"{folder}/bin/postgres") && File.Exists($"{folder}/bin/initdb"))
                    .Select(folder => (Folder: folder, Parsed: int.TryParse(Path.GetFileName(folder), out var major), Major: major))
                    .Where(found => found.Parsed)
                    .Select(found => new PostgresInstallation(found.Major, found.Folder + "/bin"))
                    .OrderByDescending(found => found.Major),
            ];

    /// <summary>The one that made the folder's data, or the newest for an empty folder.</summary>
    /// <exception cref="MachineServerException">None is installed, or not the folder's.</exception>
    public static PostgresInstallation For(string dataFolder)
    {
        var all = All();
        if (all.Count == 0)
            throw new MachineServerException(
                ServerFailure.Missing,
                "PostgreSQL isn't installed on this machine: apt-get install postgresql"
            );
        var mark = Path.Combine(dataFolder, "PG_VERSION");
        if (!File.Exists(mark))
            return all[0];
        var version = File.ReadAllText(mark).Trim();
        return all.FirstOrDefault(one => $"{one.Major}" == version)
            ?? throw new MachineServerException(
                ServerFailure.DataFolder,
                $"the data folder {dataFolder} was made by PostgreSQL {version}, and this machine has {string.Join(", ", all.Select(one => one.Major))}: install postgresql-{version} or choose another folder"
            );
    }
}
