using Npgsql;

namespace TcmBrain.Prescriptions.Watching;

/// <summary>
/// The one reader of the status changes in this process (状态变更分发): follows the history in its final order and hands every change to the
/// streams of its institution, in memory. Streams cost the database nothing while they keep up; while there are none, nothing is read.
/// </summary>
internal sealed partial class ChangeFeed(NpgsqlDataSource database, TimeProvider time, ILogger<ChangeFeed> logger) : BackgroundService
{
    private const int Page = 2_000;

    /// <summary>One query on one index, ten times a second and a replica.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly Dictionary<string, HashSet<Subscription>> streams = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Position position;

    /// <summary>An institution's streams that are told as it happens; those that read from the database are not among them.</summary>
    public int Live(string institutionCode)
    {
        lock (gate)
        {
            return streams.TryGetValue(institutionCode, out var own) ? own.Count : 0;
        }
    }

    /// <summary>
    /// From the returned subscription's <see cref="Subscription.From"/> on, every change of the institution comes through it exactly once and
    /// in order, until it falls behind. Waits until the feed knows its own place, that is, until the database was there once.
    /// </summary>
    public async Task<Subscription> SubscribeAsync(string institutionCode, CancellationToken cancellationToken)
    {
        await started.Task.WaitAsync(cancellationToken);
        lock (gate)
        {
            var subscription = new Subscription(position);
            if (!streams.TryGetValue(institutionCode, out var own))
            {
                streams.Add(institutionCode, own = []);
            }

            own.Add(subscription);
            return subscription;
        }
    }

    public void Unsubscribe(string institutionCode, Subscription subscription)
    {
        lock (gate)
        {
            if (streams.TryGetValue(institutionCode, out var own) && own.Remove(subscription) && own.Count == 0)
            {
                streams.Remove(institutionCode);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var isAway = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = Poll;
            try
            {
                if (await RoundAsync(stoppingToken) == Page)
                {
                    pause = TimeSpan.Zero;
                }

                isAway = false;
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // The streams stay open and hear nothing; when the database is back they go on where they were.
                if (!isAway)
                {
                    LogAway(e.Message);
                }

                (isAway, pause) = (true, AfterFailure);
            }

            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<int> RoundAsync(CancellationToken stopping)
    {
        if (!started.Task.IsCompleted)
        {
            position = await ChangeStore.NowAsync(database, stopping);
            started.SetResult();
        }

        if (IsUnwatched)
        {
            MoveOn(await ChangeStore.NowAsync(database, stopping));
            return 0;
        }

        var page = await ChangeStore.ReadAllAsync(database, position, Page, stopping);
        if (page.Count > 0)
        {
            Tell(page);
        }

        return page.Count;
    }

    private bool IsUnwatched
    {
        get
        {
            lock (gate)
            {
                return streams.Count == 0;
            }
        }
    }

    // Nobody heard what is passed over. Who has joined since this was looked for was promised all after the old place.
    private void MoveOn(Position now)
    {
        lock (gate)
        {
            if (streams.Count == 0 && now > position)
            {
                position = now;
            }
        }
    }

    // Telling and moving on are one step: a subscription made before it is told all of the page, one made after it none.
    private void Tell(List<PlacedChange> page)
    {
        lock (gate)
        {
            foreach (var change in page)
            {
                if (streams.TryGetValue(change.InstitutionCode, out var own))
                {
                    own.RemoveWhere(subscription => !subscription.TryTell(change));
                    if (own.Count == 0)
                    {
                        streams.Remove(change.InstitutionCode);
                    }
                }
            }

            position = page[^1].Position;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Status changes are not followed for now: {Reason}")]
    private partial void LogAway(string reason);
}
