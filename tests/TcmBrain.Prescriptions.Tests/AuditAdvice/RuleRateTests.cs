using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using TcmBrain.Contracts.Demo;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.HisSimulator.His;
using TcmBrain.Prescriptions.AuditAdvice;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Testing;

namespace TcmBrain.Prescriptions.Tests.AuditAdvice;

public sealed class RuleRateTests(PrescriptionsFixture fixture) : IClassFixture<PrescriptionsFixture>
{
    private const string Path = "/api/prescriptions/audit/rules";

    [Fact]
    public async Task Hits_overrides_and_rejections_are_counted_once_within_the_caller_s_scope()
    {
        using var pharmacist = fixture.Pharmacist(1);
        var approved = PrescriptionsFixture.Clean(Flaw.EighteenIncompatible);
        var first = await PushAsync(approved);
        await fixture.Client.AcknowledgeInterceptAsync(
            new AcknowledgeInterceptRequest
            {
                Key = new PrescriptionKey { HisNumber = approved.HisNumber, Revision = 1 },
                PractitionerCode = approved.Prescriber.PractitionerCode,
                Reason = "经典配伍",
            },
            PrescriptionsFixture.As(1)
        );
        (await DecideAsync(pharmacist, first, "approve")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (
            await DecideAsync(pharmacist, await PushAsync(PrescriptionsFixture.Clean(Flaw.EighteenIncompatible)), "reject")
        ).StatusCode.ShouldBe(HttpStatusCode.OK);
        await PushAsync(PrescriptionsFixture.Clean(Flaw.EighteenIncompatible));
        await PushAsync(PrescriptionsFixture.Clean(Flaw.BannedPiece));
        await PushAsync(PrescriptionsFixture.Clean());

        var rates = await CountedAsync(pharmacist, prescriptions: 5);
        var pairs = rates.Items.Single(x => x.RuleId == "incompatible.18fan");
        (pairs.Hits, pairs.Overridden, pairs.Upheld, pairs.OverrideRate).ShouldBe((3, 1, 1, 0.5));
        pairs.HitsPerHundred.ShouldBe(60);
        pairs.Source.ShouldNotBeEmpty();
        var banned = rates.Items.Single(x => x.RuleId == "banned.aristolochic");
        (banned.Hits, banned.Upheld, banned.Overridden).ShouldBe((1, 1, 0));
        rates.Items.Single(x => x.RuleId == "dose.under").OverrideRate.ShouldBeNull();

        // Counting again counts nothing twice.
        await fixture.Service.Services.GetRequiredService<RuleUseFold>().FoldAsync(TestContext.Current.CancellationToken);
        (await RatesAsync(pharmacist)).Prescriptions.ShouldBe(5);

        using var stranger = fixture.Pharmacist(2);
        (await RatesAsync(stranger)).Prescriptions.ShouldBe(0);
        using var elsewhere = Client("regulator-9", "110000", Roles.Regulator);
        (await RatesAsync(elsewhere)).Prescriptions.ShouldBe(0);
        using var above = Client("quality-8", DemoRegion.Hospitals[0].RegionCode[..2] + "0000", Roles.Quality);
        (await RatesAsync(above)).Prescriptions.ShouldBe(5);
        using var yesterday = Client("operator-8", "", Roles.Operator);
        (await RatesAsync(yesterday, "?from=2020-01-01&to=2020-01-31")).Prescriptions.ShouldBe(0);
        (await yesterday.GetAsync($"{Path}?from=2020-01-01&to=2026-01-31")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var courier = Client("courier-8", "", Roles.Courier);
        (await courier.GetAsync(Path)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    private async Task<RuleRateList> CountedAsync(HttpClient by, long prescriptions)
    {
        // A transaction that other tests hold open anywhere on the server keeps the last entries back for a moment.
        await Eventually.Be(
            async () =>
            {
                var rates = await RatesAsync(by);
                return rates.Prescriptions == prescriptions && rates.Items.Single(x => x.RuleId == "incompatible.18fan").Upheld == 1;
            },
            "counted",
            TimeSpan.FromSeconds(180)
        );
        return await RatesAsync(by);
    }

    private static async Task<RuleRateList> RatesAsync(HttpClient by, string query = "") =>
        (await by.GetFromJsonAsync<RuleRateList>(Path + query))!;

    private HttpClient Client(string subject, string region, string role) =>
        fixture.Service.Client(TestTokens.Of(subject, "91350100M000100Y43", region, role));

    private static Task<HttpResponseMessage> DecideAsync(HttpClient pharmacist, PushReply reply, string decision) =>
        pharmacist.PostAsJsonAsync($"/api/prescriptions/{reply.PrescriptionId}/decision", new { decision, reason = "审方" });

    private async Task<PushReply> PushAsync(Prescription prescription) =>
        await fixture.Client.PushAsync(new PushRequest { Prescription = prescription }, PrescriptionsFixture.As(1));
}
