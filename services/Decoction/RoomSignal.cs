using System.Collections.Concurrent;

namespace TcmBrain.Decoction;

/// <summary>Tells whoever waits that something in a centre's room has changed. In this process only; a poll is the net.</summary>
internal sealed class RoomSignal
{
    private readonly ConcurrentDictionary<string, Room> rooms = new(StringComparer.Ordinal);

    /// <summary>Counts up with every change; starts where no earlier process could have been.</summary>
    public long VersionOf(string centreCode) => Of(centreCode).Version;

    /// <summary>Counts only what changes the work: jobs, steps, vessels, decisions; not readings.</summary>
    public long WorkVersionOf(string centreCode) => Of(centreCode).WorkVersion;

    public void Changed(string centreCode) => Of(centreCode).Change(work: true);

    /// <summary>New readings.</summary>
    public void Measured(string centreCode) => Of(centreCode).Change(work: false);

    /// <summary>Returns at once when the room is past <paramref name="version"/>, else when it changes or the time is up.</summary>
    public Task WaitAsync(string centreCode, long version, TimeSpan atMost, CancellationToken cancellationToken) =>
        Of(centreCode).WaitAsync(version, atMost, cancellationToken);

    private Room Of(string centreCode) => rooms.GetOrAdd(centreCode, _ => new Room());

    private sealed class Room
    {
        private readonly Lock gate = new();
        private TaskCompletionSource next = New();

        public long Version { get; private set; } = DateTimeOffset.UtcNow.Ticks;

        public long WorkVersion { get; private set; }

        public void Change(bool work)
        {
            lock (gate)
            {
                Version++;
                WorkVersion += work ? 1 : 0;
                next.TrySetResult();
                next = New();
            }
        }

        public async Task WaitAsync(long version, TimeSpan atMost, CancellationToken cancellationToken)
        {
            Task change;
            lock (gate)
            {
                if (Version != version)
                {
                    return;
                }

                change = next.Task;
            }

            await Task.WhenAny(change, Task.Delay(atMost, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }

        private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
