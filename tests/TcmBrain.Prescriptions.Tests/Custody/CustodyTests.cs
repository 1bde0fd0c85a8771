using System.Net;
using System.Text.Json;
using TcmBrain.Contracts.Demo;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Testing;

namespace TcmBrain.Prescriptions.Tests.Custody;

/// <summary>The address is for whoever carries the parcel, as long as it is carried, and each look is on record.</summary>
public sealed class CustodyTests(DeliveryFixture fixture) : IClassFixture<DeliveryFixture>
{
    [Fact]
    public async Task The_courier_sees_where_it_goes_only_between_hand_over_and_delivery_and_it_is_recorded()
    {
        var (written, id) = await fixture.PushAsync();
        using var courier = fixture.Who(Roles.Courier, DeliveryFixture.Firm, "courier-a");
        await (await DeliveryFixture.AskAsync(courier, id, "delivery-contact")).ShouldBeProblem(404, "PRX-0901");
        (await LooksAsync(id)).ShouldBe(0);

        await fixture.ShippedAsync(id, 7);
        var seen = await DeliveryFixture.AskAsync(courier, id, "delivery-contact");
        seen.StatusCode.ShouldBe(HttpStatusCode.OK);
        seen.Headers.CacheControl!.NoStore.ShouldBeTrue();
        var contact = JsonDocument.Parse(await seen.Content.ReadAsStringAsync()).RootElement;
        contact.GetProperty("name").GetString().ShouldBe(written.Patient.Name);
        contact.GetProperty("phone").GetString().ShouldBe("13900005678");
        contact.GetProperty("address").GetString().ShouldBe(written.Delivery.Address);
        (await LooksAsync(id)).ShouldBe(1);
        using var admin = fixture.Admin();
        var entry = JsonDocument
            .Parse(await admin.GetStringAsync($"/api/prescriptions/identity-access?prescription={id}"))
            .RootElement.GetProperty("items")
            .EnumerateArray()
            .Single(e => e.GetProperty("action").GetString() == "deliver");
        entry.GetProperty("subject").GetString().ShouldBe("courier-a");
        entry.GetProperty("subjectInstitution").GetString().ShouldBe(DeliveryFixture.Firm);

        await fixture.DeliveredAsync(id, 8);
        await (await DeliveryFixture.AskAsync(courier, id, "delivery-contact")).ShouldBeProblem(404, "PRX-0901");
        (await LooksAsync(id)).ShouldBe(1);
    }

