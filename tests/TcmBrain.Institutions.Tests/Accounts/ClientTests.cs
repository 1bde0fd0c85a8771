using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TcmBrain.Testing;
using static TcmBrain.Institutions.Tests.Accounts.Callers;

namespace TcmBrain.Institutions.Tests.Accounts;

public sealed class ClientTests(InstitutionsFixture fixture)
{
    [Fact]
    public async Task A_secret_is_exchanged_without_a_pause()
    {
        var (id, oldId, old) = await fixture.NewClientAsync();
        using var admin = await fixture.PersonAsync("admin1");

        var added = await admin.PostAsJsonAsync(
            $"/api/institutions/clients/{id}/secrets",
            new { retireAt = DateTimeOffset.UtcNow.AddDays(2) }
        );

        added.StatusCode.ShouldBe(HttpStatusCode.Created, await added.Content.ReadAsStringAsync());
        var fresh = (await added.Json()).GetProperty("secret").GetString()!;
        await fixture.TokenAsync(id, old);
        await fixture.TokenAsync(id, fresh);
        await admin.DeleteAsync($"/api/institutions/clients/{id}/secrets/{oldId}");
        (await fixture.TokenRequest(id, old)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        await fixture.TokenAsync(id, fresh);
        var client = await (await admin.GetAsync($"/api/institutions/clients/{id}")).Json();
        client.GetProperty("secrets").EnumerateArray().Select(s => s.GetProperty("status").GetString()).ShouldBe(["valid", "revoked"]);
        client.GetRawText().ShouldNotContain(fresh[^20..]);
    }

    [Fact]
    public async Task A_secret_past_its_retirement_is_wrong()
    {
        var (id, _, old) = await fixture.NewClientAsync();
        using var admin = await fixture.PersonAsync("admin1");
        await admin.PostAsJsonAsync($"/api/institutions/clients/{id}/secrets", new { retireAt = DateTimeOffset.UtcNow });
        (await fixture.TokenRequest(id, old)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task There_is_an_end_to_secrets_and_to_their_overlap()
    {
        var (id, _, _) = await fixture.NewClientAsync();
        using var admin = await fixture.PersonAsync("admin1");
        var path = $"/api/institutions/clients/{id}/secrets";
        await (await admin.PostAsJsonAsync(path, new { retireAt = DateTimeOffset.UtcNow.AddDays(91) })).ShouldRefuse(400, "INS-0314");
        await (await admin.PostAsJsonAsync(path, new { retireAt = DateTimeOffset.UtcNow.AddHours(-1) })).ShouldRefuse(400, "INS-0314");
        for (var i = 0; i < 4; i++)
        {
            (await admin.PostAsJsonAsync(path, new { })).StatusCode.ShouldBe(HttpStatusCode.Created);
        }

        await (await admin.PostAsJsonAsync(path, new { })).ShouldRefuse(409, "INS-0313");
        await (await admin.DeleteAsync($"{path}/{Guid.NewGuid()}")).ShouldRefuse(404, "INS-0312");
    }

    [Fact]
    public async Task Other_roles_and_the_version_are_guarded_and_told_in_the_history()
    {
        var (id, _, secret) = await fixture.NewClientAsync();
        using var admin = await fixture.PersonAsync("admin1");
        var path = $"/api/institutions/clients/{id}";
        await (await admin.PutAsJsonAsync(path, new { name = "x", roles = new[] { "his" } })).ShouldRefuse(428, "INS-0109");
        var stale = new HttpRequestMessage(HttpMethod.Put, path)
        {
            Content = JsonContent.Create(new { name = "x", roles = new[] { "his" } }),
            Headers = { { "If-Match", "\"99\"" } },
        };
        await (await admin.SendAsync(stale)).ShouldRefuse(412, "INS-0110");
        var tag = (await admin.GetAsync(path)).Headers.ETag!.Tag;
        var change = new HttpRequestMessage(HttpMethod.Put, path)
        {
            Content = JsonContent.Create(new { name = "新名", roles = new[] { "decoction" } }),
            Headers = { { "If-Match", tag } },
        };
        var changed = await admin.SendAsync(change);
        changed.StatusCode.ShouldBe(HttpStatusCode.OK, await changed.Content.ReadAsStringAsync());
        var history = await (await admin.GetAsync(path + "/history")).Json();
        var newest = history.GetProperty("items")[0];
        newest.GetProperty("action").GetString().ShouldBe("changed");
        newest.GetProperty("actor").GetString().ShouldBe("admin1");
        newest.GetProperty("detail").GetProperty("before").GetProperty("roles")[0].GetString().ShouldBe("his");
        history.GetRawText().ShouldNotContain(secret[^20..]);
    }

    [Fact]
    public async Task The_history_refuses_change()
    {
        await fixture.NewClientAsync();
        foreach (var sql in new[] { "update institutions.account_history set actor = 'x'", "delete from institutions.account_history" })
        {
            await using var command = fixture.Database.CreateCommand(sql);
            (await Should.ThrowAsync<Npgsql.PostgresException>(() => command.ExecuteNonQueryAsync())).MessageText.ShouldContain(
                "append-only"
            );
        }
    }

    [Fact]
    public async Task Another_institutions_program_looks_as_if_it_did_not_exist()
    {
        var (id, secretId, _) = await fixture.NewClientAsync(hospital: 2);
        using var admin = await fixture.PersonAsync("admin1");
        var answers = new[]
        {
            await admin.GetAsync($"/api/institutions/clients/{id}"),
            await admin.GetAsync($"/api/institutions/clients/{id}/history"),
            await admin.PostAsJsonAsync($"/api/institutions/clients/{id}/secrets", new { }),
            await admin.DeleteAsync($"/api/institutions/clients/{id}/secrets/{secretId}"),
            await admin.PostAsJsonAsync($"/api/institutions/clients/{id}/disable", new { reason = "x" }),
            await admin.PostAsync($"/api/institutions/clients/{id}/enable", null),
            await admin.PostAsync($"/api/institutions/clients/{id}/unlock", null),
        };
        var theirs = new List<string>();
        foreach (var answer in answers)
        {
            theirs.Add((await answer.ShouldRefuse(404, "INS-0301")).GetProperty("title").GetRawText());
        }

        var nobody = (await (await admin.GetAsync("/api/institutions/clients/nobody-at-all")).ShouldRefuse(404, "INS-0301"))
            .GetProperty("title")
            .GetRawText();
        theirs.ShouldAllBe(title => title == nobody);
        await (await admin.GetAsync($"/api/institutions/{Hospital(2)}/clients")).ShouldRefuse(404, "INS-0108");
        await (
            await admin.PostAsJsonAsync(
                $"/api/institutions/{Hospital(2)}/clients",
                new
                {
                    id = Fresh("c"),
                    name = "x",
                    roles = new[] { "his" },
                }
            )
        ).ShouldRefuse(404, "INS-0108");
    }

    [Fact]
    public async Task A_list_goes_by_key_and_a_name_is_one_accounts()
    {
        using var admin = await fixture.PersonAsync("admin1");
        var (id, _, _) = await fixture.NewClientAsync();
        var seen = new List<string>();
        string? next = null;
        do
        {
            var page = await (await admin.GetAsync($"/api/institutions/{Hospital(1)}/clients?limit=1&next={next}")).Json();
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(c => c.GetProperty("id").GetString()!));
            next = page.GetProperty("next").GetString();
        } while (next is not null);
        seen.ShouldContain(id);
        seen.ShouldContain("his-1");
        seen.ShouldBeUnique();
        using var @operator = await fixture.As("operator-1");
        await (
            await @operator.PostAsJsonAsync(
                "/api/institutions/users",
                new
                {
                    name = id,
                    displayName = "x",
                    institutionCode = Hospital(1),
                    roles = new[] { "pharmacist" },
                }
            )
        ).ShouldRefuse(409, "INS-0303");
        await (await admin.GetAsync("/api/institutions/clients?limit=0")).ShouldRefuse(400, "INS-0315");
        await (await admin.GetAsync("/api/institutions/clients?next=***")).ShouldRefuse(400, "INS-0315");
    }

    [Fact]
    public async Task A_locked_program_is_unlocked_by_its_administrator()
    {
        var (id, _, secret) = await fixture.NewClientAsync();
        for (var i = 0; i < 5; i++)
        {
            await fixture.TokenRequest(id, "guess", from: "10.9.9.1");
        }

        var locked = await fixture.TokenRequest(id, secret, from: "10.9.9.1");
        ((int)locked.StatusCode).ShouldBe(429);
        locked.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeInRange(1, 60);
        // Somebody else's guessing does not shut the owner out.
        (await fixture.TokenRequest(id, secret, from: "10.9.9.2")).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var admin = await fixture.PersonAsync("admin1");
        (await (await admin.GetAsync($"/api/institutions/clients/{id}")).Json()).GetProperty("locked").GetBoolean().ShouldBeTrue();
        await admin.PostAsync($"/api/institutions/clients/{id}/unlock", null);
        (await fixture.TokenRequest(id, secret, from: "10.9.9.1")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
