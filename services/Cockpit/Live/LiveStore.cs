using System.Globalization;
using System.Text.Json;
using StackExchange.Redis;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Cockpit.Reading;

namespace TcmBrain.Cockpit.Live;

/// <summary>
/// The live view in Redis (实时视图): a hash a scope and day with <c>hour:metric</c>, one with the heads of its top lists, and one a scope with who stands
/// where. Values are absolute and those of a position in PostgreSQL, so writing one twice does no harm; each hash remembers the position it was written at, and what was read
/// earlier never replaces what was read later, whichever replica writes. Keys carry the generation of the tables.
/// </summary>
public sealed class LiveStore : IAsyncDisposable
{
    /// <summary>Field with the position a hash was written at.</summary>
    internal const string WrittenAt = "@";

    /// <summary>Field with the id of the last fact that changed the hash.</summary>
    internal const string LastFact = "#";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(3);

    // 0: there is no such hash, and what is offered is only a part. 1: done, or a later writing is there already.
    private const string Script = """
        local at = redis.call('HGET', KEYS[1], '@')
        if not at and ARGV[1] == 'part' then return 0 end
        if at and tonumber(at) > tonumber(ARGV[2]) then return 1 end
        for i = 4, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
        redis.call('HSET', KEYS[1], '@', ARGV[2])
        redis.call('EXPIRE', KEYS[1], ARGV[3])
        return 1
        """;

    private readonly string? _address;
    private readonly SemaphoreSlim _connecting = new(1);
    private volatile ConnectionMultiplexer? _connection;

    /// <summary>Counts (re)connections: after each, what Redis has may be old.</summary>
    private int _epoch;

    /// <summary>The epoch in which the whole view has been written; another than the present one means that Redis is not to be believed.</summary>
    private int _trusted = -1;

    public LiveStore(IConfiguration configuration) => _address = configuration.GetConnectionString("redis");

    /// <summary>True when Redis can be asked at this moment.</summary>
    public bool IsUp => _connection is { IsConnected: true };

    internal int Epoch => Volatile.Read(ref _epoch);

    /// <summary>True when everything was written since the connection came up, and nothing has failed since.</summary>
    internal bool IsTrusted => IsUp && Volatile.Read(ref _trusted) == Epoch;

    /// <summary>The whole view was written, beginning in that epoch.</summary>
    internal void Trust(int epoch) => Volatile.Write(ref _trusted, epoch);

    /// <summary>Something could not be written: readers go to PostgreSQL until the whole view was written again.</summary>
    internal void Distrust() => Volatile.Write(ref _trusted, -1);

    /// <summary>Connects if need be; false when there is no Redis now. The connection restores itself later.</summary>
    internal async Task<bool> TryConnectAsync(CancellationToken cancellationToken)
    {
        if (_address is null)
        {
            return false;
        }

        if (_connection is null)
        {
            await _connecting.WaitAsync(cancellationToken);
            try
            {
                if (_connection is null)
                {
                    var options = ConfigurationOptions.Parse(_address);
                    options.AbortOnConnectFail = false;
                    options.ConnectTimeout = 1000;
                    options.ClientName = "tcm-cockpit";
                    var connection = await ConnectionMultiplexer.ConnectAsync(options);
                    connection.ConnectionFailed += (_, _) => Interlocked.Increment(ref _epoch);
                    connection.ConnectionRestored += (_, _) => Interlocked.Increment(ref _epoch);
                    _connection = connection;
                }
            }
            finally
            {
                _connecting.Release();
            }
        }

        return IsUp;
    }

    /// <summary>A scope's day; null when Redis is away, not up to date, or does not have it.</summary>
    public async Task<Numbers?> ReadAsync(Guid generation, Scope scope, DateOnly day)
    {
        if (!IsTrusted || _connection is not { } connection)
        {
            return null;
        }

        try
        {
            var database = connection.GetDatabase();
            var counters = database.HashGetAllAsync(DayKey(generation, scope, day));
            var standing = database.HashGetAllAsync(StandingKey(generation, scope));
            await Task.WhenAll(counters, standing).WaitAsync(Patience);
            return Parse(await counters, await standing);
        }
        catch (Exception)
        {
            // Whatever is the matter with Redis, PostgreSQL has the numbers.
            return null;
        }
    }

