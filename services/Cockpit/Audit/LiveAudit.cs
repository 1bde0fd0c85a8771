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
        var store = new CounterStore(database);
        Guid generation;
        await using (var command = database.CreateCommand("select generation from cockpit.position"))
        {
            generation = (Guid)(await command.ExecuteScalarAsync(cancellationToken))!;
        }

        var first = RegionTime.DayOf(time.GetUtcNow()).AddDays(-1);
        var rows = await store.ReadSinceAsync(first, cancellationToken);
        var expected = rows.ToDictionary(r => (Key: LiveStore.DayKey(generation, r.Scope, r.Day), r.Field), r => Text(r.Value));
        foreach (var s in await store.ReadStandingAsync(null, cancellationToken))
        {
            expected[(LiveStore.StandingKey(generation, s.Scope), ((short)s.Stage).ToString(CultureInfo.InvariantCulture))] = Text(s.Value);
        }

        foreach (var day in (await TopLists.LoadAsync(database, first, cancellationToken)).Take(all: true))
        {
            foreach (var (list, head) in day.Heads)
            {
                expected[(LiveStore.TopsKey(generation, day.Scope, day.Day), list)] = Text(LiveStore.Pack(head));
            }
        }

        var actual = new Dictionary<(string Key, string Field), string>();
        foreach (var key in expected.Keys.Select(k => k.Key).Distinct())
        {
            foreach (var entry in await live.HashGetAllAsync(key))
            {
                string field = entry.Name!;
                if (field is not (LiveStore.WrittenAt or LiveStore.LastFact))
                {
                    actual[(key, field)] = Text(entry.Value);
                }
            }
        }

        return CounterAudit.Compare("cockpit live view = PostgreSQL", expected, actual, v => v ?? "0", differences);
    }

    /// <summary>A sketch is bytes; as a number it would not be itself.</summary>
    private static string Text(RedisValue value) => Convert.ToHexString((byte[])value!);
}
