using Npgsql;
using TcmBrain.MachineServers.Processes;

namespace TcmBrain.MachineServers.Postgres;

/// <summary>
/// The machine's own PostgreSQL. It refuses to run as root, so root starts it as the system user <c>postgres</c>, who then
/// owns the data folder.
/// </summary>
public sealed class PostgresServer : MachineServer
{
    private readonly PostgresOptions options;
    private string? socketFolder;

    public PostgresServer(PostgresOptions options)
        : base("PostgreSQL", options.DataFolder, options.Port) => this.options = options;

    /// <summary>
    /// Durable (a commit is on the disk before it is answered) and otherwise made for a shared development machine: many
    /// services' connections, checkpoints far apart, no compiling of small queries.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Settings { get; } =
        new Dictionary<string, string>
        {
            ["fsync"] = "on",
            ["synchronous_commit"] = "on",
            ["full_page_writes"] = "on",
            ["max_connections"] = "300",
            ["shared_buffers"] = "256MB",
            ["work_mem"] = "8MB",
            ["maintenance_work_mem"] = "128MB",
            ["wal_buffers"] = "16MB",
            ["max_wal_size"] = "4GB",
            ["checkpoint_timeout"] = "15min",
            ["checkpoint_completion_target"] = "0.9",
            ["random_page_cost"] = "1.1",
            ["effective_io_concurrency"] = "100",
            ["jit"] = "off",
            ["timezone"] = "UTC",
            ["log_timezone"] = "UTC",
            ["lc_messages"] = "C",
            ["log_checkpoints"] = "off",
            ["log_line_prefix"] = "%m [%p] %d ",
        };

    /// <summary><c>Host=…;Port=…;Username=…;Password=…;Database=…</c></summary>
    public string ConnectionString(string database) =>
        $"Host={Host};Port={Port};Username={options.UserName};Password={options.Password};Database={database}";

