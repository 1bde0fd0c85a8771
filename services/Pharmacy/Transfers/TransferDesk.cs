using System.Globalization;
using NpgsqlTypes;
using TcmBrain.Contracts;
using TcmBrain.Exchange;
using TcmBrain.Pharmacy.Ledger;
using TcmBrain.Pharmacy.Reservation;
using TcmBrain.Pharmacy.Stock;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Pharmacy.Transfers;

internal sealed record TransferLineRequest(Guid LotId, long Milligrams);

internal sealed record TransferRequest(string ToCentre, string? Reason, TransferLineRequest[] Lines);

/// <param name="LotId">As sent.</param>
/// <param name="Reason">Why less arrived than was sent.</param>
internal sealed record ArrivalRequest(Guid LotId, long Milligrams, string? Reason);

/// <summary>
/// Transfers between centres (调拨). What was sent is in transit and the sender's until the receiver has weighed it; what then is missing is
/// the sender's loss, with a reason. It arrives as a lot of its own, in quarantine until quality releases it there.
/// </summary>
internal sealed class TransferDesk(EventExchange exchange, TimeProvider time)
{
    private const int MaxLines = 100;

    /// <summary>Idempotent by the caller's id.</summary>
    /// <returns>False when it had been sent before.</returns>
    public async Task<bool> SendAsync(Guid id, TransferRequest request, Person person, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        Check(request);
        await using var work = await exchange.BeginAsync(cancellationToken);
        await using var inserting = work.Command(
            """
            insert into pharmacy.transfers (id, number, from_centre, to_centre, state, reason, sent_by, sent_by_name, sent_at)
            select $1, $2 || lpad(nextval('pharmacy.transfer_number')::text, 5, '0'), $3, c.code, 'sent', $5, $6, $7, $8
            from pharmacy.centres c where c.code = $4 and c.code <> $3
            on conflict (id) do nothing
            """,
            id,
            "DB" + RegionTime.DayOf(now).ToString("yyyyMMdd", CultureInfo.InvariantCulture) + "-",
            person.CentreCode,
            request.ToCentre,
            request.Reason!,
            person.Subject,
            person.Name,
            now.UtcDateTime
        );
        if (await inserting.ExecuteNonQueryAsync(cancellationToken) == 0)
        {
            return await SentBeforeAsync(work, id, request, person, cancellationToken)
                ? false
                : throw PharmacyFaults.TransferDestination.Exception("toCentre", request.ToCentre[..Math.Min(request.ToCentre.Length, 40)]);
        }

        await CheckFreeAsync(work, request.Lines, person, RegionTime.DayOf(now), cancellationToken);
        await using var batch = work.Batch();
        batch
            .Add("insert into pharmacy.transfer_lines (transfer_id, lot_id, sent) select $1, * from unnest($2, $3)")
            .With(id)
            .With(NpgsqlDbType.Uuid, request.Lines.Select(l => l.LotId))
            .With(NpgsqlDbType.Bigint, request.Lines.Select(l => l.Milligrams));
        LedgerStore.Post(
            batch,
            [
                new Movement(
                    MovementKind.TransferOut,
                    null,
                    person.Subject,
                    now,
                    [.. request.Lines.Select(l => new Entry(l.LotId, 0, Account.Available, Account.InTransit, l.Milligrams))]
                )
                {
                    DocumentId = id,
                    Reason = request.Reason!,
                },
            ]
        );
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await work.CommitAsync(cancellationToken);
        return true;
    }

    private static void Check(TransferRequest request)
    {
        var faults = new FaultList();
        faults.CheckText(request.Reason, "reason", Particulars.MaxReason);
        faults.CheckText(request.ToCentre, "toCentre");
        faults.Require(
            request.Lines is { Length: > 0 and <= MaxLines } && request.Lines.DistinctBy(l => l.LotId).Count() == request.Lines.Length,
            PharmacyFaults.LineCount,
            "lines",
            MaxLines
        );
        foreach (var (i, line) in (request.Lines ?? []).Take(MaxLines).Index())
        {
            faults.CheckMilligrams(line.Milligrams, $"lines[{i}].milligrams");
        }

        faults.ThrowIfAny();
    }

    /// <summary>Under the shelves' locks: what is sent is this centre's, good, not past its day, and free.</summary>
    private static async Task CheckFreeAsync(
        Work work,
        TransferLineRequest[] lines,
        Person person,
        DateOnly today,
        CancellationToken cancellationToken
    )
    {
        await using var reading = work.Batch();
        ReservationDesk.Lock(reading, [], lines.Select(l => l.LotId), []);
        reading
            .Add(
                """
                select l.id, l.lot_number, case when l.status = 'available' and l.expires_on >= $3 then b.available else 0 end
                from pharmacy.lots l join pharmacy.lot_balances b on b.lot_id = l.id
                where l.id = any($1) and l.centre_code = $2
                """
            )
            .With(NpgsqlDbType.Uuid, lines.Select(l => l.LotId))
            .With(person.CentreCode)
            .With(today);
        await using var reader = await reading.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var free = (
            await reader.RowsAsync(r => (Id: r.GetGuid(0), Number: r.GetString(1), Free: r.GetInt64(2)), cancellationToken)
        ).ToDictionary(l => l.Id);
        var faults = new FaultList();
        foreach (var (i, line) in lines.Index())
        {
            if (!free.TryGetValue(line.LotId, out var lot))
            {
                faults.Add(PharmacyFaults.LotNotFound, $"lines[{i}].lotId");
            }
            else
            {
                faults.Require(
                    lot.Free >= line.Milligrams,
                    PharmacyFaults.LotNotFree,
                    $"lines[{i}].milligrams",
                    lot.Number,
                    line.Milligrams,
                    lot.Free
                );
            }
        }

        faults.ThrowIfAny();
    }

    private static async Task<bool> SentBeforeAsync(
        Work work,
        Guid id,
        TransferRequest request,
        Person person,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            """
            select t.to_centre, l.lot_id, l.sent from pharmacy.transfers t join pharmacy.transfer_lines l on l.transfer_id = t.id
            where t.id = $1 and t.from_centre = $2
            """,
            id,
            person.CentreCode
        );
        var before = await command.ListAsync(r => (r.GetString(0), r.GetGuid(1), r.GetInt64(2)), cancellationToken);
        if (before.Count == 0)
        {
            return false;
        }

        return before.ToHashSet().SetEquals(request.Lines.Select(l => (request.ToCentre, l.LotId, l.Milligrams)))
            ? true
            : throw PharmacyFaults.UsedDifferently.Exception("id");
    }
}
