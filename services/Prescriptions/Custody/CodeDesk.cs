using System.Security.Claims;
using System.Security.Cryptography;
using TcmBrain.Exchange;
using TcmBrain.Prescriptions.Notifications;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Prescriptions.Custody;

/// <summary>Checks and renews pick-up codes for the house that has the parcel.</summary>
internal sealed class CodeDesk(EventExchange exchange)
{
    private sealed record Row(byte[]? Digest, int Tries, string InstitutionCode, string RegionCode, string PublicCode, int Version);

    /// <exception cref="FaultException">PRX-0901 not the caller's parcel; PRX-0902 wrong, or stopped by too many tries, which counts this one</exception>
    public async Task VerifyAsync(ClaimsPrincipal caller, Guid id, string code, CancellationToken cancellationToken)
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        var row = await LockAsync(work, caller, id, cancellationToken);
        var right =
            row is { Digest: { } digest, Tries: < PickUpCode.Tries }
            && CryptographicOperations.FixedTimeEquals(digest, PickUpCode.Digest(id, code.Trim()));
        if (right)
        {
            return;
        }

        await using (
            var count = work.Command("update prescriptions.delivery set code_tries = code_tries + 1 where prescription_id = $1", id)
        )
        {
            await count.ExecuteNonQueryAsync(cancellationToken);
        }

        await work.CommitAsync(cancellationToken);
        throw PrescriptionsFaults.WrongPickUpCode.Exception("code", Math.Max(0, PickUpCode.Tries - row.Tries - 1));
    }

    /// <summary>Sends the patient another; the one before no longer opens anything.</summary>
    /// <exception cref="FaultException">PRX-0901; PRX-0903 too many have been sent</exception>
    public async Task RenewAsync(ClaimsPrincipal caller, Guid id, CancellationToken cancellationToken)
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        var row = await LockAsync(work, caller, id, cancellationToken);
        var code = await PickUpCode.MakeAsync(work, id, cancellationToken) ?? throw PrescriptionsFaults.TooManyPickUpCodes.Exception("id");
        await Messages.WriteAsync(
            work,
            id,
            row.InstitutionCode,
            row.RegionCode,
            "pick-up-code",
            row.Version,
            row.PublicCode,
            null,
            code,
            cancellationToken
        );
        await work.CommitAsync(cancellationToken);
    }

    private static async Task<Row> LockAsync(Work work, ClaimsPrincipal caller, Guid id, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            select d.code_sha256, d.code_tries, p.institution_code, p.region_code, d.public_code, d.codes_made
            from prescriptions.delivery d join prescriptions.prescriptions p on p.id = d.prescription_id
            where d.prescription_id = $1 and d.holder_code = $2 and d.parcel_state in ('shipped', 'counter') for update of d
            """,
            id,
            caller.InstitutionCode()
        );
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new Row(
                row.IsDBNull(0) ? null : row.GetFieldValue<byte[]>(0),
                row.GetInt32(1),
                row.GetString(2),
                row.GetString(3),
                row.GetString(4),
                row.GetInt32(5)
            )
            : throw PrescriptionsFaults.ParcelNotHeld.Exception("id");
    }
}
