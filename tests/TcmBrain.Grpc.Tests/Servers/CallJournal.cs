using System.Collections.Concurrent;

namespace TcmBrain.Grpc.Tests.Servers;

/// <summary>What the server saw of calls, by their header <c>x-call</c>, for tests to wait on.</summary>
public sealed class CallJournal
{
    public const string CallHeader = "x-call";

    private readonly ConcurrentDictionary<string, Entry> entries = new();

    /// <summary>Completes when a handler of this call is running.</summary>
    public Task Started(string call) => Of(call).Started.Task;

    /// <summary>Completes when this call's token on the server fires.</summary>
    public Task Cancelled(string call) => Of(call).Cancelled.Task;

    public int Attempts(string call) => Of(call).Attempts;

    internal void RecordStart(string call)
    {
        Interlocked.Increment(ref Of(call).Attempts);
        Of(call).Started.TrySetResult();
    }

    internal void RecordCancellation(string call) => Of(call).Cancelled.TrySetResult();

    private Entry Of(string call) => entries.GetOrAdd(call, _ => new Entry());

    private sealed class Entry
    {
        public readonly TaskCompletionSource Started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public readonly TaskCompletionSource Cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public int Attempts;
    }
}
