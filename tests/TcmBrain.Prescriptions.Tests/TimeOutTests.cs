using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Prescriptions.Lifecycle;
using TcmBrain.Prescriptions.Tests.Scenarios;
using TcmBrain.Testing;

namespace TcmBrain.Prescriptions.Tests;

public sealed class TimeOutTests(ScenarioFixture fixture) : IClassFixture<ScenarioFixture>
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 4, 0, 0, TimeSpan.Zero);
    private static readonly Deadlines Usual = new(new ConfigurationBuilder().Build());

    [Fact]
    public void What_nobody_decides_runs_out_after_a_day_or_with_its_validity()
    {
        Usual.Of(State.Intercepted, Noon.AddDays(3), null, Noon).ShouldBe(Noon.AddDays(1));
        Usual.Of(State.Intercepted, Noon.AddHours(3), null, Noon).ShouldBe(Noon.AddHours(3));
    }

    [Theory]
    [InlineData(State.Approved)]
    [InlineData(State.Routed)]
    [InlineData(State.Reserved)]
    public void Until_somebody_weighs_the_validity_counts(State state) =>
        Usual.Of(state, Noon.AddHours(5), null, Noon).ShouldBe(Noon.AddHours(5));

    [Fact]
    public void What_is_ready_waits_for_the_patients_window_and_a_day_at_least()
    {
        Usual.Of(State.Packed, Noon, null, Noon).ShouldBe(Noon.AddDays(7));
        Usual.Of(State.Packed, Noon, Noon.AddDays(2), Noon).ShouldBe(Noon.AddDays(2));
        Usual.Of(State.Packed, Noon, Noon.AddHours(-1), Noon).ShouldBe(Noon.AddDays(1));
        Usual.Of(State.Shipped, Noon, null, Noon).ShouldBe(Noon.AddDays(14));
    }

    [Theory]
    [InlineData(State.Dispensing)]
    [InlineData(State.Decocting)]
    [InlineData(State.Completed)]
    [InlineData(State.Expired)]
    public void Nothing_else_runs_out(State state) => Usual.Of(state, Noon, Noon, Noon).ShouldBeNull();

    [Fact]
    public async Task Many_replicas_end_each_one_once()
    {
        await fixture.Clock.WaitAsync();
        try
        {
            var ids = await DueAsync(60);
            var worker = fixture.Service.Services.GetRequiredService<DueWorker>();

            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => worker.RunAsync(CancellationToken.None))));
            // What a replica passed over because another had it in hand is looked at again.
            while (await worker.RunAsync(CancellationToken.None) > 0) { }

            (await fixture.CountAsync("prescriptions.prescriptions", $"id in ({ids}) and state = {(int)State.Expired}")).ShouldBe(60);
            (await fixture.CountAsync("exchange.outbox", $"aggregate_id in ({ids}) and type = 'PrescriptionExpired'")).ShouldBe(60);
        }
        finally
        {
            fixture.Clock.Release();
        }
    }

    [Fact]
    public async Task What_ran_out_while_the_service_was_down_is_ended_when_it_is_back()
    {
        await fixture.Clock.WaitAsync();
        try
        {
            var ids = await DueAsync(3);

            await using var back = await fixture.ReplicaAsync("Lifecycle:DueSeconds", "0.2");

            await Eventually.Be(
                async () => await fixture.CountAsync("prescriptions.prescriptions", $"id in ({ids}) and state = {(int)State.Expired}") == 3,
                "what ran out is ended"
            );
        }
        finally
        {
            fixture.Clock.Release();
        }
    }

    /// <summary>Intercepted ones whose time is over; their ids as SQL.</summary>
    private async Task<string> DueAsync(int count)
    {
        var replies = await Task.WhenAll(
            Enumerable
                .Range(0, count)
                .Select(_ =>
                    fixture
                        .Client.PushAsync(
                            new PushRequest { Prescription = PrescriptionsFixture.Clean(HisSimulator.His.Flaw.OverDose) },
                            PrescriptionsFixture.As(1)
                        )
                        .ResponseAsync
                )
        );
        var ids = string.Join(", ", replies.Select(r => $"'{r.PrescriptionId}'"));
        await using var command = fixture.Database.CreateCommand(
            $"update prescriptions.prescriptions set due_at = '2020-01-01Z' where id in ({ids})"
        );
        await command.ExecuteNonQueryAsync();
        return ids;
    }
}
