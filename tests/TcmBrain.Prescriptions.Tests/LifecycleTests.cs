using System.Net;
using System.Net.Http.Json;
using Grpc.Core;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Demo;
using TcmBrain.Contracts.Events;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.HisSimulator.His;
using TcmBrain.Prescriptions.Lifecycle;
using TcmBrain.Prescriptions.Registers;
using TcmBrain.Testing;

namespace TcmBrain.Prescriptions.Tests;

public sealed class LifecycleTests(PrescriptionsFixture fixture) : IClassFixture<PrescriptionsFixture>
{
    [Fact]
    public async Task An_intercepted_one_is_approved_only_after_the_prescriber_signed_again()
    {
        var prescription = PrescriptionsFixture.Clean(Flaw.EighteenIncompatible);
        var reply = await PushAsync(prescription);
        using var pharmacist = fixture.Pharmacist(1);

        var early = await DecideAsync(pharmacist, reply, "approve");
        await SignAsync(prescription);
        var approved = await DecideAsync(pharmacist, reply, "approve");
        var twice = await DecideAsync(pharmacist, reply, "approve");

        (await early.Content.ReadAsStringAsync()).ShouldContain("PRX-0204");
        approved.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await twice.Content.ReadAsStringAsync()).ShouldContain("PRX-0203");
        (
            await fixture.CountAsync("exchange.outbox", $"aggregate_id = '{reply.PrescriptionId}' and type = 'PrescriptionApproved'")
        ).ShouldBe(1);
    }

    [Fact]
    public async Task A_name_that_nobody_knows_cannot_be_approved_even_when_signed()
    {
        var prescription = PrescriptionsFixture.Clean(Flaw.UnknownName);
        var reply = await PushAsync(prescription);
        await SignAsync(prescription);
        using var pharmacist = fixture.Pharmacist(1);

        var answer = await DecideAsync(pharmacist, reply, "approve");

        (await answer.Content.ReadAsStringAsync()).ShouldContain("PRX-0205");
    }

    [Fact]
    public async Task Another_hospitals_pharmacist_finds_nothing_to_decide()
    {
        var reply = await PushAsync(PrescriptionsFixture.Clean(Flaw.OverDose));
        using var stranger = fixture.Pharmacist(2);

        (await DecideAsync(stranger, reply, "reject")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Another_prescriber_cannot_sign()
    {
        var prescription = PrescriptionsFixture.Clean(Flaw.OverDose);
        await PushAsync(prescription);
        prescription.Prescriber.PractitionerCode = "somebody-else";

        var refusal = await Should.ThrowAsync<RpcException>(() => SignAsync(prescription));

        refusal.Trailers.GetValue("tcm-code").ShouldBe("PRX-0207");
    }

    [Fact]
    public async Task The_review_queue_shows_urgent_ones_first()
    {
        using var pharmacist = fixture.Pharmacist(3);
        var calm = PrescriptionsFixture.Clean(Flaw.OverDose);
        calm.Urgent = false;
        var urgent = PrescriptionsFixture.Clean(Flaw.OverDose);
        urgent.Urgent = true;
        var first = await PushAsync(calm, 3);
        var second = await PushAsync(urgent, 3);

        var page = await pharmacist.GetFromJsonAsync<QueuePage>("/api/prescriptions/review-queue");

        page!.Items.Select(i => i.Id.ToString()).ShouldBe([second.PrescriptionId, first.PrescriptionId]);
    }

    [Fact]
    public async Task Facts_in_any_order_end_in_completed_once()
    {
        foreach (var seed in Enumerable.Range(0, 12))
        {
            var reply = await PushAsync(PrescriptionsFixture.Clean());
            var facts = Facts.PathOf(fixture, reply);
            new Random(seed).Shuffle(facts);

            foreach (var fact in facts)
            {
                await fact();
            }

            var view = await fixture.Client.GetAsync(new GetRequest { PrescriptionId = reply.PrescriptionId }, PrescriptionsFixture.As(1));
            view.State.ShouldBe(State.Completed);
            view.History.Select(h => h.State).ShouldContain(State.Soaking);
            (
                await fixture.CountAsync("exchange.outbox", $"aggregate_id = '{reply.PrescriptionId}' and type = 'PrescriptionCompleted'")
            ).ShouldBe(1);
        }
    }

    [Fact]
    public async Task A_suspended_institution_is_refused_from_its_next_push_and_let_in_again()
    {
        var hospital = DemoRegion.Hospitals[4];
        var id = Guid.NewGuid();
        await fixture.TellAsync<InstitutionSuspended, KeepRegister>(
            new InstitutionSuspended
            {
                AggregateId = id,
                Version = 2,
                OccurredAt = DateTimeOffset.UtcNow,
                Code = hospital.Code,
                Reason = "检查",
            }
        );
        await Eventually.Be(
            async () =>
            {
                try
                {
                    await PushAsync(PrescriptionsFixture.Clean(), 5);
                    return false;
                }
                catch (RpcException e)
                {
                    return e.Trailers.GetValue("tcm-code") == "PRX-0206";
                }
            },
            "the suspended institution is refused"
        );
        // A registration that comes late does not lift it.
        await fixture.TellAsync<InstitutionRegistered, KeepRegister>(
            new InstitutionRegistered
            {
                AggregateId = id,
                Version = 1,
                OccurredAt = DateTimeOffset.UtcNow,
                Code = hospital.Code,
                NameZh = "院",
                NameEn = "H",
                Kind = "hospital",
                RegionCode = "330109",
            }
        );
        await fixture.TellAsync<InstitutionReinstated, KeepRegister>(
            new InstitutionReinstated
            {
                AggregateId = id,
                Version = 3,
                OccurredAt = DateTimeOffset.UtcNow,
                Code = hospital.Code,
            }
        );

        await Eventually.Hold(async () => (await PushAsync(PrescriptionsFixture.Clean(), 5)).State.ShouldBe(State.Approved));
    }

    [Fact]
    public async Task A_watch_resumed_from_its_token_misses_nothing_and_repeats_nothing()
    {
        var pushed = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            pushed.Add((await PushAsync(PrescriptionsFixture.Clean(), 7)).PrescriptionId);
        }

        var (firstHalf, token) = await WatchAsync("0", 9);
        var (secondHalf, _) = await WatchAsync(token, 11);

        firstHalf.Concat(secondHalf).ShouldBe(pushed);
    }

    [Fact]
    public async Task Seeing_an_identity_is_recorded_with_its_purpose()
    {
        var prescription = PrescriptionsFixture.Clean();
        var reply = await PushAsync(prescription.Clone());
        using var pharmacist = fixture.Pharmacist(1);

        var answer = await pharmacist.PostAsJsonAsync($"/api/prescriptions/{reply.PrescriptionId}/identity", new { purpose = "电话核对" });

        (await answer.Content.ReadAsStringAsync()).ShouldContain(prescription.Patient.IdentityNumber);
        (
            await fixture.CountAsync(
                "prescriptions.identity_access",
                $"prescription_id = '{reply.PrescriptionId}' and purpose = '电话核对'"
            )
        ).ShouldBe(1);
    }

    [Fact]
    public async Task The_history_refuses_change()
    {
        await PushAsync(PrescriptionsFixture.Clean());
        await using var command = fixture.Database.CreateCommand("update prescriptions.history set reason = 'x'");

        (await Should.ThrowAsync<Npgsql.PostgresException>(() => command.ExecuteNonQueryAsync())).MessageText.ShouldContain("append-only");
    }

    private sealed record QueueItem(Guid Id);

    private sealed record QueuePage(QueueItem[] Items);

    private async Task<(List<string> Ids, string Token)> WatchAsync(string token, int count)
    {
        using var call = fixture.Client.Watch(
            new WatchRequest { ResumeToken = token },
            PrescriptionsFixture.As(7),
            DateTime.UtcNow.AddSeconds(180)
        );
        var ids = new List<string>();
        while (ids.Count < count && await call.ResponseStream.MoveNext(CancellationToken.None))
        {
            ids.Add(call.ResponseStream.Current.PrescriptionId);
            token = call.ResponseStream.Current.ResumeToken;
        }

        return (ids, token);
    }

    private async Task<PushReply> PushAsync(Prescription prescription, int hospital = 1) =>
        await fixture.Client.PushAsync(new PushRequest { Prescription = prescription }, PrescriptionsFixture.As(hospital));

    private async Task SignAsync(Prescription prescription) =>
        await fixture.Client.AcknowledgeInterceptAsync(
            new AcknowledgeInterceptRequest
            {
                Key = new PrescriptionKey { HisNumber = prescription.HisNumber },
                PractitionerCode = prescription.Prescriber.PractitionerCode,
                Reason = "病情需要,已告知患者",
            },
            PrescriptionsFixture.As(1)
        );

    private static Task<HttpResponseMessage> DecideAsync(HttpClient pharmacist, PushReply reply, string decision) =>
        pharmacist.PostAsJsonAsync($"/api/prescriptions/{reply.PrescriptionId}/decision", new { decision, reason = "已核对" });
}
