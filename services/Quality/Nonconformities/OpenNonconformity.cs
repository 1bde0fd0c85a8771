using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;

namespace TcmBrain.Quality.Nonconformities;

/// <summary>A deviation of the decoction room becomes a nonconformity (不符合项) that somebody has to deal with. Told again it stays one.</summary>
internal sealed class OpenNonconformity : IHandle<DeviationDetected>
{
    public async Task HandleAsync(DeviationDetected e, Work work, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7();
        await using var command = work.Command(
            """
            insert into quality.nonconformity
                (nonconformity_id, prescription_id, source_version, institution_code, region_code, centre_code, step, rule_id,
                 text_zh, text_en, detected_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            on conflict (prescription_id, source_version) do nothing
            """,
            id,
            e.AggregateId,
            e.Version,
            e.InstitutionCode,
            e.RegionCode,
            e.CentreCode,
            e.Step,
            e.RuleId,
            e.TextZh,
            e.TextEn,
            e.OccurredAt.ToUniversalTime()
        );
        if (await command.ExecuteNonQueryAsync(cancellationToken) > 0)
        {
            work.Publish(
                new NonconformityOpened
                {
                    AggregateId = id,
                    Version = 1,
                    OccurredAt = e.OccurredAt,
                    CentreCode = e.CentreCode,
                    TextZh = e.TextZh,
                    TextEn = e.TextEn,
                }
            );
        }
    }
}
