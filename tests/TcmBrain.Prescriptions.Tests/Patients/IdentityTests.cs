using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using TcmBrain.Contracts.Demo;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.HisSimulator.His;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Testing;

namespace TcmBrain.Prescriptions.Tests.Patients;

public sealed class IdentityTests(PrescriptionsFixture fixture) : IClassFixture<PrescriptionsFixture>
{
    private HttpClient As(string role, int hospital = 1, string? region = null, string? name = null) =>
        fixture.Service.Client(
            TestTokens.Of(
                name ?? $"{role}-x",
                DemoRegion.Hospitals[hospital - 1].Code,
                region ?? DemoRegion.Hospitals[hospital - 1].RegionCode,
                role
            )
        );

    private async Task<(Prescription Written, PushReply Reply)> PushAsync(Flaw flaw = Flaw.None, int hospital = 1)
    {
        var written = PrescriptionsFixture.Clean(flaw);
        var reply = await fixture.Client.PushAsync(new PushRequest { Prescription = written.Clone() }, PrescriptionsFixture.As(hospital));
        return (written, reply);
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) =>
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;

    private static async Task<List<JsonElement>> LogAsync(HttpClient client, string query)
    {
        var answer = await client.GetAsync("/api/prescriptions/identity-access?" + query);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return [.. (await JsonAsync(answer)).GetProperty("items").EnumerateArray()];
    }

    [Fact]
    public async Task A_look_is_recorded_with_who_where_and_why_before_anything_is_given()
    {
        var (written, reply) = await PushAsync();
        using var pharmacist = As(Roles.Pharmacist, name: "pharmacist-look");
        var path = $"/api/prescriptions/{reply.PrescriptionId}/identity";
        await (await pharmacist.PostAsJsonAsync(path, new { purpose = " " })).ShouldBeProblem(400, "PRX-0303");
        await (await pharmacist.PostAsJsonAsync(path, new { purpose = new string('x', 257) })).ShouldBeProblem(400, "PRX-0303");

        var seen = await pharmacist.PostAsJsonAsync(path, new { purpose = "电话核对" });

        (await JsonAsync(seen)).GetProperty("name").GetString().ShouldBe(written.Patient.Name);
        seen.Headers.CacheControl!.NoStore.ShouldBeTrue();
        using var admin = As(Roles.Admin);
        var entry = (await LogAsync(admin, $"prescription={reply.PrescriptionId}")).ShouldHaveSingleItem();
        entry.GetProperty("action").GetString().ShouldBe("reveal");
        entry.GetProperty("subject").GetString().ShouldBe("pharmacist-look");
        entry.GetProperty("roles")[0].GetString().ShouldBe("pharmacist");
        entry.GetProperty("purpose").GetString().ShouldBe("电话核对");
        entry.GetProperty("regionCode").GetString().ShouldBe(DemoRegion.Hospitals[0].RegionCode);
        entry.GetRawText().ShouldNotContain(written.Patient.Name);
    }

    [Fact]
    public async Task Another_hospitals_patient_looks_as_if_there_were_none_and_leaves_no_record()
    {
        var (_, reply) = await PushAsync();
        using var stranger = As(Roles.Pharmacist, hospital: 2);
        var theirs = await stranger.PostAsJsonAsync($"/api/prescriptions/{reply.PrescriptionId}/identity", new { purpose = "x" });
        var none = await stranger.PostAsJsonAsync($"/api/prescriptions/{Guid.CreateVersion7()}/identity", new { purpose = "x" });
        (await theirs.ShouldBeProblem(404, "PRX-0202"))
            .GetProperty("detail")
            .GetString()
            .ShouldBe((await none.ShouldBeProblem(404, "PRX-0202")).GetProperty("detail").GetString());
        (await fixture.CountAsync("prescriptions.identity_access", $"prescription_id = '{reply.PrescriptionId}'")).ShouldBe(0);
        using var hisOwnAdmin = As(Roles.Admin, hospital: 2);
        await (
            await hisOwnAdmin.PostAsJsonAsync($"/api/prescriptions/{reply.PrescriptionId}/identity/erasure", new { reason = "x" })
        ).ShouldBeProblem(404, "PRX-0202");
    }

    [Theory]
    [InlineData(Roles.Admin)]
    [InlineData(Roles.Regulator)]
    [InlineData(Roles.Operator)]
    [InlineData(Roles.Dispenser)]
    [InlineData(Roles.Courier)]
    [InlineData(Roles.Quality)]
    public async Task Who_does_not_treat_is_not_shown(string role)
    {
        var (_, reply) = await PushAsync();
        using var caller = As(role);
        await (await caller.PostAsJsonAsync($"/api/prescriptions/{reply.PrescriptionId}/identity", new { purpose = "x" })).ShouldBeProblem(
            403,
            "GEN-0002"
        );
    }

