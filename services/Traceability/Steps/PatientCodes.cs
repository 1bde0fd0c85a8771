using System.Security.Cryptography;
using System.Text;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;

namespace TcmBrain.Traceability.Steps;

/// <summary>Remembers by the digest of the code on the bag whose story whoever has the code may see.</summary>
internal static class PatientCodes
{
    public static async Task KeepAsync(Work work, IReadOnlyList<TakenEvent> events, CancellationToken cancellationToken)
    {
        var codes = events.Select(e => (Code: CodeOf(e.Event), e.Event.AggregateId)).Where(c => c.Code.Length > 0).Distinct().ToList();
        if (codes.Count == 0)
        {
            return;
        }

        await using var command = work.Command(
            """
            insert into traceability.patient_code (digest, prescription_id)
            select d, p from unnest($1::bytea[], $2::uuid[]) as u (d, p) on conflict do nothing
            """,
            codes.Select(c => SHA256.HashData(Encoding.UTF8.GetBytes(c.Code))).ToArray(),
            codes.Select(c => c.AggregateId).ToArray()
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string CodeOf(Event e) =>
        e switch
        {
            DecoctionCompleted packed => packed.PublicCode,
            ParcelEvent parcel => parcel.PublicCode,
            _ => "",
        };
}