    /// <summary>The heads of a scope's top lists of a day; null when Redis is away, not up to date, or does not have them.</summary>
    internal async Task<ILookup<string, Ranked>?> ReadTopsAsync(Guid generation, Scope scope, DateOnly day)
    {
        if (!IsTrusted || _connection is not { } connection)
        {
            return null;
        }

        try
        {
            var lists = await connection.GetDatabase().HashGetAllAsync(TopsKey(generation, scope, day)).WaitAsync(Patience);
            return lists.Length == 0
                ? null
                : lists
                    .Where(l => l.Name != WrittenAt && l.Name != LastFact)
                    .SelectMany(l => Unpack(l.Value).Select(entry => (List: (string)l.Name!, Entry: entry)))
                    .ToLookup(l => l.List, l => l.Entry);
        }
        catch (Exception)
        {
            // As above.
            return null;
        }
    }

    /// <summary>Writes rows of one hash.</summary>
    /// <param name="whole">True when these are all that the hash has.</param>
    /// <returns>false when it was a part and the hash is not there: write it whole</returns>
    /// <exception cref="RedisConnectionException">Redis went away.</exception>
    internal async Task<bool> WriteAsync(
        string key,
        bool whole,
        long position,
        IEnumerable<(string Field, RedisValue Value)> rows,
        long lastFact
    )
    {
        var connection = _connection ?? throw new InvalidOperationException("Not connected.");
        List<RedisValue> arguments = [whole ? "whole" : "part", position, (long)KeptFor.TotalSeconds];
        foreach (var (field, value) in rows)
        {
            arguments.Add(field);
            arguments.Add(value);
        }

        arguments.Add(LastFact);
        arguments.Add(lastFact);
        var done = await connection.GetDatabase().ScriptEvaluateAsync(Script, [key], [.. arguments]);
        return (long)done == 1;
    }

    internal static string DayKey(Guid generation, Scope scope, DateOnly day) =>
        string.Create(CultureInfo.InvariantCulture, $"cockpit:{generation:N}:{scope.Kind}:{scope.Code}:{day:yyyyMMdd}");

    internal static string TopsKey(Guid generation, Scope scope, DateOnly day) => DayKey(generation, scope, day) + ":tops";

    internal static RedisValue Pack(Ranked[] head) => JsonSerializer.SerializeToUtf8Bytes(head);

    private static Ranked[] Unpack(RedisValue packed) => JsonSerializer.Deserialize<Ranked[]>((byte[])packed!)!;

    internal static string StandingKey(Guid generation, Scope scope) => $"cockpit:{generation:N}:{scope.Kind}:{scope.Code}:standing";

    internal static string Field(short hour, string metric) => string.Create(CultureInfo.InvariantCulture, $"{hour}:{metric}");

    /// <summary>Of a turn-round of an hour; its value is the sketch.</summary>
    internal static string SketchField(short hour, string measure) => string.Create(CultureInfo.InvariantCulture, $"~{hour}:{measure}");

    /// <summary>A scope whose day has no hash is not known here: PostgreSQL has the answer, be it that nothing happened.</summary>
    private static Numbers? Parse(HashEntry[] counters, HashEntry[] standing)
    {
        if (counters.Length == 0)
        {
            return null;
        }

        long asOf = 0;
        var hours = new List<HourValue>(counters.Length);
        var turnRounds = new Dictionary<string, Sketch>();
        foreach (var entry in counters)
        {
            string name = entry.Name!;
            if (name == LastFact)
            {
                asOf = Math.Max(asOf, (long)entry.Value);
            }
            else if (name[0] == '~')
            {
                Numbers.Join(turnRounds, name[(name.IndexOf(':') + 1)..], Sketch.Unpack(entry.Value!));
            }
            else if (name != WrittenAt && name.IndexOf(':') is var colon and > 0)
            {
                hours.Add(new(short.Parse(name.AsSpan(0, colon), CultureInfo.InvariantCulture), name[(colon + 1)..], (long)entry.Value));
            }
        }

        var stages = new Dictionary<Stage, long>();
        foreach (var entry in standing)
        {
            string name = entry.Name!;
            if (name == LastFact)
            {
                asOf = Math.Max(asOf, (long)entry.Value);
            }
            else if (name != WrittenAt && (long)entry.Value != 0)
            {
                stages[(Stage)short.Parse(name, CultureInfo.InvariantCulture)] = (long)entry.Value;
            }
        }

        return new(asOf, "redis", hours, stages, turnRounds);
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
        {
            await connection
                .CloseAsync(allowCommandsToComplete: false)
                .WaitAsync(Patience)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            connection.Dispose();
        }

        _connecting.Dispose();
    }
}