    [Fact]
    public async Task Another_firm_another_courier_and_another_trade_see_nothing()
    {
        var (_, id) = await fixture.PushAsync();
        await fixture.ShippedAsync(id, 7, courier: "courier-a");
        using var colleague = fixture.Who(Roles.Courier, DeliveryFixture.Firm, "courier-b");
        using var otherFirm = fixture.Who(Roles.Courier, DeliveryFixture.Centre, "courier-a");
        using var packer = fixture.Who(Roles.Decoction, DeliveryFixture.Firm, "courier-a");
        await (await DeliveryFixture.AskAsync(colleague, id, "delivery-contact")).ShouldBeProblem(404, "PRX-0901");
        await (await DeliveryFixture.AskAsync(otherFirm, id, "delivery-contact")).ShouldBeProblem(404, "PRX-0901");
        await (await DeliveryFixture.AskAsync(packer, id, "delivery-contact")).ShouldBeProblem(403, "GEN-0002");
        using var own = fixture.Who(Roles.Courier, DeliveryFixture.Firm, "courier-a");
        (await DeliveryFixture.AskAsync(own, id, "delivery-contact")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_was_told_late_does_not_give_the_address_back()
    {
        var (_, id) = await fixture.PushAsync();
        await fixture.DeliveredAsync(id, 9);
        await fixture.ShippedAsync(id, 7);
        using var courier = fixture.Who(Roles.Courier, DeliveryFixture.Firm, "courier-a");
        await (await DeliveryFixture.AskAsync(courier, id, "delivery-contact")).ShouldBeProblem(404, "PRX-0901");
    }

    [Fact]
    public async Task The_centre_gets_the_name_for_its_label_and_neither_phone_nor_address()
    {
        var (written, id) = await fixture.PushAsync();
        using var worker = fixture.Who(Roles.Decoction, DeliveryFixture.Centre);
        await (await DeliveryFixture.AskAsync(worker, id, "label-patient")).ShouldBeProblem(404, "PRX-0901");
        await fixture.CheckedAsync(id);
        using var stranger = fixture.Who(Roles.Decoction, DeliveryFixture.Firm);
        await (await DeliveryFixture.AskAsync(stranger, id, "label-patient")).ShouldBeProblem(404, "PRX-0901");
        var text = await (await DeliveryFixture.AskAsync(worker, id, "label-patient")).Content.ReadAsStringAsync();
        var label = JsonDocument.Parse(text).RootElement;
        label.EnumerateObject().Select(p => p.Name).ShouldBe(["name", "sex", "age"]);
        label.GetProperty("name").GetString().ShouldBe(written.Patient.Name);
        label.GetProperty("age").GetString()!.ShouldEndWith("岁");
        (await fixture.CountAsync("prescriptions.identity_access", $"prescription_id = '{id}' and action = 'label'")).ShouldBe(1);
        await fixture.DeliveredAsync(id, 9);
        await (await DeliveryFixture.AskAsync(worker, id, "label-patient")).ShouldBeProblem(404, "PRX-0901");
    }

    [Fact]
    public async Task Five_wrong_codes_stop_a_code_and_a_new_one_opens()
    {
        var (_, id) = await fixture.PushAsync();
        var counter = DemoRegion.Hospitals[3].Code;
        await fixture.ArrivedAsync(id, 8, counter);
        var right = await CodeAsync(id, "at-counter");
        using var clerk = fixture.Who(Roles.Dispenser, counter);
        using var elsewhere = fixture.Who(Roles.Dispenser, DeliveryFixture.Centre);
        await (await TryAsync(elsewhere, id, right)).ShouldBeProblem(404, "PRX-0901");
        var wrong = right == "000000" ? "000001" : "000000";
        (await TryAsync(clerk, id, right)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        for (var i = 0; i < 5; i++)
        {
            await (await TryAsync(clerk, id, wrong)).ShouldBeProblem(409, "PRX-0902");
        }

        await (await TryAsync(clerk, id, right)).ShouldBeProblem(409, "PRX-0902");
        (await DeliveryFixture.AskAsync(clerk, id, "pick-up-code")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        var renewed = await CodeAsync(id, "pick-up-code");
        (await TryAsync(clerk, id, renewed)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        if (renewed != right)
        {
            await (await TryAsync(clerk, id, right)).ShouldBeProblem(409, "PRX-0902");
        }
    }

    private static Task<HttpResponseMessage> TryAsync(HttpClient client, Guid id, string code) =>
        DeliveryFixture.AskAsync(client, id, "pick-up-code/verify", new { code });

    private Task<long> LooksAsync(Guid id) =>
        fixture.CountAsync("prescriptions.identity_access", $"prescription_id = '{id}' and action = 'deliver'");

    /// <summary>As the patient reads it in the message.</summary>
    private async Task<string> CodeAsync(Guid id, string kind)
    {
        var text = "";
        await Eventually.Be(
            async () =>
            {
                await using var command = fixture.Database.CreateCommand(
                    $"select id from prescriptions.notification where prescription_id = '{id}' and kind = '{kind}'"
                );
                var message = (Guid?)await command.ExecuteScalarAsync();
                text =
                    fixture
                        .Sidecar.Calls.Select(c => c.Body.GetProperty("data"))
                        .Where(d => d.GetProperty("id").GetGuid() == message)
                        .Select(d => d.GetProperty("text").GetString())
                        .FirstOrDefault()
                    ?? "";
                return text.Length > 0;
            },
            "the message with the code is out"
        );
        return System.Text.RegularExpressions.Regex.Match(text, @"取药码(?:为)? (\d{6})").Groups[1].Value;
    }
}
