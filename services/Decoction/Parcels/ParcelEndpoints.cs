using System.Security.Claims;
using Npgsql;
using TcmBrain.Contracts.Events;
using TcmBrain.Decoction.BatchRecords;
using TcmBrain.Decoction.Jobs;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Decoction.Parcels;

/// <summary>From the packing bench to the patient's hands (配送). Both reports may be repeated.</summary>
internal static class ParcelEndpoints
{
    internal sealed record ShipReport(DateTimeOffset? ShippedAt);

    internal sealed record DeliverReport(DateTimeOffset? DeliveredAt);

    private sealed record ParcelAnswer(Guid PrescriptionId, Guid ParcelId, string Sscc, string State, bool Recorded);

    private sealed record ParcelItem(
        Guid PrescriptionId,
        Guid ParcelId,
        string Sscc,
        string State,
        string CentreCode,
        string DeliveryRegionCode,
        bool Urgent,
        DateTimeOffset ReadyAt,
        DateTimeOffset? ShippedAt,
        DateTimeOffset? DeliveredAt
    );

    private sealed record Parcel(
        Guid ParcelId,
        string Sscc,
        DateTimeOffset ReadyAt,
        DateTimeOffset? ShippedAt,
        DateTimeOffset? DeliveredAt
    );

    public static void MapParcels(this IEndpointRouteBuilder app)
    {
        var parcels = app.MapGroup("/api/decoction/parcels");
        parcels.MapGet("", ListAsync).RequireRole(Roles.Courier, Roles.Decoction);
        parcels.MapPost("/{prescriptionId:guid}/ship", ShipAsync).RequireRole(Roles.Courier);
        parcels.MapPost("/{prescriptionId:guid}/deliver", DeliverAsync).RequireRole(Roles.Courier);
    }

    /// <summary>The centre's parcels, those ready first in front; <paramref name="state"/>: packed, shipped or delivered.</summary>
    private static async Task<IResult> ListAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        string? state,
        string? next,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        if (state is not (null or JobStates.Packed or JobStates.Shipped or JobStates.Delivered))
        {
            throw DecoctionFaults.UnknownState.Exception("state", state);
        }

