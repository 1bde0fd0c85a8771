using System.Net;
using System.Text.Json;
using TcmBrain.Contracts.Demo;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Testing;

namespace TcmBrain.Prescriptions.Tests.Custody;

public sealed class NotificationTests(DeliveryFixture fixture) : IClassFixture<DeliveryFixture>
{
    [Fact]
    public async Task A_message_goes_through_the_sidecars_binding_once_and_says_no_more_than_it_must()
    {
        var (written, id) = await fixture.PushAsync("13811112222");
        await fixture.ShippedAsync(id, 7);
        await fixture.ShippedAsync(id, 7);
        await EndedAsync(id, "shipped", "sent");
        var (path, token, body) = CallsOf("13811112222").ShouldHaveSingleItem();
        path.ShouldBe("/v1.0/bindings/patient-notifications");
        token.ShouldBe("sidecar-token");
        body.GetProperty("operation").GetString().ShouldBe("create");
        body.GetProperty("metadata").GetProperty("messageId").GetString()!.Length.ShouldBe(36);
        var text = body.GetProperty("data").GetProperty("text").GetString()!;
        text.ShouldBe("您的中药已交配送员。查看进度:https://tcm.example/p/publiccodepubliccodepublic");
        foreach (
            var secret in new[] { written.Patient.Name, written.Patient.IdentityNumber, written.Delivery.Address, written.SyndromeName }
        )
        {
            body.GetRawText().ShouldNotContain(secret);
        }

        (await fixture.CountAsync("prescriptions.identity_access", $"prescription_id = '{id}' and action = 'notify'")).ShouldBe(1);
    }

    [Fact]
    public async Task That_nobody_was_at_home_is_told_unless_something_later_is_known()
    {
        var (_, late) = await fixture.PushAsync("13811117777");
        await fixture.DeliveredAsync(late, 9);
        await fixture.UndeliveredAsync(late, 8);
        var (_, inOrder) = await fixture.PushAsync("13811118888");
        await fixture.ShippedAsync(inOrder, 7);
        await fixture.UndeliveredAsync(inOrder, 8);

        (await fixture.CountAsync("prescriptions.notification", $"prescription_id = '{late}' and kind = 'undelivered'")).ShouldBe(0);
        (await fixture.CountAsync("prescriptions.notification", $"prescription_id = '{inOrder}' and kind = 'undelivered'")).ShouldBe(1);
        // The other tests' sidecar fails for theirs only.
        await EndedAsync(late, "delivered", "sent");
        await EndedAsync(inOrder, "shipped", "sent");
        await EndedAsync(inOrder, "undelivered", "sent");
    }

