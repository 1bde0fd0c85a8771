using System.Globalization;
using Microsoft.Extensions.Options;
using TcmBrain.Contracts;
using TcmBrain.Exchange;
using TcmBrain.Pharmacy.Ledger;
using TcmBrain.Pharmacy.Reservation;
using TcmBrain.Pharmacy.Stock;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Pharmacy.WriteOffs;

/// <summary>Section <c>Stock</c> of the configuration.</summary>
internal sealed class StockOptions
{
    /// <summary>A loss or return of more than this is booked when a second person has signed; half a kilogram.</summary>
    public long SignedAboveMilligrams { get; set; } = 500_000;
}

/// <param name="Kind">loss 报损, return 退回供应商, goods-back 退回饮片.</param>
/// <param name="Cause">mould, insects, broken, expired, evaporation, recalled, rejected, other.</param>
/// <param name="PrescriptionId">Of goods that came back: what they were handed out for, with the line.</param>
internal sealed record WriteOffRequest(
    string Kind,
    Guid LotId,
    long Milligrams,
    string Cause,
    string? Reason,
    Guid? PrescriptionId,
    int? LineNumber
);

/// <summary>
/// What leaves without being dispensed: losses (报损), returns to the supplier (退回供应商), and goods that patients brought back, which are
/// destroyed and never put back on a shelf (《医疗机构药事管理规定》 第二十八条). Small ones are booked at once, larger ones when a second person has
/// signed.
/// </summary>
internal sealed class WriteOffDesk(EventExchange exchange, IOptions<StockOptions> options, TimeProvider time)
{
    public static readonly string[] Kinds = ["loss", "return", "goods-back"];
    private static readonly string[] Causes = ["mould", "insects", "broken", "expired", "evaporation", "recalled", "rejected", "other"];

    private sealed record Document(
        Guid Id,
        string Kind,
        string State,
        Guid LotId,
        long Milligrams,
        string Cause,
        string Reason,
        Guid? PrescriptionId,
        int LineNumber,
        string AskedBy,
        string? SignedBy
    );

    /// <summary>Idempotent by the caller's id.</summary>
    /// <returns>The state, and whether it was recorded now.</returns>
    public async Task<(string State, bool Recorded)> AskAsync(
        Guid id,
        WriteOffRequest request,
        Person person,
        CancellationToken cancellationToken
    )
    {
        Check(request);
        var now = time.GetUtcNow();
        await using var work = await exchange.BeginAsync(cancellationToken);
        if (await FindAsync(work, id, person, cancellationToken) is { } before)
        {
            return
                (before.Kind, before.LotId, before.Milligrams, before.Cause, before.PrescriptionId)
                == (request.Kind, request.LotId, request.Milligrams, request.Cause, request.PrescriptionId)
                ? (before.State, false)
                : throw PharmacyFaults.UsedDifferently.Exception("id");
        }

        var signed = request.Milligrams > options.Value.SignedAboveMilligrams || request.Kind == "goods-back";
        await using var inserting = work.Command(
            """
            insert into pharmacy.write_offs
                (id, centre_code, kind, number, state, lot_id, milligrams, cause, reason, prescription_id, line_number, asked_by,
                 asked_by_name, asked_at)
            select $1, l.centre_code, $4, $5 || lpad(nextval('pharmacy.write_off_number')::text, 5, '0'), $6, l.id, $7, $8, $9,
                   $10::uuid, $11, $12, $13, $14
            from pharmacy.lots l where l.id = $3 and l.centre_code = $2
            on conflict (id) do nothing
            """,
            id,
            person.CentreCode,
            request.LotId,
            request.Kind,
            request.Kind switch
            {
                "loss" => "BS",
                "return" => "TH",
                _ => "TY",
            }
                + RegionTime.DayOf(now).ToString("yyyyMMdd", CultureInfo.InvariantCulture)
                + "-",
            signed ? "awaiting-signature" : "booked",
            request.Milligrams,
            request.Cause,
            request.Reason!,
            request.PrescriptionId,
            request.LineNumber ?? 0,
            person.Subject,
            person.Name,
            now.UtcDateTime
        );
        if (await inserting.ExecuteNonQueryAsync(cancellationToken) == 0)
        {
            throw PharmacyFaults.LotNotFound.Exception("lotId");
        }

        var document = (await FindAsync(work, id, person, cancellationToken))!;
        // Also one that waits: nobody is to sign what cannot be booked.
        var movement = await MovementAsync(work, document, null, now, cancellationToken);
        if (!signed)
        {
            await LedgerStore.PostAsync(work, movement, cancellationToken);
        }

        await work.CommitAsync(cancellationToken);
        return (document.State, true);
    }

    /// <summary>A second person signs, and it is booked.</summary>
    /// <returns>False when it had been booked before.</returns>
    public async Task<bool> SignAsync(Guid id, Person person, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var work = await exchange.BeginAsync(cancellationToken);
        var document =
            await FindAsync(work, id, person, cancellationToken) ?? throw PharmacyFaults.WriteOffNotFound.Exception("writeOffId");
        if (document.State == "booked" && document.SignedBy == person.Subject)
        {
            return false;
        }

        Require(document.State == "awaiting-signature", PharmacyFaults.WriteOffState, document.State);
        Require(document.AskedBy != person.Subject, PharmacyFaults.SignerIsAsker);
        await LedgerStore.PostAsync(work, await MovementAsync(work, document, person, now, cancellationToken), cancellationToken);
        await ChangeAsync(work, id, "booked", person, now, cancellationToken);
        await work.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>What waits for a signature is taken back by whoever asked for it, or refused by another.</summary>
    /// <returns>False when it had been withdrawn before.</returns>
    public async Task<bool> WithdrawAsync(Guid id, Person person, CancellationToken cancellationToken)
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        var document =
            await FindAsync(work, id, person, cancellationToken) ?? throw PharmacyFaults.WriteOffNotFound.Exception("writeOffId");
        if (document.State == "withdrawn")
        {
            return false;
        }

        Require(document.State == "awaiting-signature", PharmacyFaults.WriteOffState, document.State);
        await ChangeAsync(work, id, "withdrawn", null, time.GetUtcNow(), cancellationToken);
        await work.CommitAsync(cancellationToken);
        return true;
    }

