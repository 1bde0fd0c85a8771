using System.Security.Claims;
using TcmBrain.Contracts;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Decoction.Parcels;

/// <summary>What a person does with a parcel, checked against who has it, and then taken by <see cref="ParcelDesk"/>.</summary>
internal sealed class ParcelActs(EventExchange exchange, TimeProvider time)
{
    /// <summary>Where it is afterwards, and whether that is on record only since now.</summary>
    internal sealed record Outcome(ParcelRow Parcel, bool Recorded);

    /// <param name="with">adds what is particular to the act</param>
    public async Task<Outcome> DoAsync(
        Guid prescriptionId,
        ClaimsPrincipal caller,
        ParcelAction action,
        DateTimeOffset? when,
        string field,
        Func<ParcelReport, ParcelReport> with,
        CancellationToken cancellationToken
    )
    {
        var by = new Reporter(caller.Subject(), caller.DisplayName(), caller.InstitutionCode());
        var at = when.Reported(field, time.GetUtcNow());
        await using var work = await exchange.BeginAsync(cancellationToken);
        var parcel =
            await ParcelStore.LockAsync(work, prescriptionId, by.InstitutionCode, cancellationToken)
            ?? throw DecoctionFaults.ParcelNotFound.Exception("prescriptionId");
        var report = with(
            new ParcelReport
            {
                Action = action,
                At = at,
                Key = $"{action.Name()}@{at.UtcTicks}",
                By = by,
            }
        );
        if (await ParcelStore.StandingAsync(work, prescriptionId, report.Key, cancellationToken) is not null)
        {
            return new Outcome(parcel, false);
        }

        CheckHands(parcel, report);
        CheckTime(parcel, report, field);
        var taken = await ParcelDesk.TakeAsync(work, parcel, report, mayWait: false, cancellationToken);
        await work.CommitAsync(cancellationToken);
        return new Outcome(parcel, taken.New);
    }

    /// <summary>Only who has it can pass it on; to all others it is not there.</summary>
    private static void CheckHands(ParcelRow parcel, ParcelReport report)
    {
        var house = report.By.InstitutionCode;
        var holds = parcel.Holder == house;
        var centre = parcel.CentreCode == house;
        var counter = parcel.PickUp?.InstitutionCode == house;
        var may = report.Action switch
        {
            ParcelAction.HandOver or ParcelAction.Discard => centre,
            ParcelAction.Arrive => holds || counter,
            ParcelAction.PickUp => counter,
            ParcelAction.Deliver or ParcelAction.Fail => holds || centre,
            _ => holds || centre || counter,
        };
        if (!may)
        {
            throw DecoctionFaults.ParcelNotFound.Exception("prescriptionId");
        }

        // Another house's counter is reached by courier only.
        if (
            report.Action == ParcelAction.Arrive
            && parcel.State is (ParcelStates.Ready or ParcelStates.Back)
            && parcel.PickUp is { } pickUp
            && pickUp.InstitutionCode != parcel.CentreCode
        )
        {
            throw DecoctionFaults.NotShipped.Exception("prescriptionId");
        }

        // A delivery has happened; the others can still be left undone.
        if (
            parcel.RecalledReason is { } recalled
            && !ParcelStates.HasEnded(parcel.State)
            && report.Action is (ParcelAction.HandOver or ParcelAction.Arrive or ParcelAction.PickUp)
        )
        {
            throw DecoctionFaults.Recalled.Exception("prescriptionId", recalled);
        }

        if (report.FirmCode is { } firm && !InstitutionCode.IsValid(firm))
        {
            throw DecoctionFaults.FirmCode.Exception("firmCode");
        }
    }

    private static void CheckTime(ParcelRow parcel, ParcelReport report, string field)
    {
        switch (report.Action)
        {
            case ParcelAction.HandOver
                when parcel.State is not (ParcelStates.Ready or ParcelStates.Back) && parcel.ShippedAt is { } shipped:
                throw DecoctionFaults.AlreadyShipped.Exception(field, shipped.Text());
            case ParcelAction.Deliver or ParcelAction.PickUp when parcel.DeliveredAt is { } delivered:
                throw DecoctionFaults.AlreadyDelivered.Exception(field, delivered.Text());
        }

        if (ParcelStates.HasEnded(parcel.State) || report.At >= parcel.Since)
        {
            return;
        }

        throw report.Action switch
        {
            ParcelAction.HandOver => DecoctionFaults.ShippedBeforeReady.Exception(field, parcel.Since.Text()),
            ParcelAction.Deliver when parcel.State == ParcelStates.Shipped => DecoctionFaults.DeliveredBeforeShipped.Exception(
                field,
                parcel.Since.Text()
            ),
            ParcelAction.Deliver => DecoctionFaults.NotShipped.Exception("prescriptionId"),
            _ => DecoctionFaults.BeforePresent.Exception(field, parcel.Since.Text()),
        };
    }
}
