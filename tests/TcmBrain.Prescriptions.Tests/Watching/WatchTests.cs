using System.Collections.Concurrent;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TcmBrain.Contracts.Demo;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Prescriptions.Watching;
using TcmBrain.Testing;

namespace TcmBrain.Prescriptions.Tests.Watching;

/// <summary>Every change once and in one order, whatever happens to the stream. Each test is a hospital of its own.</summary>
public sealed class WatchTests(PrescriptionsFixture fixture) : IClassFixture<PrescriptionsFixture>
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(180);

    private int Live(int hospital) =>
        fixture.Service.Services.GetRequiredService<ChangeFeed>().Live(DemoRegion.Hospitals[hospital - 1].Code);

    [Fact]
    public async Task The_headers_come_at_once_and_their_token_goes_on_where_the_stream_began()
    {
        using var call = Watch(1, "");
        var headers = await call.ResponseHeadersAsync.WaitAsync(Bound);
        var token = headers.GetValue(WatchStreams.BeginHeader)!;
        call.Dispose();

        var missed = await PushAsync(1, 3);

        (await TakeAsync(1, token, 3)).Select(c => c.PrescriptionId).ShouldBe(missed);
    }

    [Fact]
    public async Task A_stream_from_now_on_tells_nothing_of_before()
    {
        await PushAsync(2, 2);
        // Seen once, they are past; until then they count as happening now.
        await TakeAsync(2, "0", 2);
        using var call = Watch(2, "");
        await call.ResponseHeadersAsync.WaitAsync(Bound);

        var pushed = await PushAsync(2, 1);

        (await TakeAsync(call, 1)).Single().PrescriptionId.ShouldBe(pushed.Single());
    }

    [Fact]
    public async Task Streams_that_join_at_any_moment_see_every_change_once_and_in_the_same_order()
    {
        const int all = 600;
        const int enough = 5;
        var joined = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var pushing = Task.Run(async () =>
        {
            var ids = new ConcurrentBag<string>();
            await Parallel.ForEachAsync(
                Enumerable.Range(0, all),
                new ParallelOptions { MaxDegreeOfParallelism = 16 },
                async (i, _) =>
                {
                    if (i == all / 2)
                    {
                        // The others push on meanwhile, and nobody is done before some have joined.
                        await joined.Task;
                    }

                    ids.Add((await PushAsync(3, 1))[0]);
                }
            );
            return ids;
        });
        var streams = new List<Task<List<StatusChange>>>();
        while (!pushing.IsCompleted && streams.Count < 40)
        {
            streams.Add(TakeAsync(3, "0", all));
            if (streams.Count == enough)
            {
                joined.SetResult();
            }

            await Task.WhenAny(streams[^1], pushing, Eventually.Be(() => Live(3) >= streams.Count, "the stream is live", Bound));
        }

        var pushed = await pushing;
        var seen = await Task.WhenAll(streams);

        seen.Length.ShouldBeGreaterThanOrEqualTo(enough);
        seen[0].Select(c => c.PrescriptionId).ShouldBe(pushed, ignoreOrder: true);
        seen.ShouldAllBe(s => s.Select(c => c.ResumeToken).SequenceEqual(seen[0].Select(c => c.ResumeToken)));
    }

    [Fact]
    public async Task A_stream_cut_after_every_change_and_resumed_misses_nothing_and_doubles_nothing()
    {
        var pushed = await PushAsync(4, 40);
        var (token, seen) = ("0", new List<string>());

        while (seen.Count < pushed.Count)
        {
            var change = (await TakeAsync(4, token, 1)).Single();
            (token, seen) = (change.ResumeToken, [.. seen, change.PrescriptionId]);
        }

        seen.ShouldBe(pushed);
    }

    [Fact]
    public async Task A_change_committed_late_is_told_late_and_not_lost()
    {
        var late = await PushAsync(5, 1);
        await TakeAsync(5, "0", 1);
        using var call = Watch(5, "");
        await call.ResponseHeadersAsync.WaitAsync(Bound);
        await using var connection = await fixture.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await InsertAsync(connection, transaction, 5, Guid.Parse(late.Single()));

        var quick = await PushAsync(5, 2);
        await transaction.CommitAsync();

        (await TakeAsync(call, 3)).Select(c => c.PrescriptionId).ShouldBe([.. late, .. quick]);
    }

    [Fact]
    public async Task A_stream_that_falls_behind_is_let_go_and_reads_on_from_the_database()
    {
        var watch = fixture.Service.Services.GetRequiredService<StatusWatch>();
        var hospital = DemoRegion.Hospitals[5].Code;
        using var end = new CancellationTokenSource(Bound * 4);
        var begin = await watch.BeginAsync("", end.Token);
        await using var stream = watch.FollowAsync(hospital, begin, end.Token).GetAsyncEnumerator(end.Token);
        var first = stream.MoveNextAsync().AsTask();

        List<string> pushed = [.. await PushAsync(6, 1)];
        (await first).ShouldBeTrue();
        // Nobody reads now.
        pushed.AddRange(await PushAsync(6, Subscription.Bound + 200));
        await Eventually.Be(() => Live(6) == 0, "the slow stream is let go", Bound);

        List<string> seen = [stream.Current.PrescriptionId];
        while (seen.Count < pushed.Count && await stream.MoveNextAsync())
        {
            seen.Add(stream.Current.PrescriptionId);
        }

        seen.ShouldBe(pushed);
        var next = stream.MoveNextAsync().AsTask();
        await Eventually.Be(() => Live(6) == 1, "it is told as it happens again", Bound);
        await PushAsync(6, 1);
        (await next).ShouldBeTrue();
    }

    [Theory]
    [InlineData("x")]
    [InlineData("12")]
    [InlineData("-1-2")]
    [InlineData("9223372036854775000-1")]
    public async Task A_token_that_is_none_or_speaks_of_what_has_not_happened_is_refused(string token)
    {
        var refusal = await Should.ThrowAsync<RpcException>(() => TakeAsync(1, token, 1));

        refusal.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        refusal.Trailers.GetValue("tcm-code").ShouldBe("PRX-0209");
    }

    [Fact]
    public async Task A_stream_that_ends_leaves_nothing_at_the_feed()
    {
        var calls = Enumerable.Range(0, 20).Select(_ => Watch(7, "")).ToList();
        await Eventually.Be(() => Live(7) == 20, "all are live", Bound);

        calls.ForEach(c => c.Dispose());

        await Eventually.Be(() => Live(7) == 0, "none is left", Bound);
    }

    [Fact]
    public async Task Another_hospitals_changes_are_not_told()
    {
        using var call = Watch(8, "");
        await call.ResponseHeadersAsync.WaitAsync(Bound);

        await PushAsync(1, 5);
        var own = await PushAsync(8, 1);

        (await TakeAsync(call, 1)).Single().PrescriptionId.ShouldBe(own.Single());
    }

    private async Task<List<string>> PushAsync(int hospital, int count)
    {
        var ids = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var request = new PushRequest { Prescription = PrescriptionsFixture.Clean() };
            ids.Add((await fixture.Client.PushAsync(request, PrescriptionsFixture.As(hospital))).PrescriptionId);
        }

        return ids;
    }

    private AsyncServerStreamingCall<StatusChange> Watch(int hospital, string token) =>
        fixture.Client.Watch(new WatchRequest { ResumeToken = token }, PrescriptionsFixture.As(hospital));

    private async Task<List<StatusChange>> TakeAsync(int hospital, string token, int count)
    {
        using var call = Watch(hospital, token);
        return await TakeAsync(call, count);
    }

    private static async Task<List<StatusChange>> TakeAsync(AsyncServerStreamingCall<StatusChange> call, int count)
    {
        using var bound = new CancellationTokenSource(Bound);
        var changes = new List<StatusChange>();
        while (changes.Count < count && await call.ResponseStream.MoveNext(bound.Token))
        {
            changes.Add(call.ResponseStream.Current);
        }

        return changes;
    }

    private static async Task InsertAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, int hospital, Guid id)
    {
        const string sql = """
            insert into prescriptions.history (prescription_id, institution_code, state, actor, reason, occurred_at)
            values ($1, $2, 5, 'test', '', now())
            """;
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(DemoRegion.Hospitals[hospital - 1].Code);
        await command.ExecuteNonQueryAsync();
    }
}
