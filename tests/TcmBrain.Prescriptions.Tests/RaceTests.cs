using System.Net;
using System.Net.Http.Json;
using Grpc.Core;
using TcmBrain.Contracts.Pharmacy.V1;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.HisSimulator.His;
using TcmBrain.Prescriptions.Tests.Scenarios;

namespace TcmBrain.Prescriptions.Tests;

/// <summary>What many do at once ends as if they had done it one after the other.</summary>
public sealed class RaceTests(ScenarioFixture fixture) : IClassFixture<ScenarioFixture>
{
    [Fact]
    public async Task Of_many_pharmacists_exactly_one_gets_it_and_the_others_learn_who()
    {
        var reply = await PushAsync(PrescriptionsFixture.Clean(Flaw.OverDose));
        var pharmacists = Enumerable.Range(0, 12).Select(i => fixture.Pharmacist(1, $"pharmacist-{i}")).ToArray();

        var answers = await Task.WhenAll(
            pharmacists.Select(p => p.PostAsJsonAsync($"/api/prescriptions/{reply.PrescriptionId}/claim", new { }))
        );

        var winner = answers.Single(a => a.StatusCode == HttpStatusCode.OK);
        var name = (await winner.Content.ReadFromJsonAsync<Claimed>())!.ClaimedBy;
        foreach (var loser in answers.Where(a => a != winner))
        {
            loser.StatusCode.ShouldBe(HttpStatusCode.Conflict);
            (await loser.Content.ReadAsStringAsync()).ShouldContain(name);
        }
    }

