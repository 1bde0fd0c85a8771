using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using TcmBrain.Decoction.Parcels;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Decoction.Couriers;

/// <summary>
/// What a courier's system tells (配送状态回传). Messages may come twice, late and in any order: each is taken in its own transaction and
/// answered for itself, so that a batch cut short is simply sent again.
/// </summary>
internal static class CourierEndpoints
{
    private const int Most = 500;

    private static readonly string[] Causes =
    [
        "absent",
        "refused",
        "wrong-address",
        "unreachable",
        "not-collected",
        "damaged",
        "recalled",
        "other",
    ];

    public static void MapCouriers(this IEndpointRouteBuilder app) =>
        app.MapPost("/api/decoction/courier-statuses", TakeAllAsync)
            .RequireRole(Roles.Courier)
            .WithName("TakeCourierStatuses")
            .WithTags("couriers");

    private static async Task<Ok<CourierOutcomes>> TakeAllAsync(
        CourierStatuses statuses,
        EventExchange exchange,
        TimeProvider time,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        if (statuses.Items is not { Count: > 0 and <= Most } items)
        {
            throw DecoctionFaults.StatusBatch.Exception("items");
        }

        var outcomes = new List<CourierOutcome>(items.Count);
        var by = new Reporter(caller.Subject(), caller.DisplayName(), caller.InstitutionCode());
        for (var i = 0; i < items.Count; i++)
        {
            var status = items[i];
            try
            {
                outcomes.Add(await TakeAsync(exchange, status, by, time.GetUtcNow(), cancellationToken));
            }
            catch (FaultException refused)
            {
                var fault = refused.Faults[0];
                outcomes.Add(
                    new CourierOutcome(status.ReportId ?? "", status.Sscc, "refused", false, null, fault.Code, fault.Zh, fault.En)
                );
            }
        }

        return TypedResults.Ok(new CourierOutcomes(outcomes));
    }

    private static async Task<CourierOutcome> TakeAsync(
        EventExchange exchange,
        CourierStatus status,
        Reporter by,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var report = ReportOf(status, by, now);
        await using var work = await exchange.BeginAsync(cancellationToken);
        var parcel =
            await ParcelStore.LockAsync(work, status.Sscc!.Trim(), by.InstitutionCode, cancellationToken)
            ?? throw DecoctionFaults.ParcelNotFound.Exception("sscc");
        // Only the centre says whom it gave it to; a stranger's word that it took it is kept for nothing.
        if (parcel.Holder is { } holder && holder != by.InstitutionCode && parcel.CentreCode != by.InstitutionCode)
        {
            throw DecoctionFaults.ParcelNotFound.Exception("sscc");
        }

        var taken = await ParcelDesk.TakeAsync(work, parcel, report, mayWait: true, cancellationToken);
        await work.CommitAsync(cancellationToken);
        return new CourierOutcome(status.ReportId!, status.Sscc, taken.Standing, !taken.New, parcel.State, null, null, null);
    }

    private static ParcelReport ReportOf(CourierStatus status, Reporter by, DateTimeOffset now)
    {
        var id = status.ReportId?.Trim() ?? "";
        if (id.Length is 0 or > 100 || id.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))
        {
            throw DecoctionFaults.ReportKey.Exception("reportId");
        }

        if (string.IsNullOrWhiteSpace(status.Sscc))
        {
            throw DecoctionFaults.Missing.Exception("sscc");
        }

        ParcelAction action = status.Status switch
        {
            "picked-up" => ParcelAction.HandOver,
            "delivered" => ParcelAction.Deliver,
            "failed" => ParcelAction.Fail,
            "at-counter" => ParcelAction.Arrive,
            "returned" => ParcelAction.BringBack,
            "lost" => ParcelAction.Lose,
            _ => throw DecoctionFaults.UnknownState.Exception("status", status.Status ?? ""),
        };
        if (action is (ParcelAction.Fail or ParcelAction.BringBack) && !Causes.Contains(status.Cause))
        {
            throw DecoctionFaults.ParcelCause.Exception("cause", string.Join(", ", Causes));
        }

        return new ParcelReport
        {
            Action = action,
            At = status.OccurredAt.Reported("occurredAt", now),
            Key = "courier:" + id,
            By = by,
            Reason = string.IsNullOrWhiteSpace(status.Reason) ? null : status.Reason.Trim(),
            Cause = action == ParcelAction.Lose ? "lost" : status.Cause,
            CourierId = string.IsNullOrWhiteSpace(status.CourierId) ? null : status.CourierId.Trim(),
            CourierName = string.IsNullOrWhiteSpace(status.CourierName) ? null : status.CourierName.Trim(),
            ExpectedBy = status.ExpectedBy?.Stored(),
            Receipt = action == ParcelAction.Deliver ? Receipts.Of(status.Receiver, "seen") : null,
        };
    }
}
