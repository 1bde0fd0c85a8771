using Grpc.Core;
using Grpc.Net.Client;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Testing;

namespace TcmBrain.Prescriptions.Tests.Faults;

/// <summary>No client can make the service hold more than a bound, and none holds up another.</summary>
public sealed class FlowControlTests(PrescriptionsFixture fixture) : IClassFixture<PrescriptionsFixture>
{
    private const int Far = 60_000;

    [Fact]
    public async Task A_client_that_never_reads_its_answers_is_held_and_the_others_go_on()
    {
        using var channel = GrpcChannel.ForAddress(fixture.Service.Grpc);
        using var call = new PrescriptionService.PrescriptionServiceClient(channel).PushStream(PrescriptionsFixture.As(9));
        var written = 0;
        using var end = new CancellationTokenSource();
        var template = PrescriptionsFixture.Clean();
        // Large answers, so that the window back is soon shut: refused ones with a fault in every line.
        template.Lines.Clear();
        template.Lines.Add(Enumerable.Range(0, 100).Select(_ => new Line { Name = "甘草", MilligramsPerDose = -1 }));
        var writing = Task.Run(async () =>
        {
            try
            {
                for (; written < Far; written++)
                {
                    await call.RequestStream.WriteAsync(new PushStreamRequest { Sequence = 1, Prescription = template }, end.Token);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or RpcException or InvalidOperationException or IOException) { }
        });

        await HeldAsync(() => Volatile.Read(ref written));
        Volatile.Read(ref written).ShouldBeLessThan(Far / 2, "the client cannot send on");
        for (var i = 0; i < 20; i++)
        {
            var reply = await fixture.Client.PushAsync(
                new PushRequest { Prescription = PrescriptionsFixture.Clean() },
                PrescriptionsFixture.As(1),
                DateTime.UtcNow.AddSeconds(180)
            );
            reply.State.ShouldBe(State.Approved);
        }

        await end.CancelAsync();
        call.Dispose();
        await writing;
    }

    /// <summary>Waits until nothing moves any more: the same at six looks, which follow each other at growing intervals.</summary>
    private static async Task HeldAsync(Func<int> progress)
    {
        var (last, still) = (-1, 0);
        await Eventually.Be(
            () =>
            {
                var now = progress();
                still = now == last ? still + 1 : 0;
                last = now;
                return now > 0 && still == 6;
            },
            "the client is held",
            TimeSpan.FromSeconds(180)
        );
    }
}
