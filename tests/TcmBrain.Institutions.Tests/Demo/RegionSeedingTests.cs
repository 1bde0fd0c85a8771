using TcmBrain.Contracts;
using TcmBrain.Contracts.Demo;
using TcmBrain.HisSimulator;
using TcmBrain.HisSimulator.Registering;
using TcmBrain.Institutions.Tests.Register;

namespace TcmBrain.Institutions.Tests.Demo;

public sealed class RegionSeedingTests(InstitutionsFixture fixture)
{
    [Fact]
    public void The_plan_is_the_same_for_the_same_seed_and_has_all_that_a_region_has()
    {
        var plan = new RegionPlan(2026);
        plan.Institutions.ShouldBe(new RegionPlan(2026).Institutions);
        plan.People.ShouldBe(new RegionPlan(2026).People);
        plan.People.ShouldNotBe(new RegionPlan(2027).People);
        plan.Institutions.Count.ShouldBeGreaterThanOrEqualTo(300);
        plan.People.Count.ShouldBeGreaterThanOrEqualTo(3000);
        plan.Institutions.ShouldAllBe(i => InstitutionCode.IsValid(i.Code));
        plan.Institutions.Select(i => i.Code).ShouldBeUnique();
        plan.People.Select(p => p.Code).Concat(DemoRegion.Practitioners.Select(p => p.Code)).ShouldBeUnique();
        plan.Institutions.Select(i => i.RegionCode).Distinct().Count().ShouldBe(14);
        plan.Institutions.ShouldAllBe(i => i.NameZh.Contains("示范"));
    }

    [Fact]
    public async Task The_region_comes_in_through_the_public_API_and_a_second_time_changes_nothing()
    {
        // On a database of its own: the others' lists stay small.
        await using var service = await InstitutionsFixture.StartAsync(
            InstitutionsFixture.Settings(await fixture.Servers.DatabaseAsync("institutions"), await fixture.Servers.BrokerAsync())
        );
        using var gateway = new Gateway(service.Http, service.Grpc);
        var plan = new RegionPlan(2026);
        await new RegionSeeding(gateway, plan).RunAsync(TestContext.Current.CancellationToken);
        var client = DemoRegion.ClientOf("operator-1");
        using var reader = service.Client(await gateway.TokenAsync(client.Id, client.Secret, TestContext.Current.CancellationToken));
        var counts = await reader.GetStringAsync("/api/institutions/summary");
        var summary = System.Text.Json.JsonDocument.Parse(counts).RootElement;
        summary
            .GetProperty("institutions")
            .GetInt32()
            .ShouldBe(plan.Institutions.Count + DemoRegion.Institutions.Count - DemoRegion.Hospitals.Count);
        summary.GetProperty("practitioners").GetInt32().ShouldBe(plan.People.Count + DemoRegion.Practitioners.Count);
        summary.GetProperty("byKind").EnumerateObject().Count().ShouldBe(14);
        var consortia = await (await reader.GetAsync("/api/institutions/consortia")).Json();
        consortia.GetProperty("total").GetInt32().ShouldBe(plan.Consortia.Count);

        await new RegionSeeding(gateway, plan).RunAsync(TestContext.Current.CancellationToken);
        (await reader.GetStringAsync("/api/institutions/summary")).ShouldBe(counts);
        var first = await (await reader.GetAsync($"/api/institutions/{DemoRegion.Hospitals[0].Code}")).Json();
        first.GetProperty("nameZh").GetString().ShouldBe(DemoRegion.Hospitals[0].NameZh);
        first.GetProperty("version").GetInt32().ShouldBe(2);
    }
}
