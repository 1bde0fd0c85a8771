using System.Net;
using System.Net.Http.Json;
using Grpc.Core;
using TcmBrain.Contracts.Events;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.HisSimulator.His;
using TcmBrain.Prescriptions.Lifecycle;

namespace TcmBrain.Prescriptions.Tests;

public sealed class CancellationTests(PrescriptionsFixture fixture) : IClassFixture<PrescriptionsFixture>
{
    [Fact]
    public async Task Before_approval_a_cancel_is_final_and_repeats_the_same()
    {
        var prescription = PrescriptionsFixture.Clean(Flaw.OverDose);
        var reply = await PushAsync(prescription);

        var first = await CancelAsync(prescription);
        var second = await CancelAsync(prescription);
        using var pharmacist = fixture.Pharmacist(1);
        var late = await DecideAsync(pharmacist, reply, "approve");

        first.Outcome.ShouldBe(CancelOutcome.Cancelled);
        second.Outcome.ShouldBe(CancelOutcome.AlreadyCancelled);
        late.StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task After_dispensing_began_the_pharmacy_alone_knows_whether_somebody_weighs_still()
    {
        var prescription = PrescriptionsFixture.Clean();
        var reply = await PushAsync(prescription);
        await fixture.TellAsync<DispensingStarted, FollowFacts>(
            Facts.Of(
                reply,
                new DispensingStarted
                {
                    CentreCode = "c",
                    Dispenser = "d",
                    AggregateId = default,
                    Version = 1,
                    OccurredAt = default,
                    InstitutionCode = "",
                    RegionCode = "",
                    HisNumber = "",
                    Revision = 1,
                }
            )
        );

        // It is away: neither cancelled nor too late.
        var refusal = await Should.ThrowAsync<RpcException>(() => CancelAsync(prescription));

        refusal.StatusCode.ShouldBe(StatusCode.Unavailable);
        var view = await fixture.Client.GetAsync(new GetRequest { PrescriptionId = reply.PrescriptionId }, PrescriptionsFixture.As(1));
        view.State.ShouldBe(State.Dispensing);
    }

    [Fact]
    public async Task A_cancel_that_needs_a_pharmacy_that_is_away_says_so_and_changes_nothing()
    {
        var prescription = PrescriptionsFixture.Clean();
        var reply = await PushAsync(prescription);

        var refusal = await Should.ThrowAsync<RpcException>(() => CancelAsync(prescription));

        refusal.StatusCode.ShouldBe(StatusCode.Unavailable);
        var view = await fixture.Client.GetAsync(new GetRequest { PrescriptionId = reply.PrescriptionId }, PrescriptionsFixture.As(1));
        view.State.ShouldBe(State.Approved);
    }

    [Fact]
    public async Task The_pharmacys_withdrawal_alone_brings_the_cancellation_to_its_end()
    {
        var reply = await PushAsync(PrescriptionsFixture.Clean());
        var withdrawn = Facts.Of(
            reply,
            new PrescriptionWithdrawn
            {
                Reason = "患者要求",
                RequestedBy = "HIS",
                AggregateId = default,
                Version = 1,
                OccurredAt = default,
                InstitutionCode = "",
                RegionCode = "",
                HisNumber = "",
                Revision = 1,
            }
        );

        await fixture.TellAsync<PrescriptionWithdrawn, FollowFacts>(withdrawn);
        await fixture.TellAsync<PrescriptionWithdrawn, FollowFacts>(withdrawn);

        var view = await fixture.Client.GetAsync(new GetRequest { PrescriptionId = reply.PrescriptionId }, PrescriptionsFixture.As(1));
        view.State.ShouldBe(State.Cancelled);
        (
            await fixture.CountAsync("exchange.outbox", $"aggregate_id = '{reply.PrescriptionId}' and type = 'PrescriptionCancelled'")
        ).ShouldBe(1);
    }

    private async Task<PushReply> PushAsync(Prescription prescription, int hospital = 1) =>
        await fixture.Client.PushAsync(new PushRequest { Prescription = prescription }, PrescriptionsFixture.As(hospital));

    private async Task<CancelReply> CancelAsync(Prescription prescription) =>
        await fixture.Client.CancelAsync(
            new CancelRequest
            {
                Key = new PrescriptionKey { HisNumber = prescription.HisNumber },
                Reason = "患者要求",
            },
            PrescriptionsFixture.As(1)
        );

    private static Task<HttpResponseMessage> DecideAsync(HttpClient pharmacist, PushReply reply, string decision) =>
        pharmacist.PostAsJsonAsync($"/api/prescriptions/{reply.PrescriptionId}/decision", new { decision, reason = "已核对" });
}
