using System.Globalization;
using Npgsql;

namespace TcmBrain.Benchmarks;

/// <summary>
/// Processor time of a PostgreSQL server on this machine: the postmaster, its children, and those that have ended. Other load on the machine
/// does not change it much, which a wall clock cannot say of itself.
/// </summary>
internal sealed class DatabaseCpu
{
    // USER_HZ, which /proc counts in on every Linux.
    private const double TicksPerSecond = 100;

    private readonly int postmaster;

    private DatabaseCpu(int postmaster) => this.postmaster = postmaster;

    public static async Task<DatabaseCpu> OfAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select pg_backend_pid()");
        var backend = (int)(await command.ExecuteScalarAsync(cancellationToken))!;
        return new DatabaseCpu(Stat(backend)!.Value.Parent);
    }

    public TimeSpan Total() =>
        TimeSpan.FromSeconds(
            (
                Stat(postmaster)!.Value.WithEnded
                + Directory
                    .EnumerateDirectories("/proc")
                    .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? Stat(id) : null)
                    .Where(s => s?.Parent == postmaster)
                    .Sum(s => s!.Value.Own)
            ) / TicksPerSecond
        );

    /// <summary>proc(5): parent is field 4, user and system time 14 and 15, those of ended children 16 and 17. Null when it is gone.</summary>
    private static (int Parent, long Own, long WithEnded)? Stat(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            long Field(int number) => long.Parse(fields[number - 3], CultureInfo.InvariantCulture);
            return ((int)Field(4), Field(14) + Field(15), Field(14) + Field(15) + Field(16) + Field(17));
        }
        catch (IOException)
        {
            return null;
        }
    }
}
