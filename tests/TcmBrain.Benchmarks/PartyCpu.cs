using System.Globalization;

namespace TcmBrain.Benchmarks;

/// <summary>
/// Processor time of everything this run has started, by party: the services, PostgreSQL, the broker, and the run's own process. Other load
/// on the machine changes it far less than it changes a wall clock.
/// </summary>
internal sealed class PartyCpu
{
    public const string Service = "service";
    public const string Database = "database";
    public const string Broker = "broker";
    public const string Client = "client";

    // USER_HZ, which /proc counts in on every Linux.
    private const double TicksPerSecond = 100;

    private Dictionary<string, double> before = Now();
    private readonly Dictionary<string, double> spent = [];

    /// <summary>Seconds by party between every <see cref="Start"/> and its <see cref="Stop"/>.</summary>
    public IReadOnlyDictionary<string, double> Seconds => spent;

    public void Start() => before = Now();

    public void Stop()
    {
        foreach (var (party, seconds) in Now())
        {
            spent[party] = spent.GetValueOrDefault(party) + seconds - before.GetValueOrDefault(party);
        }
    }

    private static Dictionary<string, double> Now()
    {
        var all = new Dictionary<int, (int Parent, string Name, long Ticks)>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) && Stat(id) is { } stat)
            {
                all[id] = stat;
            }
        }

        return all.Where(p => IsOurs(p.Key))
            .GroupBy(p => PartyOf(p.Key, p.Value.Name))
            .ToDictionary(g => g.Key, g => g.Sum(p => p.Value.Ticks) / TicksPerSecond);

        bool IsOurs(int id)
        {
            while (id != Environment.ProcessId)
            {
                if (!all.TryGetValue(id, out var process))
                {
                    return false;
                }

                id = process.Parent;
            }

            return true;
        }
    }

    private static string PartyOf(int id, string name) =>
        id == Environment.ProcessId ? Client
        : name.StartsWith("postgres", StringComparison.Ordinal) ? Database
        : name == "dotnet" ? Service
        : Broker;

    /// <summary>proc(5): name is field 2, parent 4, user and system time 14 and 15, those of ended children 16 and 17. Null when it is gone.</summary>
    private static (int Parent, string Name, long Ticks)? Stat(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/stat");
            var close = text.LastIndexOf(')');
            var fields = text[(close + 2)..].Split(' ');
            long Field(int number) => long.Parse(fields[number - 3], CultureInfo.InvariantCulture);
            var own = Field(14) + Field(15);
            return (
                (int)Field(4),
                text[(text.IndexOf('(', StringComparison.Ordinal) + 1)..close],
                process == Environment.ProcessId ? own : own + Field(16) + Field(17)
            );
        }
        catch (IOException)
        {
            return null;
        }
    }
}
