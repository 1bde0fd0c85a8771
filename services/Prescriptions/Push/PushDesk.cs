using System.Security.Cryptography;
using Npgsql;
using TcmBrain.Contracts.Prescriptions;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Prescriptions.Push;

/// <summary>
/// One push from end to end. The same content under the same key gets the same answer for ever, also when it would not be accepted
/// any more: its validity is over, its institution suspended, its key revoked, a rule changed.
/// </summary>
internal sealed class PushDesk(Acceptance acceptance, PushLanes lanes, NpgsqlDataSource database)
{
    /// <exception cref="FaultException">It is not accepted, other content stands under its key, or the database is away.</exception>
    public async Task<PushReply> PushAsync(
        string institutionCode,
        string regionCode,
        Prescription? prescription,
        CancellationToken cancellationToken
    )
    {
        AcceptedPrescription accepted;
        try
        {
            if (prescription is { Revision: > 1 })
            {
                throw PrescriptionsFaults.RevisionByAmend.Exception("revision");
            }

            accepted = await acceptance.AcceptAsync(institutionCode, regionCode, prescription, cancellationToken);
        }
        catch (FaultException)
            when (prescription is { HisNumber.Length: > 0 and <= 64, Revision: > 0 } && !prescription.HisNumber.Any(char.IsControl))
        {
            if (await EarlierAsync(institutionCode, prescription, cancellationToken) is { } earlier)
            {
                return earlier;
            }

            throw;
        }

        return await lanes.StoreAsync(accepted, cancellationToken);
    }

    /// <summary>The reply that exactly this content got before; null when there was none.</summary>
    private async Task<PushReply?> EarlierAsync(string institutionCode, Prescription prescription, CancellationToken cancellationToken)
    {
        var key = (institutionCode, prescription.HisNumber, prescription.Revision);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var found = await PushStore.FindAsync(connection, [key], cancellationToken);
        return
            found.TryGetValue(key, out var earlier)
            && earlier.ContentSha256.AsSpan().SequenceEqual(SHA256.HashData(CanonicalForm.Of(prescription)))
            ? earlier.Reply
            : null;
    }
}
