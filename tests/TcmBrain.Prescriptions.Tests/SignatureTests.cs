using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using TcmBrain.Contracts.Demo;
using TcmBrain.Contracts.Events;
using TcmBrain.Contracts.Prescriptions;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Prescriptions.Push;
using TcmBrain.Prescriptions.Registers;
using TcmBrain.Testing;

namespace TcmBrain.Prescriptions.Tests;

public sealed class SignatureTests(PrescriptionsFixture fixture) : IClassFixture<PrescriptionsFixture>
{
    [Fact]
    public async Task From_the_first_key_on_every_push_must_be_signed_with_it()
    {
        using var key = await RegisterAsync(8);

        (await CodeAsync(PrescriptionsFixture.Clean(), 8)).ShouldBe("PRX-0120");
        var signed = Sign(PrescriptionsFixture.Clean(), key);
        var reply = await PushAsync(signed, 8);
        reply.State.ShouldBe(State.Approved);
        reply.Audit.VerifiedKeyId.ShouldBe(IdOf(key));

        var changed = Sign(PrescriptionsFixture.Clean(), key);
        changed.Doses -= 1;
        (await CodeAsync(changed, 8)).ShouldBe("PRX-0121");
    }

    [Fact]
    public async Task A_push_signed_anew_is_the_same_push()
    {
        using var key = await RegisterAsync(9);
        var prescription = PrescriptionsFixture.Clean();

        var first = await PushAsync(Sign(prescription.Clone(), key), 9);
        var again = await PushAsync(Sign(prescription.Clone(), key), 9);
        // The answer of old does not depend on the signature.
        var unsigned = await PushAsync(prescription.Clone(), 9);

        again.ShouldBe(first);
        unsigned.ShouldBe(first);
    }

    [Fact]
    public async Task The_key_of_another_institution_signs_nothing()
    {
        using var own = await RegisterAsync(10);
        using var others = await RegisterAsync(11);
        using var nobodys = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        (await CodeAsync(Sign(PrescriptionsFixture.Clean(), others), 10)).ShouldBe("PRX-0122");
        (await CodeAsync(Sign(PrescriptionsFixture.Clean(), nobodys), 10)).ShouldBe("PRX-0122");
    }

    [Fact]
    public async Task A_revoked_key_signs_nothing_new_and_what_it_signed_stands()
    {
        using var old = await RegisterAsync(12);
        using var valid = await RegisterAsync(12);
        var before = Sign(PrescriptionsFixture.Clean(), old);
        var reply = await PushAsync(before, 12);

        await fixture.TellAsync<SignatureKeyRevoked, KeepSignatureKeys>(
            new SignatureKeyRevoked
            {
                AggregateId = Guid.NewGuid(),
                Version = 2,
                OccurredAt = DateTimeOffset.UtcNow.AddSeconds(-1),
                InstitutionCode = DemoRegion.Hospitals[11].Code,
                KeyId = IdOf(old),
                Reason = "泄露",
            }
        );

        await Eventually.Be(
            async () => await CodeAsync(Sign(PrescriptionsFixture.Clean(), old), 12) == "PRX-0122",
            "the revoked key is refused"
        );
        (await PushAsync(before, 12)).ShouldBe(reply);
        (await PushAsync(Sign(PrescriptionsFixture.Clean(), valid), 12)).State.ShouldBe(State.Approved);
    }

    [Fact]
    public async Task An_amendment_is_signed_too()
    {
        using var key = await RegisterAsync(13);
        var prescription = PrescriptionsFixture.Clean(HisSimulator.His.Flaw.OverDose);
        await PushAsync(Sign(prescription, key), 13);
        var next = prescription.Clone();
        (next.Revision, next.Doses) = (2, next.Doses - 1);

        var unsigned = await Should.ThrowAsync<RpcException>(async () => await AmendAsync(next.Clone(), 13));
        var signed = await AmendAsync(Sign(next.Clone(), key), 13);

        unsigned.Trailers.GetValue("tcm-code").ShouldBe("PRX-0121");
        signed.Outcome.ShouldBe(AmendOutcome.Amended);
    }

    private async Task<ECDsa> RegisterAsync(int hospital)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await fixture.TellAsync<SignatureKeyRegistered, KeepSignatureKeys>(
            new SignatureKeyRegistered
            {
                AggregateId = Guid.NewGuid(),
                Version = 1,
                OccurredAt = DateTimeOffset.UtcNow,
                InstitutionCode = DemoRegion.Hospitals[hospital - 1].Code,
                KeyId = IdOf(key),
                PublicKeyPem = key.ExportSubjectPublicKeyInfoPem(),
                Name = "处方签名",
            }
        );
        await Eventually.Be(async () => await CodeAsync(PrescriptionsFixture.Clean(), hospital) == "PRX-0120", "signatures are asked for");
        return key;
    }

    private static string IdOf(ECDsa key) => Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))[..32];

    private static Prescription Sign(Prescription p, ECDsa key)
    {
        p.Signature = new Signature
        {
            KeyId = IdOf(key),
            Value = ByteString.CopyFrom(key.SignData(CanonicalForm.Of(p), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)),
        };
        return p;
    }

    private async Task<PushReply> PushAsync(Prescription prescription, int hospital) =>
        await fixture.Client.PushAsync(new PushRequest { Prescription = prescription.Clone() }, PrescriptionsFixture.As(hospital));

    private async Task<AmendReply> AmendAsync(Prescription prescription, int hospital) =>
        await fixture.Client.AmendAsync(
            new AmendRequest { Prescription = prescription, Reason = "调整" },
            PrescriptionsFixture.As(hospital)
        );

    private async Task<string> CodeAsync(Prescription prescription, int hospital)
    {
        try
        {
            await PushAsync(prescription, hospital);
            return "";
        }
        catch (RpcException e)
        {
            return e.Trailers.GetValue("tcm-code") ?? e.StatusCode.ToString();
        }
    }
}
