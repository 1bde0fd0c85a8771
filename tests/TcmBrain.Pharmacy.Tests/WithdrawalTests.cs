using Grpc.Core;
using Grpc.Net.Client;
using TcmBrain.Contracts.Events;
using TcmBrain.Contracts.Pharmacy.V1;
using TcmBrain.ServiceDefaults.Rpc;
using TcmBrain.Testing;

namespace TcmBrain.Pharmacy.Tests;

public sealed class WithdrawalTests(House house) : IDisposable
{
    private readonly GrpcChannel channel = GrpcChannel.ForAddress(house.Service.Grpc);

    private async Task<WithdrawOutcome> WithdrawAsync(
        PrescriptionApproved e,
        string role = "service",
        int? revision = null,
        string institution = ""
    )
    {
        var headers = new Metadata { { "authorization", "Bearer " + TestTokens.Of("prescriptions", institution, "", role) } };
        var request = new WithdrawRequest
        {
            PrescriptionId = e.AggregateId.ToString(),
            InstitutionCode = e.InstitutionCode,
            RegionCode = e.RegionCode,
            HisNumber = e.HisNumber,
            Revision = revision ?? e.Revision,
            Reason = "患者要求",
            RequestedBy = "his-1",
        };
        return (await new DispensingService.DispensingServiceClient(channel).WithdrawAsync(request, headers)).Outcome;
    }

    [Fact]
    public async Task Before_dispensing_it_is_withdrawn_and_its_grams_are_available_again()
    {
        var piece = house.Piece();
        var lot = await house.StockAsync(await house.CentreAsync(), piece, 1000);
        var approved = house.Approved((piece, 10));
        await house.ReservedAsync(approved);

        (await WithdrawAsync(approved)).ShouldBe(WithdrawOutcome.Withdrawn);
        (await WithdrawAsync(approved)).ShouldBe(WithdrawOutcome.Withdrawn);

        (await house.LotAsync(lot)).ShouldBe((0, 1000, 0, 0));
        var told = (await house.ToldAsync<PrescriptionWithdrawn>(approved.AggregateId)).ShouldHaveSingleItem();
        (told.Version, told.Reason, told.RequestedBy).ShouldBe((3, "患者要求", "his-1"));
    }

    [Fact]
    public async Task After_a_dispenser_has_taken_it_up_it_is_too_late()
    {
        var piece = house.Piece();
        var centre = await house.CentreAsync();
        var lot = await house.StockAsync(centre, piece, 1000);
        var approved = house.Approved((piece, 10));
        await house.ReservedAsync(approved);
        using var dispenser = house.Dispenser(centre);
        await dispenser.SendAsync($"/api/pharmacy/dispensings/{approved.AggregateId}/start", new { });

        (await WithdrawAsync(approved)).ShouldBe(WithdrawOutcome.TooLate);

        (await house.LotAsync(lot)).ShouldBe((0, 930, 70, 0));
    }