    [Fact]
    public async Task A_sidecar_that_fails_is_tried_again_under_the_same_id()
    {
        var (_, id) = await fixture.PushAsync("13811113333");
        fixture.Sidecar.Fail(2);
        await fixture.DeliveredAsync(id, 9);
        await EndedAsync(id, "delivered", "sent");
        var calls = CallsOf("13811113333");
        calls.Count.ShouldBe(3);
        calls.Select(c => c.Body.GetProperty("data").GetProperty("id").GetString()).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task After_the_last_try_it_has_failed_and_a_person_has_it_sent_again()
    {
        var (_, id) = await fixture.PushAsync("13811114444");
        fixture.Sidecar.Fail(4);
        await fixture.DeliveredAsync(id, 9);
        await EndedAsync(id, "delivered", "failed");
        using var admin = fixture.Admin();
        var failed = (await ListAsync(admin, $"?prescription={id}")).ShouldHaveSingleItem();
        failed.GetProperty("lastError").GetString().ShouldBe("HTTP 500");
        failed.GetProperty("attempts").GetInt32().ShouldBe(4);
        var resend = $"/api/prescriptions/notifications/{failed.GetProperty("id").GetGuid()}/resend";
        using var stranger = fixture.Service.Client(TestTokens.Of("admin-2", DemoRegion.Hospitals[1].Code, "330105", Roles.Admin));
        await (await stranger.PostAsync(resend, null)).ShouldBeProblem(404, "PRX-0904");
        (await admin.PostAsync(resend, null)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await EndedAsync(id, "delivered", "sent");
        await (await admin.PostAsync(resend, null)).ShouldBeProblem(409, "PRX-0905");
    }

    [Fact]
    public async Task The_list_shows_neither_code_nor_number_and_is_each_institutions_own()
    {
        var (_, id) = await fixture.PushAsync("13811115555");
        await fixture.ArrivedAsync(id, 8, DemoRegion.Hospitals[0].Code);
        await EndedAsync(id, "at-counter", "sent");
        using var admin = fixture.Admin();
        var item = (await ListAsync(admin, $"?prescription={id}")).ShouldHaveSingleItem();
        item.GetProperty("text")
            .GetString()
            .ShouldBe("您的中药已到取药点,请在 11月30日 18:00 前凭取药码 ****** 领取,请勿转告他人。查看进度:https://tcm.example/p/…");
        item.GetRawText().ShouldNotContain("13811115555");
        using var elsewhere = fixture.Service.Client(TestTokens.Of("admin-2", DemoRegion.Hospitals[1].Code, "330105", Roles.Admin));
        (await ListAsync(elsewhere, $"?prescription={id}")).ShouldBeEmpty();
        await (await admin.GetAsync("/api/prescriptions/notifications?state=nonsense")).ShouldBeProblem(400, "PRX-0906");
        // Sent, the code stands nowhere any more.
        (await fixture.CountAsync("prescriptions.notification", $"prescription_id = '{id}' and secret is not null")).ShouldBe(0);
    }

    [Fact]
    public async Task Two_replicas_send_each_message_once()
    {
        await using var replica = await fixture.ReplicaAsync("Notifications:PollSeconds", "0.05");
        var ids = new List<Guid>();
        for (var i = 0; i < 12; i++)
        {
            var (_, id) = await fixture.PushAsync("1370000" + i.ToString("D4", System.Globalization.CultureInfo.InvariantCulture));
            ids.Add(id);
            await fixture.DeliveredAsync(id, 9);
        }

        foreach (var id in ids)
        {
            await EndedAsync(id, "delivered", "sent");
        }

        Enumerable
            .Range(0, 12)
            .ShouldAllBe(i => CallsOf("1370000" + i.ToString("D4", System.Globalization.CultureInfo.InvariantCulture)).Count == 1);
    }

    [Fact]
    public async Task One_that_was_claimed_by_a_service_that_died_is_sent_under_its_own_id()
    {
        var (_, id) = await fixture.PushAsync("13811116666");
        // What a kill between claim and sending leaves behind: claimed once, due again, and nobody has it in hand.
        await using var command = fixture.Database.CreateCommand(
            $"""
            insert into prescriptions.notification (id, prescription_id, institution_code, region_code, kind, cause_version, public_code, attempts, next_at)
            values ('{Guid.CreateVersion7()}', '{id}', 'x', '330102', 'delivered', 99, '', 1, now() - interval '1 second') returning id
            """
        );
        var message = (Guid)(await command.ExecuteScalarAsync())!;
        await EndedAsync(id, "delivered", "sent");
        CallsOf("13811116666").ShouldHaveSingleItem().Body.GetProperty("data").GetProperty("id").GetGuid().ShouldBe(message);
    }

    [Fact]
    public async Task Who_has_no_phone_is_sent_nothing_and_that_is_said()
    {
        var (_, id) = await fixture.PushAsync("");
        await fixture.ShippedAsync(id, 7);
        await EndedAsync(id, "shipped", "dropped");
    }

    private List<(string Path, string? Token, JsonElement Body)> CallsOf(string phone) =>
        [.. fixture.Sidecar.Calls.Where(c => c.Body.GetProperty("data").GetProperty("to").GetString() == phone)];

    private static async Task<List<JsonElement>> ListAsync(HttpClient client, string query) =>
        [
            .. JsonDocument
                .Parse(await client.GetStringAsync("/api/prescriptions/notifications" + query))
                .RootElement.GetProperty("items")
                .EnumerateArray(),
        ];

    private Task EndedAsync(Guid id, string kind, string state) =>
        Eventually.Be(
            async () =>
                await fixture.CountAsync(
                    "prescriptions.notification",
                    $"prescription_id = '{id}' and kind = '{kind}' and state = '{state}'"
                ) == 1,
            $"the message {kind} is {state}"
        );
}
