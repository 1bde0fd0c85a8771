using System.Security.Cryptography;
using Google.Protobuf;
using TcmBrain.Contracts.Prescriptions.V1;

namespace TcmBrain.Prescriptions.Patients;

/// <summary>
/// Keeps what identifies a patient (患者身份) apart from the prescription: AES-256-GCM with a key from configuration
/// (<c>PatientIdentity:Key</c>, 32 bytes, base64). Bound to the prescription's id, so that an identity moved to another row does not open.
/// </summary>
internal sealed class PatientIdentityVault
{
    private const byte KeyVersion = 1;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private readonly byte[] key;

    /// <exception cref="InvalidOperationException">The key is missing or not 32 bytes.</exception>
    public PatientIdentityVault(IConfiguration configuration)
    {
        var text = configuration["PatientIdentity:Key"] ?? throw new InvalidOperationException("PatientIdentity:Key is not set.");
        key = Convert.FromBase64String(text);
        if (key.Length != 32)
        {
            throw new InvalidOperationException("PatientIdentity:Key must be 32 bytes in base64.");
        }
    }

    /// <summary>Takes the identity out of the prescription and returns it sealed: version, nonce, tag, ciphertext.</summary>
    public byte[] TakeOut(Guid prescriptionId, Prescription prescription)
    {
        var identity = new Patient
        {
            IdentityNumber = prescription.Patient.IdentityNumber,
            Name = prescription.Patient.Name,
            Phone = prescription.Patient.Phone,
        };
        var sealedParts = new Prescription
        {
            Patient = identity,
            Delivery = new Delivery { Address = prescription.Delivery?.Address ?? "" },
        };
        (prescription.Patient.IdentityNumber, prescription.Patient.Name, prescription.Patient.Phone) = ("", "", "");
        if (prescription.Delivery is { } delivery)
        {
            delivery.Address = "";
        }

        var plain = sealedParts.ToByteArray();
        var box = new byte[1 + NonceLength + TagLength + plain.Length];
        box[0] = KeyVersion;
        RandomNumberGenerator.Fill(box.AsSpan(1, NonceLength));
        using var aes = new AesGcm(key, TagLength);
        aes.Encrypt(
            box.AsSpan(1, NonceLength),
            plain,
            box.AsSpan(1 + NonceLength + TagLength),
            box.AsSpan(1 + NonceLength, TagLength),
            prescriptionId.ToByteArray(bigEndian: true)
        );
        return box;
    }

    /// <summary>Puts the identity back into the prescription.</summary>
    /// <exception cref="CryptographicException">The box was altered, belongs to another prescription, or to another key.</exception>
    public void PutBack(Guid prescriptionId, ReadOnlySpan<byte> box, Prescription prescription)
    {
        if (box.Length < 1 + NonceLength + TagLength || box[0] != KeyVersion)
        {
            throw new CryptographicException("This identity was sealed with a key that is not configured.");
        }

        var plain = new byte[box.Length - 1 - NonceLength - TagLength];
        using var aes = new AesGcm(key, TagLength);
        aes.Decrypt(
            box.Slice(1, NonceLength),
            box[(1 + NonceLength + TagLength)..],
            box.Slice(1 + NonceLength, TagLength),
            plain,
            prescriptionId.ToByteArray(bigEndian: true)
        );
        var parts = Prescription.Parser.ParseFrom(plain);
        (prescription.Patient.IdentityNumber, prescription.Patient.Name, prescription.Patient.Phone) = (
            parts.Patient.IdentityNumber,
            parts.Patient.Name,
            parts.Patient.Phone
        );
        if (prescription.Delivery is { } delivery)
        {
            delivery.Address = parts.Delivery.Address;
        }
    }
}