    [Fact]
    public async Task The_log_is_each_ones_own_part_page_by_page()
    {
        var (_, here) = await PushAsync();
        var (_, there) = await PushAsync(hospital: 14);
        using (var one = As(Roles.Pharmacist, name: "page-one"))
        using (var other = As(Roles.Pharmacist, hospital: 14, name: "page-other"))
        {
            for (var i = 0; i < 5; i++)
            {
                (
                    await one.PostAsJsonAsync($"/api/prescriptions/{here.PrescriptionId}/identity", new { purpose = $"{i}" })
                ).EnsureSuccessStatusCode();
            }

            (
                await other.PostAsJsonAsync($"/api/prescriptions/{there.PrescriptionId}/identity", new { purpose = "x" })
            ).EnsureSuccessStatusCode();
        }

        using var hangzhou = As(Roles.Regulator, region: "330100");
        (await LogAsync(hangzhou, "subject=page-one")).Count.ShouldBe(5);
        (await LogAsync(hangzhou, "subject=page-other")).ShouldBeEmpty();
        using var yiwu = As(Roles.Regulator, region: "330782");
        (await LogAsync(yiwu, "subject=page-other")).Count.ShouldBe(1);
        using var admin = As(Roles.Admin, hospital: 14);
        (await LogAsync(admin, "subject=page-one")).ShouldBeEmpty();
        (await LogAsync(admin, $"institution={DemoRegion.Hospitals[0].Code}")).ShouldBeEmpty();
        using var @operator = As(Roles.Operator);
        (await LogAsync(@operator, $"prescription={there.PrescriptionId}")).Count.ShouldBe(1);
        using var pharmacist = As(Roles.Pharmacist);
        await (await pharmacist.GetAsync("/api/prescriptions/identity-access")).ShouldBeProblem(403, "GEN-0002");

        var purposes = new List<string>();
        string? next = "";
        while (next is not null)
        {
            var page = await JsonAsync(await hangzhou.GetAsync($"/api/prescriptions/identity-access?subject=page-one&limit=2&next={next}"));
            purposes.AddRange(page.GetProperty("items").EnumerateArray().Select(e => e.GetProperty("purpose").GetString()!));
            next = page.GetProperty("next").GetString();
        }

        purposes.ShouldBe(["4", "3", "2", "1", "0"]);
        var tomorrow = Uri.EscapeDataString(DateTimeOffset.UtcNow.AddDays(1).ToString("O"));
        (await LogAsync(hangzhou, $"subject=page-one&from={tomorrow}")).ShouldBeEmpty();
        (await LogAsync(hangzhou, $"subject=page-one&to={tomorrow}")).Count.ShouldBe(5);
        await (await hangzhou.GetAsync("/api/prescriptions/identity-access?next=abc")).ShouldBeProblem(400, "PRX-0305");
        await (await hangzhou.GetAsync("/api/prescriptions/identity-access?limit=500")).ShouldBeProblem(400, "PRX-0305");
    }

    [Fact]
    public async Task The_log_and_the_erasures_refuse_change()
    {
        foreach (
            var sql in new[]
            {
                "update prescriptions.identity_access set purpose = 'x'",
                "delete from prescriptions.identity_access",
                "truncate prescriptions.identity_erasures",
            }
        )
        {
            await using var command = fixture.Database.CreateCommand(sql);
            (await Should.ThrowAsync<PostgresException>(() => command.ExecuteNonQueryAsync())).MessageText.ShouldContain("append-only");
        }
    }

    [Fact]
    public async Task A_patient_is_found_by_the_whole_number_and_the_search_is_recorded()
    {
        var (written, reply) = await PushAsync();
        var number = written.Patient.IdentityNumber;
        using var pharmacist = As(Roles.Pharmacist, name: "searcher");

        var found = await JsonAsync(
            await pharmacist.PostAsJsonAsync(
                "/api/prescriptions/identity-search",
                new { identityNumber = number.ToLowerInvariant(), purpose = "复诊查既往" }
            )
        );

        found.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString()).ShouldContain(reply.PrescriptionId);
        found.GetRawText().ShouldNotContain(written.Patient.Name);
        using var admin = As(Roles.Admin);
        var entry = (await LogAsync(admin, "subject=searcher")).ShouldHaveSingleItem();
        entry.GetProperty("action").GetString().ShouldBe("search");
        entry.GetProperty("found").GetInt32().ShouldBeGreaterThan(0);
        entry.GetRawText().ShouldNotContain(number);

