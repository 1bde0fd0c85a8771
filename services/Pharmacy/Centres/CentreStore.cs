using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Exchange;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Pharmacy.Centres;

/// <summary>What centres say of themselves, and their closing. Whatever is short of a centre is tried again after every change.</summary>
internal sealed class CentreStore(NpgsqlDataSource database, EventExchange exchange, TimeProvider time)
{
    public const int MostADay = 100_000;
    private const long MostFen = 100_000_00;
    private const int MaxReason = 200;
    private const int MaxList = 400;

    private const string Select = """
        select c.code, c.name_zh, c.name_en, c.region_code, c.longitude, c.latitude, c.suspended,
               p.version, p.dispensing_per_day, p.decoction_per_day, p.opens, p.closes, p.closed_weekdays, p.closed_days, p.service_regions,
               p.consortium, p.dispensing_fen, p.decoction_fen_per_dose, p.delivery_fen, p.closes_at, p.closed_reason,
               (select count(distinct (o.piece, o.grade, o.form)) from pharmacy.offers o where o.centre_code = c.code),
               (select count(*) from pharmacy.prescriptions x where x.centre_code = c.code and x.state in ('reserved', 'dispensing', 'dispensed')),
               (select count(*) from pharmacy.prescriptions x where x.centre_code = c.code and x.decoct
                and x.state in ('reserved', 'dispensing', 'dispensed'))
               + (select count(*) from pharmacy.prescriptions x where x.centre_code = c.code and x.decoct
                  and x.state = 'checked' and x.ready_at is null),
               k.delivered, k.kept
        from pharmacy.institutions c
        left join pharmacy.centre_profiles p on p.centre_code = c.code
        cross join lateral (
            select count(*) as delivered, count(*) filter (where x.delivered_at <= x.promised_at) as kept
            from pharmacy.prescriptions x
            where x.delivered_at > now() - interval '30 days' and x.centre_code = c.code and x.promised_at is not null) as k
        where c.kind = 'pharmacy'
        """;

    /// <summary>By code. Centres are no secret: who may sign in may read them.</summary>
    public async Task<IReadOnlyList<CentreView>> ListAsync(string? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.Query(Select + " and ($1::text is null or c.code > $1) order by c.code limit $2", after, limit);
        command.Parameters[0].NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text;
        return await command.ListAsync(Read, cancellationToken);
    }

    /// <exception cref="FaultException">PHA-0801</exception>
    public async Task<CentreView> ReadAsync(string code, CancellationToken cancellationToken)
    {
        await using var command = database.Query(Select + " and c.code = $1", code);
        var found = await command.ListAsync(Read, cancellationToken);
        return found.Count == 1 ? found[0] : throw PharmacyFaults.CentreNotFound.Exception("code");
    }

