using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;

namespace TcmBrain.Quality.Nonconformities;

/// <summary>A deviation of the decoction room becomes a nonconformity (不符合项) that somebody has to deal with. Told again it stays one.</summary>
internal sealed class OpenNonconformity(NonconformityBook book, SeverityRule severity) : IHandle<DeviationDetected>
{
    public Task HandleAsync(DeviationDetected e, Work work, CancellationToken cancellationToken) =>
        book.OpenAsync(
            work,
            new Opening("deviation", e.CentreCode, e.RuleId, e.Step, severity.Of("deviation", e.RuleId), e.TextZh, e.TextEn, e.OccurredAt)
            {
                Deviation = e,
            },
            cancellationToken
        );
}