        using var stranger = As(Roles.Pharmacist, hospital: 2);
        (await SearchAsync(stranger, number)).ShouldBeEmpty();
        using var regulator = As(Roles.Regulator, region: "330100");
        (await SearchAsync(regulator, number)).ShouldContain(reply.PrescriptionId);
        using var elsewhere = As(Roles.Regulator, region: "330782");
        (await SearchAsync(elsewhere, number)).ShouldBeEmpty();
        (await SearchAsync(pharmacist, number[..17])).ShouldBeEmpty();
        await (
            await pharmacist.PostAsJsonAsync("/api/prescriptions/identity-search", new { identityNumber = "1%", purpose = "x" })
        ).ShouldBeProblem(400, "PRX-0304");
        await (await pharmacist.PostAsJsonAsync("/api/prescriptions/identity-search", new { identityNumber = number })).ShouldBeProblem(
            400,
            "PRX-0303"
        );
        using var @operator = As(Roles.Operator);
        await (
            await @operator.PostAsJsonAsync("/api/prescriptions/identity-search", new { identityNumber = number, purpose = "x" })
        ).ShouldBeProblem(403, "GEN-0002");
    }

    private static async Task<List<string>> SearchAsync(HttpClient client, string number)
    {
        var answer = await client.PostAsJsonAsync("/api/prescriptions/identity-search", new { identityNumber = number, purpose = "x" });
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return [.. (await JsonAsync(answer)).GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString()!)];
    }

    [Fact]
    public async Task An_erased_identity_is_gone_and_everything_else_stays()
    {
        // Refused at once by the audit, and so ended.
        var (written, reply) = await PushAsync(Flaw.BannedPiece);
        var history = await fixture.CountAsync("prescriptions.history", $"prescription_id = '{reply.PrescriptionId}'");
        var told = await fixture.CountAsync("exchange.outbox", $"aggregate_id = '{reply.PrescriptionId}'");
        using var admin = As(Roles.Admin, name: "eraser");
        var path = $"/api/prescriptions/{reply.PrescriptionId}/identity/erasure";
        await (await admin.PostAsJsonAsync(path, new { reason = "" })).ShouldBeProblem(400, "PRX-0303");

        var erased = await admin.PostAsJsonAsync(path, new { reason = "本人书面申请" });

        erased.StatusCode.ShouldBe(HttpStatusCode.OK, await erased.Content.ReadAsStringAsync());
        (await fixture.CountAsync("prescriptions.prescriptions", $"id = '{reply.PrescriptionId}' and identity = '\\x00'")).ShouldBe(1);
        var view = await fixture.Client.GetAsync(new GetRequest { PrescriptionId = reply.PrescriptionId }, PrescriptionsFixture.As(1));
        view.Prescription.Patient.Name.ShouldBe("(已删除)");
        view.Prescription.Patient.IdentityNumber.ShouldBeEmpty();
        view.Prescription.Patient.BirthDate.ShouldBe(written.Patient.BirthDate[..4]);
        view.Prescription.VisitNumber.ShouldBeEmpty();
        view.Prescription.Lines.ShouldBe(written.Lines);
        view.Audit.Findings.ShouldNotBeEmpty();
        (await fixture.CountAsync("prescriptions.history", $"prescription_id = '{reply.PrescriptionId}'")).ShouldBe(history);
        (await fixture.CountAsync("exchange.outbox", $"aggregate_id = '{reply.PrescriptionId}'")).ShouldBe(told);
        using var pharmacist = As(Roles.Pharmacist);
        await (
            await pharmacist.PostAsJsonAsync($"/api/prescriptions/{reply.PrescriptionId}/identity", new { purpose = "x" })
        ).ShouldBeProblem(410, "PRX-0301");
        (await SearchAsync(pharmacist, written.Patient.IdentityNumber)).ShouldNotContain(reply.PrescriptionId);

        // Again: the same answer, and one record.
        var again = await admin.PostAsJsonAsync(path, new { reason = "又一次" });
        (await again.Content.ReadAsStringAsync()).ShouldBe(await erased.Content.ReadAsStringAsync());
        var entries = await LogAsync(admin, $"prescription={reply.PrescriptionId}");
        entries.ShouldHaveSingleItem().GetProperty("action").GetString().ShouldBe("erase");
    }

    [Fact]
    public async Task While_somebody_must_still_find_the_patient_nothing_is_erased()
    {
        var (_, reply) = await PushAsync();
        using var admin = As(Roles.Admin);
        await (
            await admin.PostAsJsonAsync($"/api/prescriptions/{reply.PrescriptionId}/identity/erasure", new { reason = "x" })
        ).ShouldBeProblem(409, "PRX-0302");
        using var pharmacist = As(Roles.Pharmacist);
        await (
            await pharmacist.PostAsJsonAsync($"/api/prescriptions/{reply.PrescriptionId}/identity/erasure", new { reason = "x" })
        ).ShouldBeProblem(403, "GEN-0002");
    }
}
