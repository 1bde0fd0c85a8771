namespace TcmBrain.Faults.Tests;

/// <summary>The servers below go away in the middle of it.</summary>
public sealed class ServerFaultTests(Stand stand)
{
    private const int Count = 400;
    private const int PerSecond = 40;

    [Fact]
    public Task RabbitMQ_may_be_stopped_and_started_while_hospitals_push() =>
        stand.SurviveAsync(
            Count,
            PerSecond,
            async seed =>
            {
                await stand.Platform.OperateAsync("rabbitmq", "stop");
                await Eventually.Be(() => stand.Platform.Resource("rabbitmq").Pid is null, "RabbitMQ has stopped", Stand.Recovery);
                // Acknowledged means committed with its events in the outbox; nobody waits for the broker.
                await stand.GoesOnAsync(seed, Count);
                await stand.Platform.OperateAsync("rabbitmq", "start");
                await Eventually.Be(() => stand.Platform.Resource("rabbitmq").Health == "Healthy", "RabbitMQ runs again", Stand.Recovery);
            }
        );

    [Fact]
    public Task RabbitMQ_may_be_killed_while_hospitals_push() =>
        stand.SurviveAsync(Count, PerSecond, _ => stand.KillAndRecoverAsync("rabbitmq"));

    [Fact]
    public Task PostgreSQL_may_be_killed_while_hospitals_push() =>
        stand.SurviveAsync(
            Count,
            PerSecond,
            async seed =>
            {
                await stand.KillAndRecoverAsync("postgres");
                await stand.Platform.ForgetDatabasesAsync();
                await stand.GoesOnAsync(seed, Count);
            }
        );

    [Fact]
    public Task Redis_may_be_killed_while_hospitals_push() =>
        stand.SurviveAsync(
            Count,
            PerSecond,
            async seed =>
            {
                await stand.KillAndRecoverAsync("redis");
                await stand.GoesOnAsync(seed, Count);
            }
        );

    [Fact]
    public async Task LocalHost_may_be_killed_and_everything_comes_up_again_on_the_same_data()
    {
        await stand.SurviveAsync(
            Count,
            PerSecond,
            async _ =>
            {
                await stand.Platform.KillHostAsync();
                await stand.Platform.UpAsync();
            }
        );
    }
}