    /// <param name="version">as read; 0 while the centre has no profile</param>
    public async Task SaveAsync(string code, ProfileRequest profile, int version, string by, CancellationToken cancellationToken)
    {
        Check(profile);
        await using var work = await exchange.BeginAsync(cancellationToken);
        await RequireVersionAsync(work, code, version, cancellationToken);
        await using var command = work.Command(
            """
            insert into pharmacy.centre_profiles
                (centre_code, version, dispensing_per_day, decoction_per_day, opens, closes, closed_weekdays, closed_days, service_regions,
                 consortium, dispensing_fen, decoction_fen_per_dose, delivery_fen, updated_by, updated_at)
            values ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
            on conflict (centre_code) do update
            set version = centre_profiles.version + 1, dispensing_per_day = excluded.dispensing_per_day,
                decoction_per_day = excluded.decoction_per_day, opens = excluded.opens, closes = excluded.closes,
                closed_weekdays = excluded.closed_weekdays, closed_days = excluded.closed_days, service_regions = excluded.service_regions,
                consortium = excluded.consortium, dispensing_fen = excluded.dispensing_fen,
                decoction_fen_per_dose = excluded.decoction_fen_per_dose, delivery_fen = excluded.delivery_fen,
                updated_by = excluded.updated_by, updated_at = excluded.updated_at
            """,
            code,
            profile.DispensingPerDay,
            profile.DecoctionPerDay,
            profile.Opens,
            profile.Closes,
            profile.ClosedWeekdays,
            profile.ClosedDays,
            profile.ServiceRegions,
            profile.Consortium,
            profile.DispensingFen,
            profile.DecoctionFenPerDose,
            profile.DeliveryFen,
            by,
            time.GetUtcNow().UtcDateTime
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
        await TellRoutingAsync(work, cancellationToken);
        await work.CommitAsync(cancellationToken);
    }

    /// <summary>
    /// At once or at a time to come (停业). What is reserved or being weighed there then goes elsewhere; what is dispensed or checked is finished.
    /// Idempotent; a planned closing may be moved.
    /// </summary>
    public async Task CloseAsync(string code, ClosingRequest request, string by, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var faults = new FaultList();
        faults.Require(
            request.Reason is { } text && !string.IsNullOrWhiteSpace(text) && text.Length <= MaxReason && !text.Any(char.IsControl),
            PharmacyFaults.ReasonMissing,
            "reason",
            MaxReason
        );
        faults.Require(request.At is null || request.At > now, PharmacyFaults.ClosesInPast, "at");
        faults.ThrowIfAny();
        await ChangeClosingAsync(code, (request.At ?? now).UtcDateTime, request.Reason, by, now, cancellationToken);
    }

    /// <summary>It takes work again. Idempotent.</summary>
    public Task ReopenAsync(string code, string by, CancellationToken cancellationToken) =>
        ChangeClosingAsync(code, null, null, by, time.GetUtcNow(), cancellationToken);

    private async Task ChangeClosingAsync(
        string code,
        DateTime? closesAt,
        string? reason,
        string by,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        await RequireVersionAsync(work, code, null, cancellationToken);
        var plain = CentreProfile.Default;
        await using var command = work.Command(
            """
            insert into pharmacy.centre_profiles
                (centre_code, version, dispensing_per_day, decoction_per_day, opens, closes, closed_weekdays, closed_days, service_regions,
                 consortium, dispensing_fen, decoction_fen_per_dose, delivery_fen, closes_at, closed_reason, updated_by, updated_at)
            values ($1, 1, $2, $3, $4, $5, '{}', '{}', '{}', $6, 0, 0, 0, $7, $8, $9, $10)
            on conflict (centre_code) do update
            set version = centre_profiles.version + 1, closes_at = excluded.closes_at, closed_reason = excluded.closed_reason,
                updated_by = excluded.updated_by, updated_at = excluded.updated_at
            -- Closed already: the first moment and reason stand until it opens again.
            where $7::timestamptz is null or centre_profiles.closes_at is null or centre_profiles.closes_at > $10
            """,
            code,
            plain.DispensingPerDay,
            plain.DecoctionPerDay,
            plain.Hours.Opens,
            plain.Hours.Closes,
            plain.Consortium,
            closesAt,
            reason,
            by,
            now.UtcDateTime
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
        await TellRoutingAsync(work, cancellationToken);
        await work.CommitAsync(cancellationToken);
    }

    /// <param name="version">null: whatever it is</param>
    private static async Task RequireVersionAsync(Work work, string code, int? version, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            select coalesce((select p.version from pharmacy.centre_profiles p where p.centre_code = c.code), 0)
            from pharmacy.institutions c where c.code = $1 and c.kind = 'pharmacy' for update of c
            """,
            code
        );
        if (await command.ExecuteScalarAsync(cancellationToken) is not int current)
        {
            throw PharmacyFaults.CentreNotFound.Exception("code");
        }

        if (version is { } read && read != current)
        {
            throw PharmacyFaults.CentreStale.Exception("If-Match", current);
        }
    }

    /// <summary>What was short may find its centre now; what is reserved at a closed one has to leave it.</summary>
    public static async Task TellRoutingAsync(Work work, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            with due as (select id from pharmacy.prescriptions where state = 'short' order by id for update skip locked)
            update pharmacy.prescriptions p set tried_at = '-infinity' from due where p.id = due.id
            """
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
        await using var notify = work.Command("notify pharmacy_stock");
        await notify.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void Check(ProfileRequest profile)
    {
        var faults = new FaultList();
        faults.Require(profile.DispensingPerDay is >= 1 and <= MostADay, PharmacyFaults.OutOfRange, "dispensingPerDay", 1, MostADay);
        faults.Require(profile.DecoctionPerDay is >= 0 and <= MostADay, PharmacyFaults.OutOfRange, "decoctionPerDay", 0, MostADay);
        faults.Require(profile.Closes > profile.Opens, PharmacyFaults.ClosesBeforeItOpens, "closes");
        faults.Require(
            profile.ClosedWeekdays is { Length: <= 6 } weekdays
                && weekdays.All(d => d is >= 1 and <= 7)
                && weekdays.Distinct().Count() <= 6,
            PharmacyFaults.OutOfRange,
            "closedWeekdays",
            1,
            7
        );
        faults.Require(profile.ClosedDays is { Length: <= MaxList }, PharmacyFaults.OutOfRange, "closedDays", 0, MaxList);
        faults.Require(profile.ServiceRegions is { Length: <= MaxList }, PharmacyFaults.OutOfRange, "serviceRegions", 0, MaxList);
        foreach (var (i, region) in (profile.ServiceRegions ?? []).Index())
        {
            faults.Require(
                RegionCode.IsWellFormed(region),
                PharmacyFaults.NotARegion,
                $"serviceRegions[{i}]",
                region is { Length: <= 20 } ? region : ""
            );
        }

        faults.Require(
            ConsortiumRule.All.Contains(profile.Consortium),
            PharmacyFaults.UnknownChoice,
            "consortium",
            profile.Consortium is { Length: <= 20 } ? profile.Consortium : "",
            string.Join("、", ConsortiumRule.All)
        );
        RequireFen(profile.DispensingFen, "dispensingFen");
        RequireFen(profile.DecoctionFenPerDose, "decoctionFenPerDose");
        RequireFen(profile.DeliveryFen, "deliveryFen");
        faults.ThrowIfAny();

        void RequireFen(long fen, string field) => faults.Require(fen is >= 0 and <= MostFen, PharmacyFaults.OutOfRange, field, 0, MostFen);
    }

    private CentreView Read(NpgsqlDataReader r)
    {
        var profile = r.IsDBNull(7) ? CentreProfile.Default : ProfileRow.Read(r, 7);
        return new CentreView(
            r.GetString(0),
            r.Text(1) ?? "",
            r.Text(2) ?? "",
            r.Text(3) ?? "",
            r.IsDBNull(4) ? null : r.GetDouble(4),
            r.IsDBNull(5) ? null : r.GetDouble(5),
            r.GetBoolean(6) ? "suspended"
                : profile.IsClosed(time.GetUtcNow()) ? "closed"
                : profile.ClosesAt is not null ? "closing"
                : "open",
            profile.ClosesAt,
            profile.ClosedReason,
            profile.Version,
            new ProfileRequest(
                profile.DispensingPerDay,
                profile.DecoctionPerDay,
                profile.Hours.Opens,
                profile.Hours.Closes,
                [.. profile.Hours.ClosedWeekdays],
                [.. profile.Hours.ClosedDays],
                [.. profile.ServiceRegions],
                profile.Consortium,
                profile.DispensingFen,
                profile.DecoctionFenPerDose,
                profile.DeliveryFen
            ),
            r.GetInt64(21),
            r.GetInt64(22),
            r.GetInt64(23),
            r.GetInt64(24),
            r.GetInt64(25)
        );
    }
}