    [Fact]
    public async Task A_claim_that_is_not_renewed_lapses()
    {
        var reply = await PushAsync(PrescriptionsFixture.Clean(Flaw.OverDose));
        using var first = fixture.Pharmacist(1, "slow");
        using var second = fixture.Pharmacist(1, "quick");
        await first.PostAsJsonAsync($"/api/prescriptions/{reply.PrescriptionId}/claim", new { });
        await using (
            var command = fixture.Database.CreateCommand(
                $"update prescriptions.review_claims set claimed_until = now() - interval '1 s' where prescription_id = '{reply.PrescriptionId}'"
            )
        )
        {
            await command.ExecuteNonQueryAsync();
        }

        var taken = await second.PostAsJsonAsync($"/api/prescriptions/{reply.PrescriptionId}/claim", new { });

        taken.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await first.PostAsJsonAsync($"/api/prescriptions/{reply.PrescriptionId}/claim", new { })).StatusCode.ShouldBe(
            HttpStatusCode.Conflict
        );
    }

    [Fact]
    public async Task The_same_amendment_many_times_at_once_is_stored_once_and_answered_alike()
    {
        var prescription = PrescriptionsFixture.Clean();
        var former = await PushAsync(prescription);
        fixture.Pharmacy.Will(Guid.Parse(former.PrescriptionId), WithdrawOutcome.Withdrawn);
        var next = prescription.Clone();
        (next.Revision, next.Doses) = (2, next.Doses - 1);

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => AmendAsync(next.Clone())));

        answers.Select(a => a.Outcome).Distinct().ShouldBe([AmendOutcome.Amended]);
        answers.Select(a => a.Accepted).Distinct().ShouldHaveSingleItem();
        (await fixture.CountAsync("prescriptions.prescriptions", $"his_number = '{prescription.HisNumber}'")).ShouldBe(2);
        (await ToldAsync(former.PrescriptionId, "PrescriptionSuperseded")).ShouldBe(1);
    }

    [Fact]
    public async Task Different_amendments_at_once_end_with_one_of_them()
    {
        var prescription = PrescriptionsFixture.Clean(Flaw.OverDose);
        var former = await PushAsync(prescription);

        var answers = await Task.WhenAll(
            Enumerable
                .Range(1, 8)
                .Select(async i =>
                {
                    var next = prescription.Clone();
                    (next.Revision, next.FeeFen) = (2, i);
                    try
                    {
                        return (await AmendAsync(next)).Outcome.ToString();
                    }
                    catch (RpcException e)
                    {
                        return e.Trailers.GetValue("tcm-code")!;
                    }
                })
        );

        answers.Count(a => a == "Amended").ShouldBe(1);
        answers.Count(a => a == "PRX-0201").ShouldBe(7);
        (await ToldAsync(former.PrescriptionId, "PrescriptionSuperseded")).ShouldBe(1);
    }

    [Fact]
    public async Task A_cancellation_and_an_amendment_at_once_leave_one_end_and_at_most_one_revision_alive()
    {
        foreach (var _ in Enumerable.Range(0, 10))
        {
            var prescription = PrescriptionsFixture.Clean();
            var former = await PushAsync(prescription);
            fixture.Pharmacy.Will(Guid.Parse(former.PrescriptionId), WithdrawOutcome.Withdrawn);
            var next = prescription.Clone();
            (next.Revision, next.Doses) = (2, next.Doses - 1);

            var amending = AmendAsync(next);
            var cancelling = fixture
                .Client.CancelAsync(
                    new CancelRequest
                    {
                        Key = new PrescriptionKey { HisNumber = prescription.HisNumber, Revision = 1 },
                        Reason = "患者要求",
                    },
                    PrescriptionsFixture.As(1)
                )
                .ResponseAsync;
            var (amended, cancelled) = ((await amending).Outcome, (await cancelling).Outcome);

            (amended, cancelled).ShouldBeOneOf(
                (AmendOutcome.Amended, CancelOutcome.AlreadyEnded),
                (AmendOutcome.AlreadyEnded, CancelOutcome.Cancelled)
            );
            var ends =
                await ToldAsync(former.PrescriptionId, "PrescriptionSuperseded")
                + await ToldAsync(former.PrescriptionId, "PrescriptionCancelled");
            ends.ShouldBe(1);
        }
    }

    [Fact]
    public async Task A_push_whose_validity_is_over_meanwhile_is_answered_as_it_was()
    {
        var (prescription, first) = await PushInTimeAsync();

        await Testing.Eventually.Be(
            async () =>
            {
                var other = PrescriptionsFixture.Clean();
                other.ValidUntil = prescription.ValidUntil;
                try
                {
                    await PushAsync(other);
                    return false;
                }
                catch (RpcException e)
                {
                    return e.Trailers.GetValue("tcm-code") == "PRX-0112";
                }
            },
            "that validity is over"
        );

        (await PushAsync(prescription.Clone())).ShouldBe(first);
    }

    private sealed record Claimed(string ClaimedBy);

    /// <summary>One that is not valid much longer than it takes to be accepted, on a machine of whatever speed.</summary>
    private async Task<(Prescription Pushed, PushReply Reply)> PushInTimeAsync()
    {
        for (var valid = TimeSpan.FromSeconds(1.5); ; valid *= 2)
        {
            var prescription = PrescriptionsFixture.Clean();
            prescription.ValidUntil = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(DateTimeOffset.UtcNow + valid);
            try
            {
                return (prescription, await PushAsync(prescription.Clone()));
            }
            catch (RpcException e) when (e.Trailers.GetValue("tcm-code") == "PRX-0112" && valid < TimeSpan.FromMinutes(1)) { }
        }
    }

    private Task<long> ToldAsync(string id, string type) =>
        fixture.CountAsync("exchange.outbox", $"aggregate_id = '{id}' and type = '{type}'");

    private async Task<PushReply> PushAsync(Prescription prescription) =>
        await fixture.Client.PushAsync(new PushRequest { Prescription = prescription }, PrescriptionsFixture.As(1));

    private async Task<AmendReply> AmendAsync(Prescription prescription) =>
        await fixture.Client.AmendAsync(new AmendRequest { Prescription = prescription, Reason = "调整" }, PrescriptionsFixture.As(1));
}
