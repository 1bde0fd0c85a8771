using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Prescriptions.Patients;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Prescriptions.Tests.Patients;

public sealed class VaultTests
{
    private const string Number = "11010519491231002X";

    private static readonly string One = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private static readonly string Two = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    internal static IdentityKeyRing Ring(params (string Key, string? Value)[] settings) =>
        new(
            new ConfigurationBuilder()
                .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create("PatientIdentity:" + s.Key, s.Value)))
                .Build()
        );

    private static PatientIdentityVault Vault(params (string Key, string? Value)[] settings) => new(Ring(settings));

    private static Prescription Written(string number = Number) =>
        new()
        {
            Patient = new Patient
            {
                Name = "张三丰",
                IdentityNumber = number,
                Phone = "13800001234",
                BirthDate = "1949-12-31",
            },
            Delivery = new Delivery { Address = "某路 1 号" },
            VisitNumber = "V-1",
            WardBed = "3-12",
        };

    private static ClaimsPrincipal Caller(params string[] roles) =>
        new(new ClaimsIdentity(roles.Select(role => new Claim(TokenRules.RoleClaim, role)), "test"));

    [Fact]
    public void What_is_taken_out_comes_back_and_nothing_is_left_behind()
    {
        var (vault, id, p) = (Vault(("Key", One)), Guid.CreateVersion7(), Written());
        var box = vault.TakeOut(id, p);
        p.ToString().ShouldNotContain("张三丰");
        p.ToString().ShouldNotContain("某路");
        Convert.ToHexString(box).ShouldNotContain(Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(Number)));
        vault.PutBack(id, box, p).ShouldBeTrue();
        p.ShouldBe(Written());
    }

    [Fact]
    public void A_pseudonym_is_the_patients_wherever_written_and_leads_nowhere()
    {
        var ring = Ring(("Key", One));
        var pseudonym = ring.Pseudonym(Number);
        pseudonym.Length.ShouldBe(16);
        ring.Pseudonym(" 11010519491231002x").ShouldBe(pseudonym);
        ring.Pseudonym("110105194912310038").ShouldNotBe(pseudonym);
        Ring(("Key", Two)).Pseudonym(Number).ShouldNotBe(pseudonym);
        ring.Pseudonym("").ShouldBeEmpty();

        // Not the blind index, which would lead from an event to the patient's rows.
        Convert
            .ToHexString(ring.BlindIndex(1, Number))
            .ShouldNotContain(Convert.ToHexString(System.Buffers.Text.Base64Url.DecodeFromChars(pseudonym)));
    }

    [Fact]
    public void A_box_opens_only_where_it_belongs_and_unaltered()
    {
        var (vault, id) = (Vault(("Key", One)), Guid.CreateVersion7());
        var box = vault.TakeOut(id, Written());
        Should.Throw<CryptographicException>(() => vault.PutBack(Guid.CreateVersion7(), box, Written()));
        for (var i = 0; i < box.Length; i++)
        {
            var altered = box.ToArray();
            altered[i] ^= 0x20;
            Should.Throw<CryptographicException>(() => vault.PutBack(id, altered, Written()), $"byte {i}");
        }

        Should.Throw<CryptographicException>(() => Vault(("Key", Two)).PutBack(id, box, Written()));
        Should.Throw<CryptographicException>(() => vault.PutBack(id, box.AsSpan(0, 20), Written()));
    }

    [Fact]
    public void The_key_before_still_opens_and_new_boxes_are_under_the_new_one()
    {
        var id = Guid.CreateVersion7();
        var old = Vault(("Key", One)).TakeOut(id, Written());
        var both = Vault(("Key", One), ("Keys:2", Two));
        both.PutBack(id, old, new Prescription { Patient = new Patient() }).ShouldBeTrue();
        both.TakeOut(id, Written())[1].ShouldBe((byte)2);
        var fresh = both.Reseal(id, old);
        fresh[1].ShouldBe((byte)2);
        var p = new Prescription { Patient = new Patient(), Delivery = new Delivery() };
        Vault(("Keys:2", Two)).PutBack(id, fresh, p).ShouldBeTrue();
        p.Patient.Name.ShouldBe("张三丰");
        p.Delivery.Address.ShouldBe("某路 1 号");
    }

    [Fact]
    public void Boxes_of_the_first_format_still_open()
    {
        var id = Guid.CreateVersion7();
        var plain = Google.Protobuf.MessageExtensions.ToByteArray(
            new Prescription
            {
                Patient = new Patient { Name = "李四", IdentityNumber = Number },
                Delivery = new Delivery { Address = "旧址" },
            }
        );
        var box = new byte[29 + plain.Length];
        box[0] = 1;
        using var aes = new AesGcm(Convert.FromBase64String(One), 16);
        aes.Encrypt(box.AsSpan(1, 12), plain, box.AsSpan(29), box.AsSpan(13, 16), id.ToByteArray(bigEndian: true));
        var p = new Prescription { Patient = new Patient(), Delivery = new Delivery() };

        Vault(("Key", One), ("Keys:2", Two)).PutBack(id, box, p).ShouldBeTrue();

        p.Patient.Name.ShouldBe("李四");
    }

    [Fact]
    public void The_blind_index_is_equal_for_equal_numbers_and_tells_nothing_without_the_key()
    {
        var ring = Ring(("Key", One));
        ring.BlindIndex(1, Number).ShouldBe(ring.BlindIndex(1, " 11010519491231002x "));
        ring.BlindIndex(1, Number).ShouldNotBe(ring.BlindIndex(1, "110105194912310021"));
        Ring(("Key", Two)).BlindIndex(1, Number).ShouldNotBe(ring.BlindIndex(1, Number));
        // Not the sealing key itself, nor without one.
        HMACSHA256
            .HashData(Convert.FromBase64String(One), System.Text.Encoding.UTF8.GetBytes(Number))[..16]
            .ShouldNotBe(ring.BlindIndex(1, Number));
        SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Number))[..16].ShouldNotBe(ring.BlindIndex(1, Number));
        // Patients without a number are not one patient.
        ring.BlindIndex(1, "").ShouldNotBe(ring.BlindIndex(1, ""));
    }

    [Theory]
    [InlineData("Key", null)]
    [InlineData("Key", "short")]
    [InlineData("Keys:0", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("Keys:256", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("Keys:2", "")]
    public void A_ring_without_a_proper_key_is_refused(string key, string? value) =>
        Should.Throw<InvalidOperationException>(() => Ring((key, value)));

    [Fact]
    public void An_active_key_that_is_not_there_and_two_keys_of_one_version_are_refused()
    {
        Should.Throw<InvalidOperationException>(() => Ring(("Key", One), ("ActiveKey", "2")));
        Should.Throw<InvalidOperationException>(() => Ring(("Key", One), ("Keys:1", Two)));
        Ring(("Key", One), ("Keys:1", One), ("Keys:2", Two), ("ActiveKey", "1")).Active.ShouldBe((byte)1);
    }

    [Theory]
    [InlineData("prescriber", "110*************2X", "138******34", "1949-12-31", "V-1")]
    [InlineData("pharmacist", "110*************2X", "138******34", "1949-12-31", "V-1")]
    [InlineData("regulator", "******************", "***********", "1949", "***")]
    [InlineData("operator", "******************", "***********", "1949", "***")]
    [InlineData("admin", "******************", "***********", "1949", "***")]
    public void Each_role_sees_as_much_as_it_needs(string role, string number, string phone, string born, string visit)
    {
        var (vault, id, p) = (Vault(("Key", One)), Guid.CreateVersion7(), Written());
        var box = vault.TakeOut(id, p);
        vault.PutBackMasked(id, box, p, Caller(role));
        p.Patient.Name.ShouldBe("张**");
        p.Patient.IdentityNumber.ShouldBe(number);
        p.Patient.Phone.ShouldBe(phone);
        p.Patient.BirthDate.ShouldBe(born);
        p.VisitNumber.ShouldBe(visit);
        p.Delivery.Address.ShouldBe("***");
        vault.MaskedName(id, box).ShouldBe("张**");
    }
}
