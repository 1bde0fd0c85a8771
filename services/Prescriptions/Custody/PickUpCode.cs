using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TcmBrain.Exchange;

namespace TcmBrain.Prescriptions.Custody;

/// <summary>
/// 取药码: six random digits that only the patient is told. Five wrong tries stop a code; a new one can be sent, ten times at most.
/// </summary>
internal static class PickUpCode
{
    public const int Tries = 5;
    public const int Codes = 10;
    private const int Numbers = 1_000_000;

    /// <summary>A new one in place of the last.</summary>
    /// <returns>null: too many have been made</returns>
    public static async Task<string?> MakeAsync(Work work, Guid prescriptionId, CancellationToken cancellationToken)
    {
        var code = RandomNumberGenerator.GetInt32(Numbers).ToString("D6", CultureInfo.InvariantCulture);
        await using var command = work.Command(
            """
            update prescriptions.delivery set code_sha256 = $2, code_tries = 0, codes_made = codes_made + 1
            where prescription_id = $1 and codes_made < $3
            """,
            prescriptionId,
            Digest(prescriptionId, code),
            Codes
        );
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0 ? code : null;
    }

    public static byte[] Digest(Guid prescriptionId, string code) =>
        SHA256.HashData([.. prescriptionId.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(code)]);
}
