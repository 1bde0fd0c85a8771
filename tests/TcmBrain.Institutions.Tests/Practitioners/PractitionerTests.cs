using System.Net;
using System.Net.Http.Json;
using TcmBrain.Contracts.Demo;
using TcmBrain.Institutions.Tests.Register;

namespace TcmBrain.Institutions.Tests.Practitioners;

public sealed class PractitionerTests(InstitutionsFixture fixture)
{
    private const string People = "/api/institutions/practitioners";

    [Fact]
    public async Task Mentors_form_no_cycle_however_long_nor_when_two_change_at_once()
    {
        using var client = await fixture.As("operator-1");
        var at = await client.RegisteredClinicAsync();
        var first = await client.RegisteredPersonAsync(at);
        var second = await client.RegisteredPersonAsync(at, ("mentorCode", first));
        var third = await client.RegisteredPersonAsync(at, ("mentorCode", second));
        await client.EditAsync($"{People}/{first}", ("mentorCode", first)).ShouldRefuse(400, "INS-0134");
        await client.EditAsync($"{People}/{first}", ("mentorCode", third)).ShouldRefuse(400, "INS-0134");
        await client.EditAsync($"{People}/{first}", ("mentorCode", "NOBODY123")).ShouldRefuse(400, "INS-0133");

        var one = await client.RegisteredPersonAsync(at);
        var other = await client.RegisteredPersonAsync(at);
        var both = await Task.WhenAll(
            client.EditAsync($"{People}/{one}", ("mentorCode", other)),
            client.EditAsync($"{People}/{other}", ("mentorCode", one))
        );
        both.Select(b => b.StatusCode).ShouldBe([HttpStatusCode.OK, HttpStatusCode.BadRequest], ignoreOrder: true);
    }

    [Fact]
    public async Task A_physician_practises_in_several_places_and_moves_from_one_institution_to_another()
    {
        using var client = await fixture.As("regulator-1");
        var from = await client.RegisteredClinicAsync();
        var to = await client.RegisteredClinicAsync("330105");
        var person = await client.RegisteredPersonAsync(from, ("sites", new[] { to }), ("grade", "city"));
        var path = $"{People}/{person}";
        await client.EditAsync(path, ("sites", new[] { from })).ShouldRefuse(400, "INS-0126");
        await client.EditAsync(path, ("sites", new[] { to }), ("category", "pharmacist")).ShouldRefuse(400, "INS-0136");
        await client.EditAsync(path, ("sites", new[] { DemoRegion.Hospitals[13].Code })).ShouldRefuse(400, "INS-0135");
        await client.EditAsync(path, ("institutionCode", DemoRegion.Hospitals[13].Code)).ShouldRefuse(400, "INS-0135");
        await client.EditAsync(path, ("grade", "galactic")).ShouldRefuse(400, "INS-0132");

        var moved = await client.EditAsync(path, ("institutionCode", to), ("sites", Array.Empty<string>())).ShouldBe(HttpStatusCode.OK);
        var entry = await moved.Json();
        entry.GetProperty("regionCode").GetString().ShouldBe("330105");
        (await fixture.OutboxAsync(entry.GetProperty("id").GetGuid())).ShouldBe(["PractitionerRegistered 1", "PractitionerChanged 2"]);
        (await (await client.GetAsync($"/api/institutions/{to}/practitioners")).Json()).GetProperty("total").GetInt32().ShouldBe(1);
        (await (await client.GetAsync($"/api/institutions/{from}/practitioners")).Json()).GetProperty("total").GetInt32().ShouldBe(0);
        var history = await (await client.GetAsync(path + "/history")).Json();
        history
            .GetProperty("items")[0]
            .GetProperty("changes")
            .EnumerateArray()
            .Select(c => c.GetProperty("field").GetString())
            .ShouldBe(["institutionCode", "sites"]);
    }

