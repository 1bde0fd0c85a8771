using System.Net;
using System.Security.Cryptography;
using Microsoft.Playwright;
using TcmBrain.Contracts.Demo;

namespace TcmBrain.Web.Tests.Accounts;

/// <summary>What institutions and the platform prove themselves with.</summary>
public sealed class SecretPageTests(Platform platform, Chrome chrome)
{
    private static readonly DemoInstitution Hospital = DemoRegion.Hospitals[0];

    [Fact]
    public async Task A_program_gets_its_secret_once_a_second_one_beside_it_and_the_first_is_revoked()
    {
        const string id = "web-his";
        await using var visit = await chrome.VisitAsync(platform, "admin1", "/institution?tab=clients");
        await visit.Button("新建客户端").ClickAsync();
        await visit.Field("id").FillAsync(id);
        await visit.Field("name").FillAsync("门诊 HIS");
        await visit.Field("role-his").CheckAsync();
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "新建客户端" }).ClickAsync();
        var first = await KeepAsync(visit);
        (await TokenAsync(id, first)).ShouldBe(HttpStatusCode.OK);

        var client = visit.Page.Locator($"[data-client='{id}']");
        await client.GetByRole(AriaRole.Button, new() { Name = "新增密钥" }).ClickAsync();
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "新增密钥" }).ClickAsync();
        var second = await KeepAsync(visit);
        second.ShouldNotBe(first);
        (await TokenAsync(id, first)).ShouldBe(HttpStatusCode.OK);
        (await TokenAsync(id, second)).ShouldBe(HttpStatusCode.OK);

        await Assertions.Expect(client.Locator("[data-secret]")).ToHaveCountAsync(2);
        await client.Locator("[data-secret]").Filter(new() { HasText = "即将停用" }).GetByRole(AriaRole.Button).ClickAsync();
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "吊销" }).ClickAsync();
        await Assertions.Expect(client).ToContainTextAsync("已吊销");
        (await TokenAsync(id, first)).ShouldBe(HttpStatusCode.Unauthorized);
        (await TokenAsync(id, second)).ShouldBe(HttpStatusCode.OK);
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_signature_key_is_registered_when_it_is_one_and_revoked_with_a_reason()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using var visit = await chrome.VisitAsync(platform, "admin1", "/institution?tab=signatures");
        await visit.Button("登记公钥").ClickAsync();
        await visit.Field("name").FillAsync("门诊 HIS 2026");
        await visit.Field("publicKeyPem").FillAsync("-----BEGIN NOTHING-----");
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "登记公钥" }).ClickAsync();
        await Assertions.Expect(visit.FaultOf("publicKeyPem")).ToBeVisibleAsync();
        await visit.Field("publicKeyPem").FillAsync(key.ExportSubjectPublicKeyInfoPem());
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "登记公钥" }).ClickAsync();
        var row = visit.Page.Locator("[data-row]").Filter(new() { HasText = "门诊 HIS 2026" });
        await Assertions.Expect(row).ToContainTextAsync("有效");
        await Assertions.Expect(row).ToContainTextAsync("admin1");
        await row.GetByRole(AriaRole.Button, new() { Name = "吊销" }).ClickAsync();
        await visit.Dialog.GetByRole(AriaRole.Textbox).FillAsync("换新");
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "吊销" }).ClickAsync();
        await Assertions.Expect(row).ToContainTextAsync("已吊销");
        var keys = await platform.GetAsync("admin1", $"/api/institutions/{Hospital.Code}/signature-keys");
        keys.GetProperty("items")[0].GetProperty("revokedReason").GetString().ShouldBe("换新");
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_operator_rotates_the_signing_keys_and_stays_signed_in()
    {
        await using var visit = await chrome.VisitAsync(platform, "operator1", "/signing-keys");
        var current = visit.Page.Locator("tr").Filter(new() { HasText = "使用中" }).Locator("th");
        var before = await current.InnerTextAsync();
        await visit.Button("立即轮换").ClickAsync();
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "立即轮换" }).ClickAsync();
        await visit.ToldAsync("已轮换");
        await Assertions.Expect(current).Not.ToHaveTextAsync(before);
        await visit.GoAsync("/users");
        await Assertions.Expect(await visit.FindRowAsync("operator1")).ToBeVisibleAsync();
        visit.Complaints.ShouldBeEmpty();
    }

    private static async Task<string> KeepAsync(Visit visit)
    {
        await Assertions.Expect(visit.Dialog).ToContainTextAsync("密钥只显示这一次");
        var secret = await visit.Dialog.Locator("input").InputValueAsync();
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "我已保存好" }).ClickAsync();
        return secret;
    }

    private async Task<HttpStatusCode> TokenAsync(string id, string secret)
    {
        using var client = new HttpClient { BaseAddress = platform.Address };
        using var form = new FormUrlEncodedContent(
            new Dictionary<string, string>
            {
                ["grant_type"] = "client_credentials",
                ["client_id"] = id,
                ["client_secret"] = secret,
            }
        );
        using var answer = await client.PostAsync("/oauth/token", form);
        return answer.StatusCode;
    }
}
