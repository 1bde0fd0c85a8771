using TcmBrain.Testing;

namespace TcmBrain.Prescriptions.Tests.Custody;

/// <summary>The service where no sidecar is configured.</summary>
public sealed class WithoutSidecar(Servers servers) : DeliveryFixture(servers)
{
    protected override IReadOnlyDictionary<string, string?> Settings =>
        new Dictionary<string, string?> { ["Notifications:PollSeconds"] = "0.1" };
}

public sealed class RecordedOutboxTests(WithoutSidecar fixture) : IClassFixture<WithoutSidecar>
{
    [Fact]
    public async Task Messages_stand_in_the_outbox_and_nobodys_number_is_looked_up()
    {
        var (_, id) = await fixture.PushAsync();
        await fixture.ArrivedAsync(id, 8, DeliveryFixture.Centre);
        await Eventually.Be(
            async () =>
                await fixture.CountAsync(
                    "prescriptions.notification",
                    $"prescription_id = '{id}' and state = 'recorded' and channel = 'outbox' and secret is null"
                ) == 1,
            "the message is recorded"
        );
        (await fixture.CountAsync("prescriptions.identity_access", $"prescription_id = '{id}'")).ShouldBe(0);
        fixture.Sidecar.Calls.ShouldBeEmpty();
    }
}
