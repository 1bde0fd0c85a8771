using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;
using TcmBrain.Prescriptions.Notifications;

namespace TcmBrain.Prescriptions.Custody;

/// <summary>
/// Keeps who has the parcel (包裹在谁手中), and writes the message that the patient gets of it. What is older than what is known changes
/// nothing and is told to nobody.
/// </summary>
internal sealed class KeepCustody
    : IHandle<PrescriptionChecked>,
        IHandle<ParcelShipped>,
        IHandle<ParcelArrived>,
        IHandle<ParcelUndelivered>,
        IHandle<ParcelDelivered>,
        IHandle<ParcelReturned>
{
    public async Task HandleAsync(PrescriptionChecked e, Work work, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            insert into prescriptions.delivery (prescription_id, centre_code) values ($1, $2)
            on conflict (prescription_id) do update set centre_code = excluded.centre_code
            """,
            e.AggregateId,
            e.CentreCode
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task HandleAsync(ParcelShipped e, Work work, CancellationToken cancellationToken)
    {
        var firm = e.FirmCode.Length == 0 ? e.CentreCode : e.FirmCode;
        if (await KeepAsync(work, e, "shipped", firm, e.CourierId, cancellationToken))
        {
            await Messages.WriteAsync(work, e, "shipped", e.ExpectedBy, secret: null, cancellationToken);
        }
    }

    /// <summary>The code goes out with the message, for the first counter and for every further one.</summary>
    public async Task HandleAsync(ParcelArrived e, Work work, CancellationToken cancellationToken)
    {
        if (await KeepAsync(work, e, "counter", e.CounterCode, null, cancellationToken))
        {
            var code = await PickUpCode.MakeAsync(work, e.AggregateId, cancellationToken);
            await Messages.WriteAsync(work, e, "at-counter", e.Until, code, cancellationToken);
        }
    }

    public async Task HandleAsync(ParcelUndelivered e, Work work, CancellationToken cancellationToken)
    {
        if (e.Back)
        {
            await KeepAsync(work, e, "back", e.CentreCode, null, cancellationToken);
        }
        else if (!await IsOvertakenAsync(work, e, cancellationToken))
        {
            // It stays where it is: only the message is new.
            await Messages.WriteAsync(work, e, "undelivered", null, secret: null, cancellationToken);
        }
    }

    public async Task HandleAsync(ParcelDelivered e, Work work, CancellationToken cancellationToken)
    {
        if (await KeepAsync(work, e, "delivered", null, null, cancellationToken))
        {
            await Messages.WriteAsync(work, e, "delivered", e.OccurredAt, secret: null, cancellationToken);
        }
    }

    public async Task HandleAsync(ParcelReturned e, Work work, CancellationToken cancellationToken)
    {
        if (await KeepAsync(work, e, "returned", null, null, cancellationToken))
        {
            await Messages.WriteAsync(work, e, "returned", null, secret: null, cancellationToken);
        }
    }

    /// <summary>Whether something later is known of the parcel already.</summary>
    private static async Task<bool> IsOvertakenAsync(Work work, ParcelEvent e, CancellationToken cancellationToken)
    {
        // Held, so that what another replica is just taking in is seen.
        await using var command = work.Command(
            "select parcel_version from prescriptions.delivery where prescription_id = $1 for update",
            e.AggregateId
        );
        return await command.ExecuteScalarAsync(cancellationToken) is int known && known > e.Version;
    }

    private static async Task<bool> KeepAsync(
        Work work,
        ParcelEvent e,
        string state,
        string? holder,
        string? courier,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            """
            insert into prescriptions.delivery as d
                (prescription_id, centre_code, public_code, parcel_state, holder_code, courier_id, parcel_version)
            values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (prescription_id) do update
            set centre_code = excluded.centre_code, public_code = excluded.public_code, parcel_state = excluded.parcel_state,
                holder_code = excluded.holder_code, courier_id = excluded.courier_id, parcel_version = excluded.parcel_version
            where d.parcel_version < excluded.parcel_version
            """,
            e.AggregateId,
            e.CentreCode,
            e.PublicCode,
            state,
            holder,
            courier,
            e.Version
        );
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }
}
