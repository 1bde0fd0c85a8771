using System.Buffers;
using TcmBrain.Cockpit.Access;
using TcmBrain.Cockpit.Live;

namespace TcmBrain.Cockpit.Streaming;

/// <summary>
/// A piece of what an audience is told (帧), written out once for all who follow; the next one hangs on it. Each tells what lies between
/// <see cref="After"/> and <see cref="UpTo"/>, where the next begins. Who holds one keeps what came after it, and nothing else does.
/// </summary>
internal sealed class Frame
{
    private readonly TaskCompletionSource<Frame> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private byte[]? _wire;
    private object? _message;

    /// <summary>Of a snapshot: its name; otherwise empty.</summary>
    public string Snapshot { get; private init; } = "";

    public long After { get; private init; }

    public long UpTo { get; private init; }

    /// <summary>Of facts: the numbering that they are of.</summary>
    private string? Log { get; init; }

    /// <summary>Its place in its feed, counted from where that begins.</summary>
    public long Number { get; private set; }

    /// <summary>Ends when there is a next one.</summary>
    public Task<Frame> Next => _next.Task;

    /// <summary>Of a snapshot: its JSON, which is the board's own.</summary>
    public byte[] Json { get; private init; } = [];

    public IReadOnlyList<TickerEvent> Events { get; private init; } = [];

    /// <summary>Where a feed begins: nothing is told.</summary>
    public static Frame Beginning(long at) => new() { After = at, UpTo = at };

    public static Frame OfFacts(long after, ResumeToken upTo, IReadOnlyList<TickerEvent> events) =>
        new()
        {
            After = after,
            UpTo = upTo.Position,
            Log = upTo.Log,
            Events = events,
        };

    public static Frame OfSnapshot(string name, byte[] json, long at) =>
        new()
        {
            Snapshot = name,
            After = at,
            UpTo = at,
            Json = json,
        };

    /// <summary>Nothing of what lies between was for this audience.</summary>
    public static Frame OfBeat(long after, long upTo, byte[] wire) =>
        new()
        {
            After = after,
            UpTo = upTo,
            _wire = wire,
        };

    /// <summary>Writes out now what <see cref="WriteTo"/> would write out for the first who asks.</summary>
    public Frame WrittenOut(Audience audience, InstitutionRegister register)
    {
        _wire ??= Facts(Events, audience, register);
        return this;
    }

    /// <summary>Writes server-sent events to somebody who has been told up to <paramref name="position"/>, which may be within it or behind.</summary>
    /// <returns>bytes, about</returns>
    public int WriteTo(IBufferWriter<byte> to, long position, Audience audience, InstitutionRegister register)
    {
        if (Snapshot.Length > 0)
        {
            SseText.Event(to, Snapshot, Json);
            return Json.Length;
        }

        var wire =
            Events.Count == 0 ? (UpTo < position ? null : _wire)
            : position <= After ? WrittenOut(audience, register)._wire
            : EventsBehind(position) is { Count: > 0 } rest ? Facts(rest, audience, register)
            : null;
        to.Write(wire);
        return wire?.Length ?? 0;
    }

    /// <summary>Those of its events that somebody at <paramref name="position"/> has not been told.</summary>
    public IReadOnlyList<TickerEvent> EventsBehind(long position) => position <= After ? Events : [.. Events.Where(e => e.Id > position)];

    /// <summary>What it is made into for others than browsers, kept for all who want it; always of one type.</summary>
    public T Once<T>(Func<Frame, T> make)
        where T : class => (T)(_message ??= make(this));

    public void Append(Frame next)
    {
        next.Number = Number + 1;
        _next.SetResult(next);
    }

    private byte[] Facts(IReadOnlyList<TickerEvent> events, Audience audience, InstitutionRegister register)
    {
        var wire = new ArrayBufferWriter<byte>(events.Count * 400 + 64);
        SseText.Event(wire, "facts", events.Select(e => e.Json(audience.SeesReferences, register)), new(UpTo, Log));
        return wire.WrittenSpan.ToArray();
    }
}
