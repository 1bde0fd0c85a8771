using TcmBrain.Decoction.BatchRecords;
using TcmBrain.Decoction.Jobs;
using TcmBrain.Decoction.Packing;
using TcmBrain.Exchange;

namespace TcmBrain.Decoction.Parcels;

/// <summary>
/// Takes a report about a locked parcel: history, state, owner and event in the caller's transaction. Told again (by its key) it changes
/// nothing, whatever it says.
/// </summary>
internal static class ParcelDesk
{
    public const string Applied = "applied";
    public const string Noted = "noted";
    public const string Waiting = "waiting";

    /// <summary>The standing of the report, and whether it is on record only since now.</summary>
    internal readonly record struct Taken(string Standing, bool New);

    /// <param name="mayWait">a system reports, whose messages overtake each other; a person is told at once that it cannot be</param>
    /// <exception cref="ServiceDefaults.Faults.FaultException">DEC-0701 and its neighbours; nothing is recorded then.</exception>
    public static async Task<Taken> TakeAsync(Work work, ParcelRow parcel, ParcelReport report, bool mayWait, CancellationToken ct)
    {
        if (await ParcelStore.StandingAsync(work, parcel.PrescriptionId, report.Key, ct) is { } known)
        {
            return new Taken(known, false);
        }

        var cell = ParcelTable.Of(parcel.State, report.Action, parcel.PickUp is not null);
        if (cell.Kind == ParcelCellKind.Refuse || cell.Kind == ParcelCellKind.Wait && !mayWait)
        {
            throw Refusal(parcel, report.Action);
        }

        if (cell.Kind == ParcelCellKind.Wait)
        {
            await ParcelStore.EnterAsync(work, parcel.PrescriptionId, report, Waiting, ct);
            return new Taken(Waiting, true);
        }

        // What happened before the present state began is the past, told late.
        var moves = cell.Kind == ParcelCellKind.Move && !(mayWait && IsPast(parcel, report));
        if (moves)
        {
            await MoveAsync(work, parcel, cell.To, report, ct);
        }

        var standing = moves ? Applied : Noted;
        await ParcelStore.EnterAsync(work, parcel.PrescriptionId, report, standing, ct);
        if (moves)
        {
            await CatchUpAsync(work, parcel, ct);
        }

        return new Taken(standing, true);
    }

    private static bool IsPast(ParcelRow parcel, ParcelReport report) => report.At < parcel.Since - Moment.Tolerance;

    /// <summary>What has waited for this takes effect now, in the order in which it happened.</summary>
    private static async Task CatchUpAsync(Work work, ParcelRow parcel, CancellationToken ct)
    {
        foreach (var waiting in await ParcelStore.WaitingAsync(work, parcel.PrescriptionId, ct))
        {
            var cell = ParcelTable.Of(parcel.State, waiting.Action, parcel.PickUp is not null);
            switch (cell.Kind)
            {
                case ParcelCellKind.Move when !IsPast(parcel, waiting):
                    await MoveAsync(work, parcel, cell.To, waiting, ct);
                    await ParcelStore.SettleAsync(work, parcel.PrescriptionId, waiting.Key, Applied, ct);
                    break;
                case ParcelCellKind.Wait:
                    break;
                default:
                    await ParcelStore.SettleAsync(work, parcel.PrescriptionId, waiting.Key, Noted, ct);
                    break;
            }
        }
    }

    private static async Task MoveAsync(Work work, ParcelRow parcel, string to, ParcelReport report, CancellationToken ct)
    {
        // A courier's clock may be a little behind the centre's.
        var at = report.At < parcel.Since ? parcel.Since : report.At;
        if (parcel.ShippedAt is null && report.Action is ParcelAction.HandOver or ParcelAction.Arrive)
        {
            await ReleaseGate.RequireAsync(work, parcel.PrescriptionId, ct);
            await PackingGate.RequireAsync(work, parcel.PrescriptionId, ct);
        }

        parcel.State = to;
        parcel.Since = at;
        switch (report.Action)
        {
            case ParcelAction.HandOver:
                parcel.ShippedAt ??= at;
                parcel.Holder = report.FirmCode ?? report.By.InstitutionCode;
                (parcel.CourierId, parcel.CourierName) = (report.CourierId, report.CourierName ?? report.By.Name);
                parcel.ExpectedBy = report.ExpectedBy;
                parcel.ColdChain |= report.ColdChain;
                parcel.JobState = JobStates.Shipped;
                break;
            case ParcelAction.Arrive:
                parcel.ShippedAt ??= at;
                parcel.Holder = parcel.PickUp!.InstitutionCode;
                (parcel.CourierId, parcel.ExpectedBy) = (null, null);
                parcel.JobState = JobStates.Shipped;
                break;
            case ParcelAction.Fail:
                parcel.Attempts++;
                break;
            case ParcelAction.BringBack:
                parcel.Holder = parcel.CentreCode;
                (parcel.CourierId, parcel.ExpectedBy) = (null, null);
                break;
            case ParcelAction.Deliver:
            case ParcelAction.PickUp:
                parcel.DeliveredAt = at;
                End(parcel, report.Action == ParcelAction.Deliver ? "delivered" : "picked-up", at);
                parcel.JobState = JobStates.Delivered;
                break;
            case ParcelAction.Discard:
                End(parcel, report.Cause!, at);
                // What was scrapped stays that.
                parcel.JobState = parcel.JobState == JobStates.Scrapped ? JobStates.Scrapped : JobStates.Returned;
                break;
            case ParcelAction.Lose:
                End(parcel, "lost", at);
                parcel.JobState = JobStates.Lost;
                break;
        }

        work.Publish(ParcelEvents.Of(parcel, report, at), parcel.TraceParent);
        await ParcelStore.SaveAsync(work, parcel, report.By, ct);
    }

    private static void End(ParcelRow parcel, string outcome, DateTimeOffset at)
    {
        (parcel.Outcome, parcel.EndedAt, parcel.Holder) = (outcome, at, null);
        parcel.CourierId = null;
    }

    private static ServiceDefaults.Faults.FaultException Refusal(ParcelRow parcel, ParcelAction action) =>
        action switch
        {
            ParcelAction.Arrive or ParcelAction.PickUp when parcel.PickUp is null => DecoctionFaults.NotForPickUp.Exception(
                "prescriptionId"
            ),
            ParcelAction.Deliver or ParcelAction.Fail when parcel.State == ParcelStates.Ready => DecoctionFaults.NotShipped.Exception(
                "prescriptionId"
            ),
            _ => DecoctionFaults.ParcelState.Exception("prescriptionId", action.Name(), parcel.State),
        };
}
