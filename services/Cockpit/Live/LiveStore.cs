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

    /// <summary>What the keys of top lists end with.</summary>
    internal const string Tops = ":tops";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(3);

    // All hashes of a scope at once, so that who reads two of them reads them as of one moment. Of each, 0: there is no such hash, and what is offered is
    // only a part. 1: done, or a later writing is there already.
    private const string Script = """
        local done, i = {}, 2
        for k, key in ipairs(KEYS) do
            local mode, position, last, fields = ARGV[i], ARGV[i + 1], ARGV[i + 2], tonumber(ARGV[i + 3])
            local at = redis.call('HGET', key, '@')
            done[k] = 1
            if not at and mode == 'part' then
                done[k] = 0
            elseif not at or tonumber(at) <= tonumber(position) then
                local before = redis.call('HGET', key, '#')
                if mode == 'whole' then
                    redis.call('DEL', key)
                elseif before and tonumber(before) > tonumber(last) then
                    last = before
                end
                for j = i + 4, i + 3 + 2 * fields, 2 do redis.call('HSET', key, ARGV[j], ARGV[j + 1]) end
                redis.call('HSET', key, '@', position, '#', last)
                redis.call('EXPIRE', key, ARGV[1])
            end
            i = i + 4 + 2 * fields
        end
        return done
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
        var read = await AskAsync(async database =>
        {
            var both = database.CreateTransaction();
            var (counters, standing) = (
                both.HashGetAllAsync(DayKey(generation, scope, day)),
                both.HashGetAllAsync(StandingKey(generation, scope))
            );
            await both.ExecuteAsync().WaitAsync(Patience);
            return (Counters: await counters, Standing: await standing);
        });
        return Parse(read.Counters ?? [], read.Standing ?? []);
    }

    /// <summary>The heads of a scope's top lists of a day; null when Redis is away, not up to date, or does not have them.</summary>
    internal async Task<ILookup<string, Ranked>?> ReadTopsAsync(Guid generation, Scope scope, DateOnly day)
    {
        var lists = await AskAsync(database => database.HashGetAllAsync(TopsKey(generation, scope, day)).WaitAsync(Patience));
        return lists is not { Length: > 0 }
            ? null
            : lists
                .Where(l => l.Name != WrittenAt && l.Name != LastFact)
                .SelectMany(l => Unpack(l.Value).Select(entry => (List: (string)l.Name!, Entry: entry)))
                .ToLookup(l => l.List, l => l.Entry);
    }

    /// <summary>What Redis says; nothing when it is away or not up to date: PostgreSQL has it.</summary>
    private async Task<T?> AskAsync<T>(Func<IDatabase, Task<T>> read)
    {
        var epoch = Epoch;
        if (!IsTrusted || _connection is not { } connection)
        {
            return default;
        }

        try
        {
            var answer = await read(connection.GetDatabase());
            // What was asked before it went away may be answered by what came back, and that may be old.
            return epoch == Epoch ? answer : default;
        }
        catch (Exception e) when (e is RedisException or TimeoutException or OperationCanceledException)
        {
            // The next reader is not to wait as long as this one has.
            Distrust();
            return default;
        }
    }

    /// <summary>Writes hashes of one scope, all at once.</summary>
    /// <returns>of each, false when it was a part and the hash is not there: write it whole</returns>
    /// <exception cref="RedisConnectionException">Redis went away.</exception>
    internal async Task<bool[]> WriteAsync(IReadOnlyCollection<LiveHash> hashes, long position)
    {
        var connection = _connection ?? throw new InvalidOperationException("Not connected.");
        List<RedisValue> arguments = [(long)KeptFor.TotalSeconds];
        foreach (var hash in hashes)
        {
            arguments.AddRange([hash.IsWhole ? "whole" : "part", position, hash.LastFact, hash.Rows.Count]);
            foreach (var (field, value) in hash.Rows)
            {
                arguments.Add(field);
                arguments.Add(value);
            }
        }

        var done = await connection.GetDatabase().ScriptEvaluateAsync(Script, [.. hashes.Select(h => (RedisKey)h.Key)], [.. arguments]);
        return Array.ConvertAll((long[])done!, d => d == 1);
    }

    internal static string Head(Guid generation) => $"cockpit:{generation:N}:";

    internal static string DayKey(Guid generation, Scope scope, DateOnly day) =>
        string.Create(CultureInfo.InvariantCulture, $"{Head(generation)}{scope.Kind}:{scope.Code}:{day:yyyyMMdd}");

    internal static string TopsKey(Guid generation, Scope scope, DateOnly day) => DayKey(generation, scope, day) + Tops;

    internal static RedisValue Pack(Ranked[] head) => JsonSerializer.SerializeToUtf8Bytes(head);

    private static Ranked[] Unpack(RedisValue packed) => JsonSerializer.Deserialize<Ranked[]>((byte[])packed!)!;

    internal static string StandingKey(Guid generation, Scope scope) => $"{Head(generation)}{scope.Kind}:{scope.Code}:standing";

    internal static string Field(short hour, string metric) => string.Create(CultureInfo.InvariantCulture, $"{hour}:{metric}");

    /// <summary>Of a turn-round of an hour; its value is the sketch.</summary>
    internal static string SketchField(short hour, string measure) => string.Create(CultureInfo.InvariantCulture, $"~{hour}:{measure}");

    /// <summary>A scope that lacks one of its hashes is not known here: PostgreSQL has the answer, be it that nothing happened.</summary>
    private static Numbers? Parse(HashEntry[] counters, HashEntry[] standing)
    {
        if (counters.Length == 0 || standing.Length == 0)
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

    /// <param name="IsWhole">true when these are all the rows that the hash has</param>
    internal sealed record LiveHash(string Key, bool IsWhole, IReadOnlyCollection<(string Field, RedisValue Value)> Rows, long LastFact);

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
