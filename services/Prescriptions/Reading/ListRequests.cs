using System.Security.Claims;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Prescriptions.Push;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Prescriptions.Reading;

/// <summary>The contract's List: reads the request, asks, makes the page.</summary>
internal sealed class ListRequests(ListReader reader)
{
    private const int UsualPage = 50;
    private const int MostPerPage = 200;

    /// <exception cref="FaultException">A filter or the page token makes no sense.</exception>
    public async Task<ListReply> ListAsync(ClaimsPrincipal caller, ListRequest request, CancellationToken cancellationToken)
    {
        var after = Guid.Empty;
        var faults = new FaultList()
            .Require(request.PageSize is >= 0 and <= MostPerPage, PrescriptionsFaults.OutOfRange, "page_size", 0, MostPerPage)
            .Require(
                request.PageToken.Length == 0 || Guid.TryParse(request.PageToken, out after),
                PrescriptionsFaults.PageToken,
                "page_token"
            )
            .Require(
                request.States.All(s => s != State.Unspecified && Enum.IsDefined(s)),
                PrescriptionsFaults.OutOfRange,
                "states",
                (int)State.Received,
                (int)State.Superseded
            )
            .Require(
                request.ReceivedFrom is null || FieldChecks.IsInstant(request.ReceivedFrom),
                PrescriptionsFaults.Missing,
                "received_from"
            )
            .Require(
                request.ReceivedBefore is null || FieldChecks.IsInstant(request.ReceivedBefore),
                PrescriptionsFaults.Missing,
                "received_before"
            );
        faults.Text(request.HisNumber, "his_number", 64, required: false);
        faults.ThrowIfAny();
        var filter = new ListFilter(
            [.. request.States],
            request.ReceivedFrom?.ToDateTimeOffset(),
            request.ReceivedBefore?.ToDateTimeOffset(),
            request.Urgent switch
            {
                TriState.Yes => true,
                TriState.No => false,
                _ => null,
            },
            request.HisNumber,
            request.PageToken.Length == 0 ? null : after
        );
        var most = request.PageSize == 0 ? UsualPage : request.PageSize;
        var items = await reader.SummariesAsync(caller, filter, most + 1, cancellationToken);
        var reply = new ListReply();
        reply.Items.AddRange(items.Take(most));
        if (items.Count > most)
        {
            reply.NextPageToken = reply.Items[^1].PrescriptionId;
        }

        return reply;
    }
}
