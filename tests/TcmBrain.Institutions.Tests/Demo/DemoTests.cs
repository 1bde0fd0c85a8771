using Dapper;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Demo;
using TcmBrain.Institutions.SignIn;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Testing;

namespace TcmBrain.Institutions.Tests.Demo;

public sealed class DemoTests(InstitutionsFixture fixture)
{
    [Fact]
    public void The_demo_is_consistent_with_itself()
    {
        DemoRegion.Institutions.ShouldAllBe(i => InstitutionCode.IsValid(i.Code));
        DemoRegion.Institutions.Select(i => i.Code).ShouldBeUnique();
        DemoRegion.Clients.Select(c => c.Id).ShouldBeUnique();
        DemoRegion.Users.Select(u => u.Name).ShouldBeUnique();
        DemoRegion.Practitioners.Select(p => p.Code).ShouldBeUnique();
        DemoRegion.Practitioners.Select(p => p.Name).ShouldBeUnique();
        DemoRegion
            .Clients.SelectMany(c => c.Roles)
            .Concat(DemoRegion.Users.SelectMany(u => u.Roles))
            .ShouldAllBe(r => Roles.All.Contains(r));
        DemoRegion.Hospitals.Select(h => h.RegionCode).Distinct().Count().ShouldBe(14);
    }

    [Fact]
    public async Task Seeding_again_changes_nothing()
    {
        var before = await CountsAsync();
        before.ShouldBe($"{DemoRegion.Clients.Count} {DemoRegion.Users.Count}");
        await using var again = await InstitutionsFixture.StartAsync(
            InstitutionsFixture.Settings(fixture.ConnectionString, fixture.Broker)
        );
        (await CountsAsync()).ShouldBe(before);
        await using var connection = await fixture.Database.OpenConnectionAsync();
        var doubled = await connection.ExecuteScalarAsync<long>(
            "select count(*) from (select aggregate_id, version from exchange.outbox group by 1, 2 having count(*) > 1) d"
        );
        doubled.ShouldBe(0);
    }

    [Fact]
    public async Task Every_demo_secret_is_kept_as_a_salted_hash_only()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        var hashes = (await connection.QueryAsync<string>("select hash from institutions.secret")).ToList();
        hashes.ShouldAllBe(hash => hash.StartsWith("pbkdf2-sha512$210000$"));
        hashes.ShouldBeUnique();
        SecretHash.Verify("dev-only-his-1", SecretHash.Create("dev-only-his-1")).ShouldBeTrue();
        SecretHash.Verify("dev-only-his-2", SecretHash.Create("dev-only-his-1")).ShouldBeFalse();
    }

    [Fact]
    public async Task Every_registration_is_told_to_the_others_through_the_broker()
    {
        // The relay removes what the broker has confirmed.
        await using var connection = await fixture.Database.OpenConnectionAsync();
        await Eventually.Be(
            async () => await connection.ExecuteScalarAsync<long>("select count(*) from exchange.outbox_pending") == 0,
            "all events confirmed by the broker"
        );
        var told = await connection.ExecuteScalarAsync<long>("select count(*) from exchange.outbox where type = 'InstitutionRegistered'");
        told.ShouldBeGreaterThanOrEqualTo(DemoRegion.Institutions.Count);
    }

    [Fact]
    public void The_catalogue_is_documented() => FaultCatalogue.Check(typeof(InstitutionsFaults), "institutions", "INS");

    [Fact]
    public void The_sign_ins_are_documented() =>
        DocumentCheck.Equal(RepositoryRoot.Combine("docs", "demo-signins.md"), DemoDocument.Render());

    private async Task<string> CountsAsync()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<string>(
                """
                select count(*) filter (where kind = 'client') || ' ' || count(*) filter (where kind = 'user') from institutions.account a
                where exists (select from institutions.secret s where s.account = a.name and s.created_by = 'demo')
                """
            ) ?? "";
    }
}
