using Npgsql;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Testing;

namespace TcmBrain.Prescriptions.Tests.Faults;

/// <summary>The service's way to PostgreSQL breaks at the worst moment, or is slow.</summary>
public sealed class DatabaseFaultTests(Servers servers)
{
    /// <summary>What PostgreSQL says when a commit is done: with it gone, nobody but the database knows.</summary>
    private static readonly byte[] Committed = [.. "COMMIT\0"u8];

    [Fact]
    public async Task A_commit_that_the_service_never_hears_of_is_acknowledged_when_the_same_comes_again()
    {
        var text = await servers.DatabaseAsync("prescriptions");
        var there = new NpgsqlConnectionStringBuilder(text);
        await using var proxy = new TcpProxy(there.Host!, there.Port);
        var target = 0;
        proxy.Plan = () => new ProxyPlan { CutBefore = Committed, IsArmed = () => proxy.Cuts < Volatile.Read(ref target) };
        await using var stand = await FaultStand.StartAsync(servers, text, Through(proxy));
        var pushed = new List<Prescription>();
        var replies = new List<PushReply>();
        var storedUnheard = 0;
        for (var round = 0; round < 3; round++)
        {
            var twenty = Enumerable.Range(0, 20).Select(_ => PrescriptionsFixture.Clean()).ToList();
            var refusedAt = new Dictionary<int, DateTimeOffset>();
            Volatile.Write(ref target, proxy.Cuts + 2);

            var answers = await FaultStand.PushAllAsync(() => stand.Service.Grpc, twenty, i => refusedAt[i] = DateTimeOffset.UtcNow);

            // What was received before the refusal is what the lost commit stored.
            storedUnheard += refusedAt.Count(r => answers[r.Key].ReceivedAt.ToDateTimeOffset() < r.Value);
            pushed.AddRange(twenty);
            replies.AddRange(answers);
        }

        storedUnheard.ShouldBeGreaterThan(0, "a commit was done and its answer lost");
        await stand.AddsUpAsync(pushed, replies);
    }

    [Fact]
    public async Task A_slow_database_makes_pushes_slow_and_nothing_else()
    {
        var text = await servers.DatabaseAsync("prescriptions");
        var there = new NpgsqlConnectionStringBuilder(text);
        await using var proxy = new TcpProxy(there.Host!, there.Port)
        {
            Plan = () => new ProxyPlan { Delay = TimeSpan.FromMilliseconds(25) },
        };
        await using var stand = await FaultStand.StartAsync(servers, text, Through(proxy));
        var pushed = Enumerable.Range(0, 200).Select(_ => PrescriptionsFixture.Clean()).ToList();

        var replies = await Task.WhenAll(pushed.Chunk(50).Select(some => FaultStand.PushAllAsync(() => stand.Service.Grpc, some)));

        await stand.AddsUpAsync(pushed, [.. replies.SelectMany(r => r)]);
    }

    private static Func<NpgsqlConnectionStringBuilder, string> Through(TcpProxy proxy) =>
        text =>
        {
            (text.Host, text.Port) = ("127.0.0.1", proxy.Port);
            return text.ConnectionString;
        };
}
