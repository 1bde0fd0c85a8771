using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;
using TcmBrain.Traceability.Log;

namespace TcmBrain.Traceability.Steps;

/// <summary>
/// Turns the platform's physical steps into trace events (采集). Idempotent twice over: the inbox drops what was taken in before, and
/// a step told again under another message id gives the same event, which the log has already.
/// </summary>
internal sealed class StepFold(TraceLog log, Allocations allocations, ProfileOptions options) : IFold
{
    public async Task FoldAsync(IReadOnlyList<TakenEvent> events, Work work, CancellationToken cancellationToken)
    {
        var turn = await log.TakeTurnAsync(work, cancellationToken);
        var decoctions = await DecoctionSteps.GatherAsync(events, work, cancellationToken);
        var numbers = await allocations.ForAsync(
            work,
            [.. events.SelectMany(e => PiecesOf(e.Event)).Distinct(StringComparer.Ordinal)],
            [
                .. events
                    .SelectMany(e => PlacesOf(e.Event))
                    .Concat(decoctions.Select(d => d.Completed.CentreCode))
                    .Distinct(StringComparer.Ordinal),
            ],
            cancellationToken
        );
        await LotNames.KeepAsync(work, events, numbers, cancellationToken);
        await PatientCodes.KeepAsync(work, events, cancellationToken);
        List<TraceDraft> drafts =
        [
            .. events.SelectMany(e => Drafts(e.Event, new StepEvents(options, numbers, e.TraceParent))),
            .. decoctions.Select(d => new StepEvents(options, numbers, d.TraceParent).Decocted(d.Completed, d.Steps)),
        ];
        await turn.AppendAsync(drafts, cancellationToken);
    }

    private static IEnumerable<TraceDraft> Drafts(Event e, StepEvents steps) =>
        e switch
        {
            LotAccepted accepted when steps.Joined(accepted) is { } joined => [joined, steps.Accepted(accepted)],
            LotAccepted accepted => [steps.Accepted(accepted)],
            LotReleased released => [steps.Released(released)],
            LotRejected rejected => [steps.Rejected(rejected)],
            RecallIssued recalled => [steps.Recalled(recalled)],
            PrescriptionChecked dispensed => [steps.Dispensed(dispensed)],
            ParcelShipped shipped => [steps.Packed(shipped), steps.Departed(shipped)],
            ParcelArrived arrived => [steps.AtCounter(arrived)],
            ParcelUndelivered undelivered => [steps.Undelivered(undelivered)],
            ParcelDelivered delivered => [steps.Arrived(delivered), steps.HandedOver(delivered)],
            ParcelReturned returned => [steps.Returned(returned)],
            _ => [],
        };

    private static IEnumerable<string> PiecesOf(Event e) =>
        e switch
        {
            LotAccepted accepted => [accepted.Piece],
            LotReleased released => [released.Piece],
            LotRejected rejected => [rejected.Piece],
            RecallIssued recalled => [recalled.Piece],
            PrescriptionChecked dispensed => dispensed.Portions.Select(p => p.Piece),
            _ => [],
        };

    /// <summary>Organisations that need a number for where it was.</summary>
    private static IEnumerable<string> PlacesOf(Event e) => e is ParcelArrived at ? [at.CentreCode, at.CounterCode] : [CentreOf(e)];

    private static string CentreOf(Event e) =>
        e switch
        {
            LotAccepted accepted => accepted.CentreCode,
            LotReleased released => released.CentreCode,
            LotRejected rejected => rejected.CentreCode,
            RecallIssued recalled => recalled.CentreCode,
            PrescriptionChecked dispensed => dispensed.CentreCode,
            StepCompleted step => step.CentreCode,
            DecoctionCompleted completed => completed.CentreCode,
            ParcelEvent parcel => parcel.CentreCode,
            _ => throw new InvalidOperationException($"{e.GetType().Name} is no physical step: see Topology."),
        };
}
