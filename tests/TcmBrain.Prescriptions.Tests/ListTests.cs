using System.Net;
using System.Net.Http.Json;
using Grpc.Core;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.HisSimulator.His;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Testing;

namespace TcmBrain.Prescriptions.Tests;

public sealed class ListTests(PrescriptionsFixture fixture) : IClassFixture<PrescriptionsFixture>
{
    [Fact]
    public async Task Pages_are_the_whole_newest_first_and_nothing_twice_while_more_come_in()
    {
        var pushed = new List<string>();
        for (var i = 0; i < 23; i++)
        {
            pushed.Add((await PushAsync(PrescriptionsFixture.Clean(), 6)).PrescriptionId);
        }

        var listed = new List<string>();
        var token = "";
        do
        {
            var page = await fixture.Client.ListAsync(new ListRequest { PageSize = 5, PageToken = token }, PrescriptionsFixture.As(6));
            listed.AddRange(page.Items.Select(i => i.PrescriptionId));
            token = page.NextPageToken;
            await PushAsync(PrescriptionsFixture.Clean(), 6);
        } while (token.Length > 0);

        pushed.Reverse();
        listed.ShouldBe(pushed);
    }

    [Fact]
    public async Task Filters_hold_together()
    {
        var urgent = PrescriptionsFixture.Clean(Flaw.OverDose);
        urgent.Urgent = true;
        var calm = PrescriptionsFixture.Clean(Flaw.OverDose);
        calm.Urgent = false;
        var before = DateTimeOffset.UtcNow;
        var first = await PushAsync(urgent, 5);
        await PushAsync(calm, 5);
        await PushAsync(PrescriptionsFixture.Clean(), 5);

        var found = await fixture.Client.ListAsync(
            new ListRequest
            {
                States = { State.Intercepted },
                Urgent = TriState.Yes,
                ReceivedFrom = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(before.AddSeconds(-5)),
                ReceivedBefore = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(DateTimeOffset.UtcNow.AddSeconds(5)),
            },
            PrescriptionsFixture.As(5)
        );
        var earlier = await fixture.Client.ListAsync(
            new ListRequest { ReceivedBefore = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(before.AddSeconds(-5)) },
            PrescriptionsFixture.As(5)
        );

        found.Items.ShouldHaveSingleItem().PrescriptionId.ShouldBe(first.PrescriptionId);
        earlier.Items.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(201, "", "PRX-0103")]
    [InlineData(0, "page two", "PRX-0216")]
    public async Task A_request_that_makes_no_sense_is_refused(int size, string token, string code)
    {
        var refusal = await Should.ThrowAsync<RpcException>(async () =>
            await fixture.Client.ListAsync(new ListRequest { PageSize = size, PageToken = token }, PrescriptionsFixture.As(5))
        );

        refusal.Trailers.GetValue("tcm-code").ShouldBe(code);
    }

