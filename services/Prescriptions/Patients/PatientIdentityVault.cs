using System.Security.Claims;
using System.Security.Cryptography;
using Google.Protobuf;
using TcmBrain.Contracts.Prescriptions.V1;

namespace TcmBrain.Prescriptions.Patients;

/// <summary>
/// Keeps what identifies a patient (患者身份) apart from the prescription: AES-256-GCM under the key ring's active key, bound to the
/// prescription's id, so that an identity moved to another row does not open. Nothing outside this folder can open a box.
/// </summary>
/// <remarks>
/// A box is format (1 byte), then by format: 2: key version (1), blind index (16), nonce (12), tag (16), ciphertext; 1, written by earlier
/// versions with key version 1: nonce, tag, ciphertext; 0: erased, and nothing more.
/// </remarks>
internal sealed class PatientIdentityVault(IdentityKeyRing keys)
{
    internal const byte ErasedFormat = 0;
    private const byte PlainFormat = 1;
    private const byte IndexedFormat = 2;
    private const int IndexAt = 2;
    private const int IndexLength = 16;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int PlainHeader = 1 + NonceLength + TagLength;
    private const int IndexedHeader = IndexAt + IndexLength + NonceLength + TagLength;

    /// <summary>What stands in an erased identity's place.</summary>
    public static byte[] Erased => [ErasedFormat];

    /// <summary>Takes the identity out of the prescription and returns it sealed.</summary>
    public byte[] TakeOut(Guid prescriptionId, Prescription prescription)
    {
        var identity = new Patient
        {
            IdentityNumber = prescription.Patient.IdentityNumber,
            Name = prescription.Patient.Name,
            Phone = prescription.Patient.Phone,
        };
        var parts = new Prescription
        {
            Patient = identity,
            Delivery = new Delivery { Address = prescription.Delivery?.Address ?? "" },
        };
        Blank(prescription);
        return Seal(prescriptionId, parts.ToByteArray(), identity.IdentityNumber);
    }

    /// <summary>Puts as much of the identity back as the caller's role may see without a recorded purpose.</summary>
    /// <returns>false when it has been erased</returns>
    /// <exception cref="CryptographicException">The box was altered, belongs to another prescription, or to another key.</exception>
    public bool PutBackMasked(Guid prescriptionId, ReadOnlySpan<byte> box, Prescription prescription, ClaimsPrincipal caller)
    {
        var there = PutBack(prescriptionId, box, prescription);
        Masking.Apply(prescription, caller, erased: !there);
        return there;
    }

    /// <summary>For a line of a list.</summary>
    public string MaskedName(Guid prescriptionId, ReadOnlySpan<byte> box) =>
        IsErased(box) ? Masking.Erased : Masking.Name(Prescription.Parser.ParseFrom(Open(prescriptionId, box)).Patient.Name);

    /// <summary>Puts the identity back into the prescription; <see cref="IdentityAccess"/> records why before it calls this.</summary>
    /// <returns>false when it has been erased</returns>
    /// <exception cref="CryptographicException">The box was altered, belongs to another prescription, or to another key.</exception>
    internal bool PutBack(Guid prescriptionId, ReadOnlySpan<byte> box, Prescription prescription)
    {
        if (IsErased(box))
        {
            Blank(prescription);
            return false;
        }

        var parts = Prescription.Parser.ParseFrom(Open(prescriptionId, box));
        (prescription.Patient.IdentityNumber, prescription.Patient.Name, prescription.Patient.Phone) = (
            parts.Patient.IdentityNumber,
            parts.Patient.Name,
            parts.Patient.Phone
        );
        if (prescription.Delivery is { } delivery)
        {
            delivery.Address = parts.Delivery.Address;
        }

        return true;
    }

    /// <summary>The same identity under the active key, with its blind index.</summary>
    internal byte[] Reseal(Guid prescriptionId, ReadOnlySpan<byte> box)
    {
        var plain = Open(prescriptionId, box);
        return Seal(prescriptionId, plain, Prescription.Parser.ParseFrom(plain).Patient.IdentityNumber);
    }

    /// <summary>What events carry in the patient's stead; see <see cref="IdentityKeyRing.Pseudonym"/>.</summary>
    public string PseudonymOf(Prescription prescription) => keys.Pseudonym(prescription.Patient.IdentityNumber);

    /// <summary>What to look for in the database, under every key there is.</summary>
    internal byte[][] IndexesOf(string identityNumber) => keys.BlindIndexes(identityNumber);

    internal static bool IsErased(ReadOnlySpan<byte> box) => box.Length > 0 && box[0] == ErasedFormat;

    private byte[] Seal(Guid prescriptionId, byte[] plain, string identityNumber)
    {
        var box = new byte[IndexedHeader + plain.Length];
        (box[0], box[1]) = (IndexedFormat, keys.Active);
        keys.BlindIndex(keys.Active, identityNumber).CopyTo(box, IndexAt);
        var nonce = box.AsSpan(IndexAt + IndexLength, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(keys.SealingKey(keys.Active), TagLength);
        aes.Encrypt(
            nonce,
            plain,
            box.AsSpan(IndexedHeader),
            box.AsSpan(IndexedHeader - TagLength, TagLength),
            [.. prescriptionId.ToByteArray(bigEndian: true), .. box.AsSpan(0, IndexAt + IndexLength)]
        );
        return box;
    }

    private byte[] Open(Guid prescriptionId, ReadOnlySpan<byte> box)
    {
        var id = prescriptionId.ToByteArray(bigEndian: true);
        return box switch
        {
            [PlainFormat, ..] when box.Length >= PlainHeader => Open(1, box, 1, PlainHeader, id),
            [IndexedFormat, var version, ..] when box.Length >= IndexedHeader => Open(
                version,
                box,
                IndexAt + IndexLength,
                IndexedHeader,
                [.. id, .. box[..(IndexAt + IndexLength)]]
            ),
            _ => throw new CryptographicException("This identity is sealed in an unknown form."),
        };
    }

    private byte[] Open(byte version, ReadOnlySpan<byte> box, int nonceAt, int header, byte[] bound)
    {
        var plain = new byte[box.Length - header];
        using var aes = new AesGcm(keys.SealingKey(version), TagLength);
        aes.Decrypt(box.Slice(nonceAt, NonceLength), box[header..], box.Slice(nonceAt + NonceLength, TagLength), plain, bound);
        return plain;
    }

    private static void Blank(Prescription prescription)
    {
        (prescription.Patient.IdentityNumber, prescription.Patient.Name, prescription.Patient.Phone) = ("", "", "");
        if (prescription.Delivery is { } delivery)
        {
            delivery.Address = "";
        }
    }
}
