using System.Diagnostics;
using Npgsql;
using TcmBrain.Exchange.TestHost;
using TcmBrain.Exchange.Tests.Support;
using TcmBrain.Testing;

namespace TcmBrain.Exchange.Tests.Inbox;

/// <summary>Events that come singly gather into few transactions where a service asks for it, and each has its effect once.</summary>
public sealed class GatheringTests(Servers servers)
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task Between_the_beginnings_of_two_transactions_lies_the_pace_while_they_are_not_full()
    {
        const int count = 60;
        var stage = await Stage.SetAsync(servers);
        await using var listener = await stage.ListenerAsync(x =>
            x.FoldWith<EffectFold>()
                .Configure(o =>
                {
                    o.InboxLanes = 1;
                    o.InboxPace = Pace;
                })
        );
        var clock = Stopwatch.StartNew();
        await Wire.SendEachAsync(stage.Broker, "cockpit", Enumerable.Range(0, count).Select(_ => Samples.Registered()));

        await Eventually.Be(async () => await Database.EffectsAsync(stage.Cockpit) == count, "all are taken in");
        var most = (int)(clock.Elapsed / Pace) + 1;
        await using var database = NpgsqlDataSource.Create(stage.Cockpit);
        // Rows of one transaction have the same xmin.
        await using var transactions = database.CreateCommand("select count(distinct xmin::text)::int from public.effects");
        ((int)(await transactions.ExecuteScalarAsync())!).ShouldBeInRange(1, most);
        most.ShouldBeLessThan(count, "or this says nothing");
        (await Database.DistinctEffectsAsync(stage.Cockpit)).ShouldBe(count);
    }
}