    private static void Check(WriteOffRequest request)
    {
        var faults = new FaultList();
        faults.CheckWord(request.Kind, "kind", Kinds);
        faults.CheckWord(request.Cause, "cause", Causes);
        faults.CheckMilligrams(request.Milligrams, "milligrams");
        faults.CheckText(request.Reason, "reason", Particulars.MaxReason);
        if (request.Kind == "goods-back")
        {
            faults.Require(request.PrescriptionId is not null, PharmacyFaults.PrescriptionNotFound, "prescriptionId");
            faults.Require(request.LineNumber is > 0, PharmacyFaults.UnknownLine, "lineNumber", request.LineNumber ?? 0);
        }

        faults.ThrowIfAny();
    }

    /// <summary>Under the shelf's lock, so that what it takes is there.</summary>
    private static async Task<Movement> MovementAsync(
        Work work,
        Document document,
        Person? second,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await using var batch = work.Batch();
        ReservationDesk.Lock(batch, [], [document.LotId], []);
        batch
            .Add(
                """
                select l.lot_number, l.status, b.available, b.quarantine
                from pharmacy.lots l join pharmacy.lot_balances b on b.lot_id = l.id where l.id = $1
                """
            )
            .With(document.LotId);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var (number, available, quarantine) = (reader.GetString(0), reader.GetInt64(2), reader.GetInt64(3));
        await reader.DisposeAsync();
        if (document.Kind == "goods-back")
        {
            return await GoodsBackAsync(work, document, second, now, cancellationToken);
        }

        var free = available + quarantine;
        Require(document.Milligrams <= free, PharmacyFaults.LotNotFree, number, document.Milligrams, free);
        // What is no longer good goes first.
        var fromQuarantine = Math.Min(quarantine, document.Milligrams);
        var (kind, to) = document.Kind == "loss" ? (MovementKind.Loss, Account.Lost) : (MovementKind.Return, Account.Returned);
        Entry[] entries =
        [
            new(document.LotId, 0, Account.Quarantine, to, fromQuarantine),
            new(document.LotId, 0, Account.Available, to, document.Milligrams - fromQuarantine),
        ];
        return new Movement(kind, null, document.AskedBy, now, [.. entries.Where(e => e.Milligrams > 0)])
        {
            DocumentId = document.Id,
            Reason = document.Reason,
            SecondActor = second?.Subject,
        };
    }

    /// <summary>No more comes back of a line than was handed out for it.</summary>
    private static async Task<Movement> GoodsBackAsync(
        Work work,
        Document document,
        Person? second,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            """
            select coalesce((select sum(a.weighed) from pharmacy.allocations a join pharmacy.prescriptions p on p.id = a.prescription_id
                             where a.prescription_id = $1 and a.line_number = $2 and a.lot_id = $3 and p.state = 'checked'), 0)
                 - coalesce((select sum(e.milligrams) from pharmacy.entries e join pharmacy.movements m on m.id = e.movement_id
                             where e.lot_id = $3 and m.prescription_id = $1 and e.line_number = $2 and m.kind = 'goods-back'), 0)
            """,
            document.PrescriptionId,
            document.LineNumber,
            document.LotId
        );
        var left = (long)(decimal)(await command.ExecuteScalarAsync(cancellationToken))!;
        Require(document.Milligrams <= left, PharmacyFaults.NotHandedOut, left, document.LineNumber);
        return new Movement(
            MovementKind.GoodsBack,
            document.PrescriptionId,
            document.AskedBy,
            now,
            [new Entry(document.LotId, document.LineNumber, Account.Dispensed, Account.Lost, document.Milligrams)]
        )
        {
            DocumentId = document.Id,
            Reason = document.Reason,
            SecondActor = second?.Subject,
        };
    }

    private static async Task ChangeAsync(
        Work work,
        Guid id,
        string state,
        Person? signer,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            "update pharmacy.write_offs set state = $2, signed_by = $3, signed_by_name = $4, signed_at = $5 where id = $1",
            id,
            state,
            signer?.Subject,
            signer?.Name,
            signer is null ? null : now.UtcDateTime
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<Document?> FindAsync(Work work, Guid id, Person person, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            select id, kind, state, lot_id, milligrams, cause, reason, prescription_id, line_number, asked_by, signed_by
            from pharmacy.write_offs where id = $1 and centre_code = $2 for update
            """,
            id,
            person.CentreCode
        );
        var rows = await command.ListAsync(
            r => new Document(
                r.GetGuid(0),
                r.GetString(1),
                r.GetString(2),
                r.GetGuid(3),
                r.GetInt64(4),
                r.GetString(5),
                r.GetString(6),
                r.IdOrNull(7),
                r.GetInt32(8),
                r.GetString(9),
                r.Text(10)
            ),
            cancellationToken
        );
        return rows.Count > 0 ? rows[0] : null;
    }

    private static void Require(bool holds, FaultDefinition fault, params object[] arguments)
    {
        if (!holds)
        {
            throw fault.Exception("", arguments);
        }
    }
}
