using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using TcmBrain.Cockpit.Access;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Cockpit.Live;
using TcmBrain.Cockpit.Reading;
using TcmBrain.Cockpit.Streaming;

namespace TcmBrain.Cockpit.Tests;

/// <summary>What a reader is told of a feed, wherever the reader stood when it began to follow.</summary>
public sealed partial class FrameTests
{
    private static readonly InstitutionRegister Register = new();
    private static readonly Audience Everybody = new(Scope.Everywhere, SeesReferences: false);

    [Fact]
    public async Task A_reader_who_stands_anywhere_in_a_feed_is_told_each_fact_behind_it_once()
    {
        for (var position = 10; position <= 22; position++)
        {
            var feed = new Feed(Everybody, new(10, "0a1b2c3d"), TimeProvider.System);
            var (at, _) = feed.End();
            feed.Tell([.. Facts(11, 13)], 14, Register);
            feed.Beat("id: 16.0a1b2c3d\nevent: beat\ndata: {}\n\n"u8.ToArray(), 16);
            feed.Tell([.. Facts(17, 21)], 22, Register);
            var told = new StringBuilder();
            var upTo = position;
            while (at.Next.IsCompletedSuccessfully)
            {
                at = await at.Next;
                told.Append(Told(at, position));
                upTo = (int)Math.Max(upTo, at.UpTo);
            }

            var text = told.ToString();
            Id()
                .Matches(text)
                .Select(m => int.Parse(m.Groups[1].Value))
                .ShouldBe(Facts(11, 13).Concat(Facts(17, 21)).Select(f => (int)f.Id).Where(id => id > position));
            // Never a position that would have the reader go back.
            LastId().Matches(text).Select(m => int.Parse(m.Groups[1].Value)).ShouldAllBe(id => id >= position);
            upTo.ShouldBe(22);
        }
    }

    [Fact]
    public void A_feed_remembers_the_position_it_has_come_to_and_the_time_it_last_said_so()
    {
        var feed = new Feed(Everybody, new(7, "0a1b2c3d"), TimeProvider.System);
        var began = feed.ToldAt;
        feed.Position.ShouldBe(7);
        feed.Tell([.. Facts(8, 9)], 12, Register);
        feed.Position.ShouldBe(12);
        feed.ToldAt.ShouldBeGreaterThan(began);
        feed.End().Snapshots.ShouldBeEmpty();
    }

    [Fact]
    public void A_snapshot_is_told_whatever_the_reader_has_seen_of_the_facts()
    {
        var frame = Frame.OfSnapshot("counters", "{}"u8.ToArray(), at: 5);
        Told(frame, 9).ShouldBe("event: counters\ndata: {}\n\n");
    }

    [Fact]
    public void What_has_been_told_is_not_kept_by_a_snapshot_that_stands()
    {
        var feed = new Feed(Everybody, new(10, "0a1b2c3d"), TimeProvider.System);
        feed.Want(Feed.Snapshots, 1);
        feed.Show("flows", new("{}"u8.ToArray(), "\"flows\""), 1, default);
        var told = TellAndForget(feed);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        told.IsAlive.ShouldBeFalse();
        feed.End().Snapshots.ShouldHaveSingleItem().Snapshot.ShouldBe("flows");
    }

    [Fact]
    public void A_snapshot_that_nobody_wants_any_more_is_not_shown_to_who_comes_later()
    {
        var feed = new Feed(Everybody, new(10, "0a1b2c3d"), TimeProvider.System);
        Rendered answer = new("{}"u8.ToArray(), "\"counters\"");
        feed.Show(Feed.Counters, answer, 1, default);
        feed.End().Snapshots.ShouldBeEmpty();
        feed.Want([Feed.Counters], 1);
        feed.Want([Feed.Counters], 1);
        feed.Show(Feed.Counters, answer, 1, default);
        feed.Want([Feed.Counters], -1);
        feed.End().Snapshots.ShouldHaveSingleItem();
        feed.Want([Feed.Counters], -1);
        feed.End().Snapshots.ShouldBeEmpty();
        feed.Want([Feed.Counters], 1);
        feed.Show(Feed.Counters, answer, 1, default);
        feed.End().Snapshots.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_reader_far_behind_lets_go_of_the_frames_that_gather_behind_it()
    {
        var feed = new Feed(Everybody, new(10, "0a1b2c3d"), TimeProvider.System);
        var reader = new Follower(feed, pages: null!, 10);
        await using var told = reader.FollowAsync(CancellationToken.None).GetAsyncEnumerator();
        var first = told.MoveNextAsync();
        feed.Beat("\n"u8.ToArray(), 11);
        (await first).ShouldBeTrue();
        told.Current.More.ShouldBeFalse();
        for (var position = 12; position < 1300; position++)
        {
            feed.Beat("\n"u8.ToArray(), position);
        }

        (await told.MoveNextAsync()).ShouldBeFalse();
        reader.Position.ShouldBe(11);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference TellAndForget(Feed feed)
    {
        feed.Tell([.. Facts(11, 13)], 14, Register);
        var told = new WeakReference(feed.End().Last);
        feed.Tell([.. Facts(15, 16)], 17, Register);
        return told;
    }

    private static string Told(Frame frame, long position)
    {
        var wire = new ArrayBufferWriter<byte>();
        frame.WriteTo(wire, position, Everybody, Register).ShouldBeLessThanOrEqualTo(wire.WrittenCount);
        return Encoding.UTF8.GetString(wire.WrittenSpan);
    }

    private static IEnumerable<TickerEvent> Facts(int from, int to) =>
        Enumerable
            .Range(from, to - from + 1)
            .Select(id => new TickerEvent
            {
                Id = id,
                Type = "LotReleased",
                AggregateId = Guid.Empty,
                OccurredAt = DateTimeOffset.UnixEpoch,
            });

    [GeneratedRegex("\"id\":(\\d+)")]
    private static partial Regex Id();

    [GeneratedRegex("^id: (\\d+)\\.0a1b2c3d$", RegexOptions.Multiline)]
    private static partial Regex LastId();
}