    [Fact]
    public async Task People_move_with_their_institution_to_another_region()
    {
        using var client = await fixture.As("operator-1");
        using var yiwu = await fixture.As("regulator-2");
        var at = await client.RegisteredClinicAsync();
        var person = await client.RegisteredPersonAsync(at);
        await yiwu.GetAsync($"{People}/{person}").ShouldRefuse(404, "INS-0131");
        await client.EditAsync($"/api/institutions/{at}", ("regionCode", "330782")).ShouldBe(HttpStatusCode.OK);
        await yiwu.GetAsync($"{People}/{person}").ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_the_authority_suspended_the_institution_does_not_reinstate()
    {
        using var regulator = await fixture.As("regulator-1");
        using var admin = await fixture.AsPerson("admin1");
        var person = await admin.RegisteredPersonAsync(DemoRegion.Hospitals[0].Code);
        var path = $"{People}/{person}";
        await regulator.PostWithTag(path + "/suspend", new { reason = "检查" }, "\"1\"").ShouldBe(HttpStatusCode.OK);
        await admin.PostWithTag(path + "/reinstate", null, "\"2\"").ShouldRefuse(403, "INS-0137");
        await regulator.PostWithTag(path + "/suspend", new { reason = "检查" }, "\"2\"").ShouldRefuse(409, "INS-0138");
        await regulator.PostWithTag(path + "/reinstate", null, "\"2\"").ShouldBe(HttpStatusCode.OK);
        await admin.PostWithTag(path + "/suspend", new { reason = "进修" }, "\"3\"").ShouldBe(HttpStatusCode.OK);
        var back = await admin.PostWithTag(path + "/reinstate", null, "\"4\"").ShouldBe(HttpStatusCode.OK);
        (await fixture.OutboxAsync((await back.Json()).GetProperty("id").GetGuid())).ShouldBe([
            "PractitionerRegistered 1",
            "PractitionerSuspended 2",
            "PractitionerReinstated 3",
            "PractitionerSuspended 4",
            "PractitionerReinstated 5",
        ]);
    }

    [Fact]
    public async Task Another_institution_s_people_are_as_if_there_were_none()
    {
        using var admin = await fixture.AsPerson("admin1");
        var foreign = DemoRegion.PractitionersOf(DemoRegion.Hospitals[1].Code, "physician").First().Code;
        var theirs = await admin.GetAsync($"{People}/{foreign}");
        var nobodys = await admin.GetAsync($"{People}/NOBODY123");
        var words = await Task.WhenAll(theirs.Content.ReadAsStringAsync(), nobodys.Content.ReadAsStringAsync());
        WithoutRequestId(words[0]).ShouldBe(WithoutRequestId(words[1]));
        await admin.PutWithTag($"{People}/{foreign}", Sample.Physician().With(("code", foreign)), "\"1\"").ShouldRefuse(404, "INS-0131");
        await admin.PostWithTag($"{People}/{foreign}/suspend", new { reason = "x" }, "\"1\"").ShouldRefuse(404, "INS-0131");
        await admin
            .PostAsJsonAsync($"/api/institutions/{DemoRegion.Hospitals[1].Code}/practitioners", Sample.Physician())
            .ShouldRefuse(404, "INS-0108");
        var own = await admin.RegisteredPersonAsync(DemoRegion.Hospitals[0].Code);
        await admin.EditAsync($"{People}/{own}", ("institutionCode", DemoRegion.Hospitals[1].Code)).ShouldRefuse(400, "INS-0135");
        await admin.EditAsync($"{People}/{own}", ("mentorCode", foreign)).ShouldRefuse(400, "INS-0133");
        var list = await (await admin.GetAsync($"{People}?limit=200")).Json();
        list.GetProperty("items")
            .EnumerateArray()
            .ShouldAllBe(p => p.GetProperty("institutionCode").GetString() == DemoRegion.Hospitals[0].Code);
    }

    [Fact]
    public async Task A_licence_that_has_expired_registers_nobody()
    {
        using var client = await fixture.As("operator-1");
        var at = await client.RegisteredClinicAsync();
        await client
            .PostAsJsonAsync(
                $"/api/institutions/{at}/practitioners",
                Sample.Physician().With(("licenceNumber", "110330000000001"), ("licenceExpiresOn", "2021-01-01"))
            )
            .ShouldRefuse(400, "INS-0118");
    }

    [Fact]
    public async Task People_are_found_by_a_part_of_their_name_within_a_category_page_by_page()
    {
        using var client = await fixture.As("operator-1");
        var at = await client.RegisteredClinicAsync();
        var codes = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            codes.Add(await client.RegisteredPersonAsync(at, ("name", $"欧阳甘草{i}")));
        }

        var found = new List<string>();
        string? next = null;
        do
        {
            var page = await (
                await client.GetAsync($"{People}?search=阳甘&category=physician&limit=2{(next is null ? "" : "&next=" + next)}")
            ).Json();
            found.AddRange(page.GetProperty("items").EnumerateArray().Select(p => p.GetProperty("code").GetString()!));
            next = page.GetProperty("next").GetString();
        } while (next is not null);
        found.ShouldBe(codes);
        (await (await client.GetAsync($"{People}?search=阳甘&category=pharmacist")).Json()).GetProperty("total").GetInt32().ShouldBe(0);
    }

    private static string WithoutRequestId(string problem) => problem[..problem.IndexOf("\"requestId\"", StringComparison.Ordinal)];
}
