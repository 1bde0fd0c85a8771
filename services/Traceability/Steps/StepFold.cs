using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;

namespace TcmBrain.Traceability.Steps;

internal sealed class StepFold : IFold
{
    public Task FoldAsync(IReadOnlyList<TakenEvent> events, Work work, CancellationToken cancellationToken) => Task.CompletedTask;
}
