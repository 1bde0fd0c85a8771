using System.Security.Cryptography;
using System.Text;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;

namespace TcmBrain.Quality.Facts;

/// <summary>
/// What the patient's page is found by, as its SHA-256: a code of 128 random bits cannot be told from it, so that this database opens nobody's
/// page.
/// </summary>
internal static class PublicCodes
{
    public static byte[] HashOf(string code) => SHA256.HashData(Encoding.ASCII.GetBytes(code));

    /// <summary>A form that a code may have (see PatientPage of the decoction service); nothing else is looked for.</summary>
    public static bool IsWellFormed(string text) =>
        text.Length is >= 26 and <= 32 && text.All(c => char.IsAsciiDigit(c) || char.IsAsciiLetterLower(c));

    public static async Task KeepAsync(Work work, PrescriptionEvent e, string code, string centre, CancellationToken cancellationToken)
    {
        if (code.Length == 0)
        {
            return;
        }

        await using var command = work.Command(
            """
            insert into quality.public_code (code_sha256, prescription_id, centre_code) values ($1, $2, $3)
            on conflict (code_sha256) do nothing
            """,
            HashOf(code),
            e.AggregateId,
            centre
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
