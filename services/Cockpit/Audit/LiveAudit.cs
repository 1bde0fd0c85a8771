using System.Globalization;
using Npgsql;
using StackExchange.Redis;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Cockpit.Live;
using TcmBrain.Cockpit.Reading;
using TcmBrain.Contracts;

namespace TcmBrain.Cockpit.Audit;

/// <summary>Compares what Redis shows of today and yesterday with PostgreSQL, field by field (实时视图核对).</summary>
/// <param name="redis"><c>host:port,password=…</c></param>
public sealed class LiveAudit(NpgsqlDataSource database, string redis, TimeProvider time)
{
    /// <summary>A refresh that is under way may be between the two; what still differs after so many looks does.</summary>
    private const int Looks = 6;

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(500);

    public async Task<AuditResult> RunAsync(CancellationToken cancellationToken = default)
    {
        var options = ConfigurationOptions.Parse(redis);
        options.AbortOnConnectFail = true;
        options.ConnectTimeout = 2000;
        using var connection = await ConnectionMultiplexer.ConnectAsync(options);
        for (var look = 1; ; look++)
        {
            var differences = new List<AuditDifference>();
            var check = await LookAsync(connection.GetDatabase(), differences, cancellationToken);
            if (check.Holds || look == Looks)
            {
                return new([check], differences);
            }

            await Task.Delay(Between, time, cancellationToken);
        }
    }

    private async Task<AuditCheck> LookAsync(IDatabase live, List<AuditDifference> differences, CancellationToken cancellationToken)
    {
        await using var moment = await Moment.OpenAsync(database, cancellationToken);
        var first = RegionTime.DayOf(time.GetUtcNow()).AddDays(-1);
        var expected = new Dictionary<(string Key, string Field), string>();
        foreach (var day in (await CounterStore.ReadSinceAsync(moment, first, cancellationToken)).GroupBy(r => (r.Scope, r.Day)))
        {
            var key = LiveStore.DayKey(moment.Generation, day.Key.Scope, day.Key.Day);
            expected[(key, LiveStore.LastFact)] = Text(day.Max(r => r.LastFact));
            foreach (var row in day)
            {
                expected[(key, row.Field)] = Text(row.Value);
            }
        }

        foreach (var scope in (await CounterStore.ReadStandingAsync(moment, null, cancellationToken)).GroupBy(s => s.Scope))
        {
            var key = LiveStore.StandingKey(moment.Generation, scope.Key);
            expected[(key, LiveStore.LastFact)] = Text(scope.Max(s => s.LastFact));
            foreach (var s in scope)
            {
                expected[(key, ((short)s.Stage).ToString(CultureInfo.InvariantCulture))] = Text(s.Value);
            }
        }

        foreach (var day in (await TopLists.LoadAsync(moment, first, cancellationToken)).Take(all: true))
        {
            foreach (var (list, head) in day.Heads)
            {
                expected[(LiveStore.TopsKey(moment.Generation, day.Scope, day.Day), list)] = Text(LiveStore.Pack(head));
            }
        }

        var actual = new Dictionary<(string Key, string Field), string>();
        foreach (var key in expected.Keys.Select(k => k.Key).Union(Shown(live, moment.Generation, first)))
        {
            foreach (var entry in await live.HashGetAllAsync(key))
            {
                string field = entry.Name!;
                if (
                    field != LiveStore.WrittenAt
                    && (field != LiveStore.LastFact || !key.EndsWith(LiveStore.Tops, StringComparison.Ordinal))
                )
                {
                    actual[(key, field)] = Text(entry.Value);
                }
            }
        }

        return CounterAudit.Compare("cockpit live view = PostgreSQL", expected, actual, v => v ?? "0", differences);
    }

    /// <summary>Keys that readers would find: what PostgreSQL knows nothing of is a difference as well. Days before are not shown from here.</summary>
    private static List<string> Shown(IDatabase live, Guid generation, DateOnly first)
    {
        var (keys, head) = (new List<string>(), LiveStore.Head(generation));
        foreach (var server in live.Multiplexer.GetEndPoints().Select(at => live.Multiplexer.GetServer(at)))
        {
            foreach (var key in server.Keys(live.Database, head + "*", pageSize: 1000))
            {
                // kind:code:day, perhaps with more behind; or kind:code:standing.
                var name = ((string)key!)[head.Length..].Split(':');
                var isDay = DateOnly.TryParseExact(name[2], "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day);
                if (!isDay || day >= first)
                {
                    keys.Add(key!);
                }
            }
        }

        return keys;
    }

    /// <summary>A sketch is bytes; as a number it would not be itself.</summary>
    private static string Text(RedisValue value) => Convert.ToHexString((byte[])value!);
}