    /// <summary>Creates the database when it doesn't exist.</summary>
    public async Task EnsureDatabaseAsync(string database, CancellationToken cancellation = default)
    {
        // The server has answered already: whatever it takes under load is waited for.
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(AdminConnectionString) { Timeout = 60, CommandTimeout = 180 }.ConnectionString
        );
        await connection.OpenAsync(cancellation).ConfigureAwait(false);
        await using var exists = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection);
        exists.Parameters.Add(new NpgsqlParameter { Value = database });
        if (await exists.ExecuteScalarAsync(cancellation).ConfigureAwait(false) is not null)
            return;
        // Nobody can be connected to this template, which would keep it from being copied; to the usual one its own housekeeping connects.
        await using var create = new NpgsqlCommand(
            $"CREATE DATABASE \"{database.Replace("\"", "\"\"", StringComparison.Ordinal)}\" TEMPLATE template0",
            connection
        );
        try
        {
            await create.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Someone else was faster.
        }
    }

    public override void DemandInstalled() => PostgresInstallation.For(ClusterFolder);

    // Fast shutdown: sessions are ended, everything is written.
    private protected override Signal StopSignal => Signal.Interrupt;

    private string AdminConnectionString => ConnectionString("postgres") + ";Pooling=false;Timeout=15;Command Timeout=30";

    private string ClusterFolder => Path.Combine(DataFolder, "cluster");

    private protected override async Task<ChildStart> PrepareAsync(CancellationToken cancellation)
    {
        DemandWritableFolder(DataFolder);
        var installation = PostgresInstallation.For(ClusterFolder);
        var user = RunAs();
        if (!File.Exists(Path.Combine(ClusterFolder, "PG_VERSION")))
            await InitialiseAsync(installation, user, cancellation).ConfigureAwait(false);
        await ReleaseStaleLockAsync().ConfigureAwait(false);
        if (user is not null)
            user.Own(ClusterFolder);

        socketFolder ??= TemporaryFolder.Create();
        if (user is not null)
            user.Own(socketFolder);
        var settings = new Dictionary<string, string>(Settings);
        foreach (var (name, value) in options.Settings)
            settings[name] = value;
        settings["listen_addresses"] = Host;
        settings["port"] = $"{Port}";
        settings["unix_socket_directories"] = socketFolder;
        return Start(
            user,
            ClusterFolder,
            $"{installation.Bin}/postgres",
            folder => ["-D", folder, .. settings.SelectMany(setting => new[] { "-c", $"{setting.Key}={setting.Value}" })]
        );
    }

    private protected override async Task<bool> TryAnswerAsync(CancellationToken cancellation)
    {
        try
        {
            await using var connection = new NpgsqlConnection(AdminConnectionString);
            await connection.OpenAsync(cancellation).ConfigureAwait(false);
            return true;
        }
        catch (PostgresException e)
            when (e.SqlState is PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification)
        {
            throw new MachineServerException(
                ServerFailure.DataFolder,
                $"the PostgreSQL data in {DataFolder} was made with another user or password than the one given for '{options.UserName}'",
                e
            );
        }
    }

    private protected override async Task AfterStartAsync(CancellationToken cancellation)
    {
        foreach (var database in options.Databases)
            await EnsureDatabaseAsync(database, cancellation).ConfigureAwait(false);
    }

    private protected override Task AfterStopAsync()
    {
        if (socketFolder is not null)
            TemporaryFolder.Remove(socketFolder);
        socketFolder = null;
        return Task.CompletedTask;
    }

    private protected override string Reason(IReadOnlyList<string> lines) =>
        lines.LastOrDefault(line => line.Contains("PANIC:") || line.Contains("FATAL:"))?.Trim() ?? base.Reason(lines);

    private static SystemUser? RunAs() =>
        !Posix.IsRoot
            ? null
            : SystemUser.Find("postgres")
                ?? throw new MachineServerException(
                    ServerFailure.Missing,
                    "PostgreSQL refuses to run as root and this machine has no user 'postgres': apt-get install postgresql"
                );

    private static ChildStart Start(SystemUser? user, string folder, string program, Func<string, string[]> arguments) =>
        user is null
            ? new ChildStart(program, arguments(folder)) { OnParentDeath = Signal.Quit }
            : new ChildStart(program, arguments(ChildStart.FolderHandle))
            {
                OnParentDeath = Signal.Quit,
                User = user.Name,
                OpenFolder = folder,
            };

    private async Task InitialiseAsync(PostgresInstallation installation, SystemUser? user, CancellationToken cancellation)
    {
        if (Directory.Exists(ClusterFolder) && Directory.EnumerateFileSystemEntries(ClusterFolder).Any())
            throw new MachineServerException(
                ServerFailure.DataFolder,
                $"the data folder {ClusterFolder} holds files but no PostgreSQL data (PG_VERSION is missing): restore it, or choose another folder"
            );

        // Made beside and renamed, so that an initialisation cut short is never taken for data.
        var fresh = Path.Combine(DataFolder, "initialising");
        if (Directory.Exists(fresh))
            Directory.Delete(fresh, recursive: true);
        Directory.CreateDirectory(fresh, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var scratch = TemporaryFolder.Create();
        try
        {
            var passwordFile = Path.Combine(scratch, "password");
            await File.WriteAllTextAsync(passwordFile, options.Password + "\n", cancellation).ConfigureAwait(false);
            File.SetUnixFileMode(passwordFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            if (user is not null)
            {
                user.Own(fresh);
                user.Own(scratch);
            }
            var start = Start(
                user,
                fresh,
                $"{installation.Bin}/initdb",
                folder =>
                    [
                        "--pgdata",
                        folder,
                        "--username",
                        options.UserName,
                        "--pwfile",
                        passwordFile,
                        "--auth",
                        "scram-sha-256",
                        "--encoding",
                        "UTF8",
                        "--lc-collate",
                        "C",
                        "--lc-ctype",
                        "C.UTF-8",
                        "--lc-messages",
                        "C",
                        "--data-checksums",
                        "--no-sync",
                        "--no-instructions",
                    ]
            );
            var (code, output) = await ChildProcess.RunAsync(start, cancellation).ConfigureAwait(false);
            if (code != 0)
                throw new MachineServerException(
                    ServerFailure.DataFolder,
                    $"PostgreSQL couldn't initialise {DataFolder}: {LastLine(output)}"
                );
            if (Directory.Exists(ClusterFolder))
                Directory.Delete(ClusterFolder);
            Directory.Move(fresh, ClusterFolder);
        }
        finally
        {
            TemporaryFolder.Remove(scratch);
        }
    }

    private static string LastLine(string output) =>
        output.Split('\n').LastOrDefault(line => line.Contains("error:") || line.Contains("FATAL:"))?.Trim()
        ?? output.Split('\n').LastOrDefault(line => line.Length > 0)
        ?? "it wrote nothing";

    /// <summary>
    /// After a kill, the number in the lock file may by now belong to another PostgreSQL of the same user, and the server
    /// would refuse to start. Only one that works on this very data counts; one that is just dying is waited for. Then whoever still
    /// works for it is ended: a process whose server was killed finishes what it is at, and may not write beside the next server's.
    /// </summary>
    private async Task ReleaseStaleLockAsync()
    {
        if (ControlFileIn(ClusterFolder) is not { } ours)
            return;
        var file = Path.Combine(ClusterFolder, "postmaster.pid");
        if (
            LockHolder(file) is { } holder
            && ControlFileIn($"/proc/{holder.Id}/cwd") == ours
            && !await ProcessTree.WaitUntilGoneAsync([holder], TimeSpan.FromSeconds(30)).ConfigureAwait(false)
        )
            throw new MachineServerException(
                ServerFailure.DataFolder,
                $"the data folder {DataFolder} is in use by the PostgreSQL with process number {holder.Id}"
            );
        var orphans = ProcessTree
            .Running()
            .Where(one => ProcessTree.NameOf(one.Id) == "postgres" && ControlFileIn($"/proc/{one.Id}/cwd") == ours)
            .ToList();
        foreach (var one in orphans)
            Posix.Send(one.Id, Signal.Kill);
        await ProcessTree.WaitUntilGoneAsync(orphans, TimeSpan.FromSeconds(60)).ConfigureAwait(false);
        File.Delete(file);
    }

    private static ProcessIdentity? LockHolder(string file)
    {
        try
        {
            return int.TryParse(File.ReadLines(file).FirstOrDefault(), out var id) ? ProcessIdentity.Of(id) : null;
        }
        catch (IOException)
        {
            // There is none, or it went with its holder just now.
            return null;
        }
    }

    /// <summary>Where the control file of the data in a folder, or in a process's working directory, really lies: by that data are the same.</summary>
    private static string? ControlFileIn(string folder)
    {
        try
        {
            using var control = File.OpenRead(folder + "/global/pg_control");
            return new FileInfo($"/proc/self/fd/{control.SafeFileHandle.DangerousGetHandle()}").LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