        var page = Page.Of(next, limit, DecoctionFaults.BadPage);
        await using var command = database.CreateCommand(
            """
            select p.prescription_id, p.parcel_id, p.sscc, job.state, job.delivery_region_code, job.urgent, p.ready_at, p.shipped_at, p.delivered_at
            from decoction.parcel p join decoction.job job using (prescription_id)
            where job.centre_code = @centre and (@state is null or job.state = @state)
              and (p.ready_at, p.prescription_id) > (@after_time, @after_id)
            order by p.ready_at, p.prescription_id limit @limit
            """
        );
        page.Bind(command);
        command.Parameters.AddWithValue("centre", caller.InstitutionCode());
        command.Parameters.Add(new NpgsqlParameter<string?>("state", state));
        var items = new List<ParcelItem>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            items.Add(
                new ParcelItem(
                    reader.GetGuid(0),
                    reader.GetGuid(1),
                    reader.GetString(2),
                    reader.GetString(3),
                    caller.InstitutionCode(),
                    reader.GetString(4),
                    reader.GetBoolean(5),
                    reader.GetFieldValue<DateTimeOffset>(6),
                    reader.MomentAt(7),
                    reader.MomentAt(8)
                )
            );
        }

        return TypedResults.Ok(new { items, next = page.Next(items.Count, () => (items[^1].ReadyAt, items[^1].PrescriptionId)) });
    }

    private static async Task<IResult> ShipAsync(
        Guid prescriptionId,
        ShipReport report,
        EventExchange exchange,
        TimeProvider time,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        var at = report.ShippedAt.Reported("shippedAt", time.GetUtcNow());
        await using var work = await exchange.BeginAsync(cancellationToken);
        var (job, parcel) = await LockAsync(work, prescriptionId, caller, cancellationToken);
        if (parcel.ShippedAt is { } shipped)
        {
            return shipped == at
                ? Answer(job, parcel, recorded: false)
                : throw DecoctionFaults.AlreadyShipped.Exception("shippedAt", shipped.Text());
        }

        await ReleaseGate.RequireAsync(work, prescriptionId, cancellationToken);
        if (at < parcel.ReadyAt)
        {
            throw DecoctionFaults.ShippedBeforeReady.Exception("shippedAt", parcel.ReadyAt.Text());
        }

        await using var update = work.Command(
            "update decoction.parcel set shipped_at = $2, shipped_by = $3, shipped_name = $4, state = 'shipped', since = $2 where prescription_id = $1",
            prescriptionId,
            at,
            caller.Subject(),
            caller.DisplayName()
        );
        await update.ExecuteNonQueryAsync(cancellationToken);
        job.State = JobStates.Shipped;
        work.Publish(
            new ParcelShipped
            {
                AggregateId = prescriptionId,
                Version = job.NextVersion(),
                OccurredAt = at,
                InstitutionCode = job.InstitutionCode,
                RegionCode = job.RegionCode,
                HisNumber = job.HisNumber,
                Revision = job.Revision,
                ParcelId = parcel.ParcelId,
                Sscc = parcel.Sscc,
                CentreCode = job.CentreCode,
                Courier = caller.DisplayName(),
                BagSerials = await BagStore.OfAsync(work, prescriptionId, cancellationToken),
                DeliveryRegionCode = job.DeliveryRegionCode,
            },
            job.TraceParent
        );
        await JobStore.SaveAsync(work, job, cancellationToken);
        await work.CommitAsync(cancellationToken);
        return Answer(job, parcel, recorded: true);
    }

    private static async Task<IResult> DeliverAsync(
        Guid prescriptionId,
        DeliverReport report,
        EventExchange exchange,
        TimeProvider time,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        var at = report.DeliveredAt.Reported("deliveredAt", time.GetUtcNow());
        await using var work = await exchange.BeginAsync(cancellationToken);
        var (job, parcel) = await LockAsync(work, prescriptionId, caller, cancellationToken);
        if (parcel.DeliveredAt is { } delivered)
        {
            return delivered == at
                ? Answer(job, parcel, recorded: false)
                : throw DecoctionFaults.AlreadyDelivered.Exception("deliveredAt", delivered.Text());
        }

        if (parcel.ShippedAt is not { } shipped)
        {
            throw DecoctionFaults.NotShipped.Exception("prescriptionId");
        }

        if (at < shipped)
        {
            throw DecoctionFaults.DeliveredBeforeShipped.Exception("deliveredAt", shipped.Text());
        }

        await using var update = work.Command(
            """
            update decoction.parcel
            set delivered_at = $2, delivered_by = $3, delivered_name = $4, state = 'delivered', outcome = 'delivered', ended_at = $2,
                holder_code = null, since = $2
            where prescription_id = $1
            """,
            prescriptionId,
            at,
            caller.Subject(),
            caller.DisplayName()
        );
        await update.ExecuteNonQueryAsync(cancellationToken);
        job.State = JobStates.Delivered;
        work.Publish(
            new ParcelDelivered
            {
                AggregateId = prescriptionId,
                Version = job.NextVersion(),
                OccurredAt = at,
                InstitutionCode = job.InstitutionCode,
                RegionCode = job.RegionCode,
                HisNumber = job.HisNumber,
                Revision = job.Revision,
                ParcelId = parcel.ParcelId,
                Sscc = parcel.Sscc,
                CentreCode = job.CentreCode,
                Courier = caller.DisplayName(),
                BagSerials = await BagStore.OfAsync(work, prescriptionId, cancellationToken),
                DeliveryRegionCode = job.DeliveryRegionCode,
            },
            job.TraceParent
        );
        await JobStore.SaveAsync(work, job, cancellationToken);
        await work.CommitAsync(cancellationToken);
        return Answer(job, parcel, recorded: true);
    }

    private static IResult Answer(Job job, Parcel parcel, bool recorded) =>
        TypedResults.Ok(new ParcelAnswer(job.PrescriptionId, parcel.ParcelId, parcel.Sscc, job.State, recorded));

    /// <summary>Job and parcel of the caller's centre, locked; not packed yet and not there at all answer alike.</summary>
    private static async Task<(Job Job, Parcel Parcel)> LockAsync(
        Work work,
        Guid prescriptionId,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        var job =
            await JobStore.LockAsync(work, prescriptionId, caller.InstitutionCode(), cancellationToken)
            ?? throw DecoctionFaults.ParcelNotFound.Exception("prescriptionId");
        await using var command = work.Command(
            "select parcel_id, sscc, ready_at, shipped_at, delivered_at from decoction.parcel where prescription_id = $1",
            prescriptionId
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            throw DecoctionFaults.ParcelNotFound.Exception("prescriptionId");
        }

        return (
            job,
            new Parcel(
                reader.GetGuid(0),
                reader.GetString(1),
                reader.GetFieldValue<DateTimeOffset>(2),
                reader.MomentAt(3),
                reader.MomentAt(4)
            )
        );
    }
}
