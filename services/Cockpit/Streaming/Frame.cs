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

    /// <summary>Server-sent events, whole; of a snapshot its JSON alone, which is the board's own; nothing where a feed begins.</summary>
    private ReadOnlyMemory<byte> Wire { get; init; }

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

    public static Frame OfSnapshot(string name, byte[] json, long at) =>
        new()
        {
            Snapshot = name,
            After = at,
            UpTo = at,
            Wire = json,
        };

    /// <summary>Nothing of what lies between was for this audience.</summary>
    public static Frame OfBeat(long after, long upTo, ReadOnlyMemory<byte> wire) =>
        new()
        {
            After = after,
            UpTo = upTo,
            Wire = wire,
        };

    /// <summary>Writes what it tells to somebody who has been told up to <paramref name="position"/>, which may be within it or behind.</summary>
    /// <returns>bytes, about</returns>
    public int WriteTo(IBufferWriter<byte> to, long position, Audience audience, InstitutionRegister register)
    {
        if (Snapshot.Length > 0)
        {
            SseText.Event(to, Snapshot, Wire.Span);
            return Wire.Length;
        }

        var wire =
            position <= After ? Wire
            : Events.Count > 0 ? Rest(position, audience, register)
            : UpTo < position ? default
            : Wire;
        to.Write(wire.Span);
        return wire.Length;
    }

    public void Append(Frame next) => _next.SetResult(next);

    private ReadOnlyMemory<byte> Rest(long position, Audience audience, InstitutionRegister register)
    {
        var rest = Events.Where(e => e.Id > position).ToList();
        return rest.Count == 0 ? default : Facts(rest, UpTo, audience, register);
    }

    private static ReadOnlyMemory<byte> Facts(IReadOnlyList<TickerEvent> events, long upTo, Audience audience, InstitutionRegister register)
    {
        var wire = new ArrayBufferWriter<byte>(events.Count * 400 + 64);
        SseText.Event(wire, "facts", events.Select(e => e.Json(audience.SeesReferences, register)), upTo);
        return wire.WrittenMemory;
    }
}
