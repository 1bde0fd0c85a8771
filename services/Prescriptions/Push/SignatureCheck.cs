using System.Security.Cryptography;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Prescriptions.Registers;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Prescriptions.Push;

/// <summary>
/// 电子签名: from the institution's first valid signature key on, every prescription of it must be signed with one of them, over the
/// canonical bytes. An institution without a valid key is not asked, and what it signs is stored unchecked.
/// </summary>
internal sealed class SignatureCheck(SignatureKeys keys)
{
    /// <returns>The id of the key that verified; empty when the institution has none.</returns>
    /// <exception cref="FaultException">The signature is missing, of an unknown or revoked key, or does not verify.</exception>
    public async ValueTask<string> VerifyAsync(
        string institutionCode,
        Signature? signature,
        byte[] canonical,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        if (!await keys.IsAskedAsync(institutionCode, cancellationToken))
        {
            return "";
        }

        if (signature is null)
        {
            throw PrescriptionsFaults.SignatureMissing.Exception("signature");
        }

        var key = await keys.FindAsync(institutionCode, signature.KeyId, cancellationToken);
        if (key is null || key.RevokedAt <= now)
        {
            throw PrescriptionsFaults.SignatureKey.Exception("signature.key_id");
        }

        using var ecdsa = ECDsa.Create();
        ecdsa.ImportSubjectPublicKeyInfo(key.SubjectPublicKeyInfo, out _);
        return ecdsa.VerifyData(canonical, signature.Value.Span, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)
            ? key.KeyId
            : throw PrescriptionsFaults.SignatureWrong.Exception("signature.value", Convert.ToHexStringLower(SHA256.HashData(canonical)));
    }
}
