using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using static TcmBrain.Institutions.Tests.Accounts.Callers;

namespace TcmBrain.Institutions.Tests.Accounts;

public sealed class SignatureKeyTests(InstitutionsFixture fixture)
{
    private static string Path(int hospital) => $"/api/institutions/{Hospital(hospital)}/signature-keys";

    private static string NewPem()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportSubjectPublicKeyInfoPem();
    }

    [Fact]
    public async Task A_key_is_registered_told_revoked_and_told()
    {
        using var admin = await fixture.PersonAsync("admin1");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var created = await admin.PostAsJsonAsync(Path(1), new { name = "HIS 签名", publicKeyPem = key.ExportSubjectPublicKeyInfoPem() });
        created.StatusCode.ShouldBe(HttpStatusCode.Created, await created.Content.ReadAsStringAsync());
        var keyId = (await created.Json()).GetProperty("keyId").GetString()!;
        keyId.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))[..32]);
        await (
            await admin.PostAsJsonAsync(Path(1), new { name = "again", publicKeyPem = key.ExportSubjectPublicKeyInfoPem() })
        ).ShouldRefuse(409, "INS-0342");

        await (await admin.DeleteAsync($"{Path(1)}/{keyId}")).ShouldRefuse(400, "INS-0102");
        var revoked = await admin.DeleteAsync($"{Path(1)}/{keyId}?reason=lost");
        (await revoked.Json()).GetProperty("status").GetString().ShouldBe("revoked");
        await (await admin.DeleteAsync($"{Path(1)}/{keyId}?reason=lost")).ShouldRefuse(409, "INS-0344");
        await (await admin.DeleteAsync($"{Path(1)}/{new string('0', 32)}?reason=x")).ShouldRefuse(404, "INS-0343");
        var listed = await (await admin.GetAsync(Path(1))).Json();
        listed.GetProperty("items").EnumerateArray().ShouldContain(k => k.GetProperty("revokedBy").GetString() == "admin1");

        await using var command = fixture.Database.CreateCommand(
            """
            select string_agg(type || ' ' || version, ', ' order by version) from exchange.outbox
            where aggregate_id = (select id from institutions.signature_key where key_id = $1)
            """
        );
        command.Parameters.AddWithValue(keyId);
        (await command.ExecuteScalarAsync()).ShouldBe("SignatureKeyRegistered 1, SignatureKeyRevoked 2");
    }

    [Fact]
    public async Task Only_a_p256_public_key_is_taken()
    {
        using var admin = await fixture.PersonAsync("admin1");
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);
        foreach (
            var pem in new[]
            {
                "",
                "garbage",
                p256.ExportPkcs8PrivateKeyPem(),
                p256.ExportECPrivateKeyPem(),
                p384.ExportSubjectPublicKeyInfoPem(),
                rsa.ExportSubjectPublicKeyInfoPem(),
                p256.ExportSubjectPublicKeyInfoPem() + "\n" + p384.ExportSubjectPublicKeyInfoPem(),
                "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
            }
        )
        {
            await (await admin.PostAsJsonAsync(Path(1), new { name = "x", publicKeyPem = pem })).ShouldRefuse(400, "INS-0341");
        }
    }

    [Fact]
    public async Task Nobody_signs_in_anothers_name()
    {
        using var admin = await fixture.PersonAsync("admin1");
        await (await admin.PostAsJsonAsync(Path(2), new { name = "x", publicKeyPem = NewPem() })).ShouldRefuse(404, "INS-0108");
        await (await admin.GetAsync(Path(2))).ShouldRefuse(404, "INS-0108");
        // Who supervises a hospital must not be able to sign for it; taking a key away is supervision.
        using var regulator = await fixture.PersonAsync("regulator1");
        await (await regulator.PostAsJsonAsync(Path(1), new { name = "x", publicKeyPem = NewPem() })).ShouldRefuse(403, "GEN-0002");
        var created = await (await admin.PostAsJsonAsync(Path(1), new { name = "x", publicKeyPem = NewPem() })).Json();
        var keyId = created.GetProperty("keyId").GetString();
        (await regulator.DeleteAsync($"{Path(1)}/{keyId}?reason=x")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