    [Fact]
    public async Task A_number_with_a_control_character_finds_nothing_and_breaks_nothing()
    {
        var key = new PrescriptionKey { HisNumber = "A\0B" };

        var get = await Should.ThrowAsync<RpcException>(async () =>
            await fixture.Client.GetAsync(new GetRequest { Key = key }, PrescriptionsFixture.As(5))
        );
        var cancel = await Should.ThrowAsync<RpcException>(async () =>
            await fixture.Client.CancelAsync(new CancelRequest { Key = key, Reason = "x" }, PrescriptionsFixture.As(5))
        );
        var list = await Should.ThrowAsync<RpcException>(async () =>
            await fixture.Client.ListAsync(new ListRequest { HisNumber = key.HisNumber }, PrescriptionsFixture.As(5))
        );
        using var pharmacist = fixture.Pharmacist(5);
        using var search = await pharmacist.GetAsync("/api/prescriptions/?search=A%00B");

        get.Trailers.GetValue("tcm-code").ShouldBe("PRX-0202");
        cancel.Trailers.GetValue("tcm-code").ShouldBe("PRX-0101");
        list.Trailers.GetValue("tcm-code").ShouldBe("PRX-0116");
        search.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Over_http_the_list_names_nobody_and_shows_what_is_needed()
    {
        var prescription = PrescriptionsFixture.Clean(Flaw.OverDose);
        var name = prescription.Patient.Name;
        await PushAsync(prescription.Clone(), 4);
        using var pharmacist = fixture.Pharmacist(4);

        var text = await pharmacist.GetStringAsync($"/api/prescriptions/?state=intercepted,approved&search={prescription.HisNumber}");
        var queue = await pharmacist.GetStringAsync("/api/prescriptions/review-queue");

        text.ShouldContain(prescription.Department);
        text.ShouldContain("\"severity\":\"double-sign\"");
        text.ShouldContain(name[..1] + "**");
        text.ShouldNotContain(name);
        queue.ShouldContain("\"awaiting\":\"pharmacist\"");
        queue.ShouldContain("\"waitingSeconds\":");
        queue.ShouldNotContain(name);
    }

    [Theory]
    [InlineData("330000", true)]
    [InlineData("110000", false)]
    [InlineData("", false)]
    [InlineData("3", false)]
    public async Task A_regulator_sees_its_region_and_one_of_no_region_sees_nothing(string region, bool sees)
    {
        var prescription = PrescriptionsFixture.Clean();
        var reply = await PushAsync(prescription.Clone(), 4);
        using var regulator = fixture.Service.Client(TestTokens.Of("regulator-9", "", region, Roles.Regulator));

        var list = await regulator.GetStringAsync($"/api/prescriptions/?search={prescription.HisNumber}");
        using var card = await regulator.GetAsync($"/api/prescriptions/{reply.PrescriptionId}");

        list.Contains(reply.PrescriptionId, StringComparison.Ordinal).ShouldBe(sees);
        card.StatusCode.ShouldBe(sees ? HttpStatusCode.OK : HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_queue_shows_who_has_it_and_what_the_prescriber_answered()
    {
        var prescription = PrescriptionsFixture.Clean(Flaw.OverDose);
        var reply = await PushAsync(prescription.Clone(), 2);
        using var pharmacist = fixture.Pharmacist(2);
        using var second = fixture.Pharmacist(2, "second");

        await pharmacist.PostAsJsonAsync($"/api/prescriptions/{reply.PrescriptionId}/claim", new { });
        var claimed = await ItemAsync(second, "");
        (
            await pharmacist.PostAsJsonAsync(
                $"/api/prescriptions/{reply.PrescriptionId}/decision",
                new { decision = "return", reason = "为何超量" }
            )
        ).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await ItemAsync(second, "")).ShouldBeNull();
        var returned = await ItemAsync(second, "?awaiting=prescriber");
        await fixture.Client.AcknowledgeInterceptAsync(
            new AcknowledgeInterceptRequest
            {
                Key = new PrescriptionKey { HisNumber = prescription.HisNumber },
                PractitionerCode = prescription.Prescriber.PractitionerCode,
                Reason = "病情需要",
            },
            PrescriptionsFixture.As(2)
        );
        var answered = await ItemAsync(second, "");
        var card = await fixture.Client.GetAsync(new GetRequest { PrescriptionId = reply.PrescriptionId }, PrescriptionsFixture.As(2));

        claimed!.Claim!.Mine.ShouldBeFalse();
        returned!.ReturnedReason.ShouldBe("为何超量");
        answered!.Answer.ShouldBe("病情需要");
        card.ReviewReturn.Reason.ShouldBe("为何超量");
        card.Answer.Reason.ShouldBe("病情需要");
        card.DueAt.ShouldNotBeNull();
        card.History.Select(h => h.Reason).ShouldContain("退回医师: 为何超量");
    }

    private sealed record Claim(string Name, bool Mine);

    private sealed record Item(Guid Id, string? ReturnedReason, string? Answer, Claim? Claim);

    private sealed record Queue(Item[] Items);

    private static async Task<Item?> ItemAsync(HttpClient pharmacist, string query) =>
        (await pharmacist.GetFromJsonAsync<Queue>("/api/prescriptions/review-queue" + query))!.Items.SingleOrDefault();

    private async Task<PushReply> PushAsync(Prescription prescription, int hospital) =>
        await fixture.Client.PushAsync(new PushRequest { Prescription = prescription }, PrescriptionsFixture.As(hospital));
}