    [Fact]
    public async Task One_that_never_came_is_remembered_and_never_reserved()
    {
        var piece = house.Piece();
        var lot = await house.StockAsync(await house.CentreAsync(), piece, 1000);
        var approved = house.Approved((piece, 10));

        (await WithdrawAsync(approved)).ShouldBe(WithdrawOutcome.Withdrawn);
        await house.ArriveAsync(approved);

        (await house.StateAsync(approved.AggregateId)).ShouldBe("withdrawn");
        (await house.LotAsync(lot)).ShouldBe((0, 1000, 0, 0));
        (await house.ToldAsync<PrescriptionWithdrawn>(approved.AggregateId)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Whose_validity_ran_out_is_withdrawn_by_event_and_each_question_is_answered()
    {
        var piece = house.Piece();
        var lot = await house.StockAsync(await house.CentreAsync(), piece, 1000);
        var approved = house.Approved((piece, 10));
        await house.ReservedAsync(approved);

        await house.ArriveAsync(Expiring(approved));
        await house.ArriveAsync(Expiring(approved));

        (await house.LotAsync(lot)).ShouldBe((0, 1000, 0, 0));
        var told = await house.ToldAsync<PrescriptionWithdrawn>(approved.AggregateId);
        told.Select(t => t.Version).Order().ShouldBe([3, 4]);
        told.ShouldAllBe(t => t.Cause == WithdrawalCause.Expiry);
    }

    [Fact]
    public async Task What_is_being_weighed_goes_on_though_its_validity_ran_out()
    {
        var piece = house.Piece();
        var centre = await house.CentreAsync();
        var lot = await house.StockAsync(centre, piece, 1000);
        var approved = house.Approved((piece, 10));
        await house.ReservedAsync(approved);
        using var dispenser = house.Dispenser(centre);
        await dispenser.SendAsync($"/api/pharmacy/dispensings/{approved.AggregateId}/start", new { });

        await house.ArriveAsync(Expiring(approved));

        (await house.StateAsync(approved.AggregateId)).ShouldBe("dispensing");
        (await house.LotAsync(lot)).ShouldBe((0, 930, 70, 0));
        (await house.ToldAsync<PrescriptionWithdrawn>(approved.AggregateId)).ShouldBeEmpty();
    }

    private static WithdrawalRequested Expiring(PrescriptionApproved e) =>
        new()
        {
            AggregateId = e.AggregateId,
            Version = 4,
            OccurredAt = DateTimeOffset.UtcNow,
            InstitutionCode = e.InstitutionCode,
            RegionCode = e.RegionCode,
            HisNumber = e.HisNumber,
            Revision = e.Revision,
            RequestedBy = "system",
            Reason = "处方有效期已过",
            Cause = WithdrawalCause.Expiry,
        };

    [Fact]
    public async Task A_late_withdrawal_of_an_older_revision_leaves_the_newer_one_alone()
    {
        var piece = house.Piece();
        await house.StockAsync(await house.CentreAsync(), piece, 1000);
        var approved = house.Approved((piece, 10));
        await WithdrawAsync(approved);
        await house.ReservedAsync(approved with { Revision = 2 });

        (await WithdrawAsync(approved, revision: 1)).ShouldBe(WithdrawOutcome.Withdrawn);

        (await house.StateAsync(approved.AggregateId)).ShouldBe("reserved");
        (await WithdrawAsync(approved, revision: 2)).ShouldBe(WithdrawOutcome.Withdrawn);
        (await house.StateAsync(approved.AggregateId)).ShouldBe("withdrawn");
    }

    [Fact]
    public async Task A_withdrawal_racing_the_dispenser_has_one_winner()
    {
        var piece = house.Piece();
        var centre = await house.CentreAsync();
        await house.StockAsync(centre, piece, 10_000);
        using var dispenser = house.Dispenser(centre);
        for (var i = 0; i < 10; i++)
        {
            var approved = house.Approved((piece, 10));
            await house.ReservedAsync(approved);

            var start = dispenser.SendAsync($"/api/pharmacy/dispensings/{approved.AggregateId}/start", new { });
            var outcome = await WithdrawAsync(approved);
            var started = (await start).Status == System.Net.HttpStatusCode.OK;

            outcome.ShouldBe(started ? WithdrawOutcome.TooLate : WithdrawOutcome.Withdrawn);
            (await house.StateAsync(approved.AggregateId)).ShouldBe(started ? "dispensing" : "withdrawn");
        }
    }

    [Fact]
    public async Task A_hospital_may_ask_for_its_own_prescription_only()
    {
        var approved = house.Approved((house.Piece(), 1));
        foreach (var (role, institution) in (new[] { ("his", ""), ("his", "12330105TCM000021X"), ("dispenser", approved.InstitutionCode) }))
        {
            var refused = await Should.ThrowAsync<RpcException>(() => WithdrawAsync(approved, role, institution: institution));
            refused.StatusCode.ShouldBe(StatusCode.PermissionDenied);
        }

        (await WithdrawAsync(approved, "his", institution: approved.InstitutionCode)).ShouldBe(WithdrawOutcome.Withdrawn);
    }

    [Fact]
    public async Task What_is_missing_is_named()
    {
        var headers = new Metadata { { "authorization", "Bearer " + TestTokens.Of("prescriptions", "", "", "service") } };
        var client = new DispensingService.DispensingServiceClient(channel);

        var refused = await Should.ThrowAsync<RpcException>(async () =>
            await client.WithdrawAsync(new WithdrawRequest { PrescriptionId = "7" }, headers)
        );

        refused.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        refused
            .Faults()
            .Select(f => f.Field)
            .ShouldBe(["prescription_id", "institution_code", "region_code", "his_number", "revision", "requested_by"]);
    }

    public void Dispose() => channel.Dispose();
}
