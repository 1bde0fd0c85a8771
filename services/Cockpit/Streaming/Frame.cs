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

    /// <summary>Of a snapshot: its name; otherwise empty.</summary>
    public string Snapshot { get; private init; } = "";

    public long After { get; private init; }

    public long UpTo { get; private init; }

    /// <summary>Ends when there is a next one.</summary>
    public Task<Frame> Next => _next.Task;

    /// <summary>Server-sent events, whole; nothing where a feed begins.</summary>
    public ReadOnlyMemory<byte> Wire { get; private init; }

    private IReadOnlyList<TickerEvent> Events { get; init; } = [];

    /// <summary>Where a feed begins: nothing is told.</summary>
    public static Frame Beginning(long at) => new() { After = at, UpTo = at };

    public static Frame OfFacts(
        long after,
        long upTo,
        IReadOnlyList<TickerEvent> events,
        Audience audience,
        InstitutionRegister register
    ) =>
        new()
        {
            After = after,
            UpTo = upTo,
            Events = events,
            Wire = Facts(events, upTo, audience, register),
        };

    public static Frame OfSnapshot(string name, byte[] json, long at)
    {
        var wire = new ArrayBufferWriter<byte>(json.Length + 64);
        SseText.Event(wire, name, json);
        return new()
        {
            Snapshot = name,
            After = at,
            UpTo = at,
            Wire = wire.WrittenMemory,
        };
    }

    /// <summary>Nothing of what lies between was for this audience.</summary>
    public static Frame OfBeat(long after, long upTo, ReadOnlyMemory<byte> wire) =>
        new()
        {
            After = after,
            UpTo = upTo,
            Wire = wire,
        };

    /// <summary>What it tells to somebody who has been told up to <paramref name="position"/>, which may be within it or behind.</summary>
    public ReadOnlyMemory<byte> WireBeyond(long position, Audience audience, InstitutionRegister register)
    {
        if (position <= After || Snapshot.Length > 0)
        {
            return Wire;
        }

        if (Events.Count == 0)
        {
            return UpTo < position ? default : Wire;
        }

        var rest = Events.Where(e => e.Id > position).ToList();
        return rest.Count == 0 ? default : Facts(rest, UpTo, audience, register);
    }

    public void Append(Frame next) => _next.SetResult(next);

    private static ReadOnlyMemory<byte> Facts(IReadOnlyList<TickerEvent> events, long upTo, Audience audience, InstitutionRegister register)
    {
        var wire = new ArrayBufferWriter<byte>(events.Count * 400 + 64);
        SseText.Event(wire, "facts", events.Select(e => e.Json(audience.SeesReferences, register)), upTo);
        return wire.WrittenMemory;
    }
}
