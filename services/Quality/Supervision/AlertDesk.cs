using System.Security.Claims;
using Microsoft.Extensions.Options;
using Npgsql;
using TcmBrain.Exchange;
using TcmBrain.Quality.Facts;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Supervision;

internal sealed record AlertFilter(string? State, string? Pattern, Period? Month, string? Institution);

/// <summary>Alerts as their readers see them: a regulator its regions', an institution its own, and never a pseudonym.</summary>
internal sealed class AlertDesk(
    NpgsqlDataSource database,
    EventExchange exchange,
    IOptions<SupervisionSettings> settings,
    TimeProvider time
)
{
    private const int RecordsShown = 200;

    private const string Columns = """
        a.alert_id, a.pattern, a.edition, a.month, a.subject, a.institution_code, i.name_zh, i.name_en, a.region_code, a.prescriber_code,
        a.prescriber_name, a.piece, a.strength, a.text_zh, a.text_en, a.records, a.state, a.version, a.raised_at,
        (select by_name from quality.supervision_act c where c.alert_id = a.alert_id order by version limit 1)
        """;

    /// <summary>A null institution spans several: only who sees the region that holds them all sees it.</summary>
    private const string InSight = """
        (@everything or a.institution_code = @institution
         or exists (select from unnest(@regions) as region (prefix) where starts_with(a.region_code, region.prefix)))
        """;

    private const string Filtered = """
        (@state is null or a.state = @state) and (@pattern is null or a.pattern = @pattern) and (@month is null or a.month = @month)
        and (@of is null or a.institution_code = @of)
        """;

    public async Task<AlertPage> ListAsync(
        ClaimsPrincipal caller,
        AlertFilter filter,
        string? next,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        var page = Page.Of(next, limit, QualityFaults.BadPage);
        await using var command = database.CreateCommand(
            $"""
            select {Columns} from quality.supervision_alert a left join quality.institution i on i.code = a.institution_code
            where {InSight} and {Filtered} and (@first or (a.raised_at, a.alert_id) < (@after_time, @after_id))
            order by a.raised_at desc, a.alert_id desc limit @limit
            """
        );
        Bind(command, caller, filter);
        page.Bind(command);
        command.Parameters.AddWithValue("first", string.IsNullOrEmpty(next));
        var items = new List<AlertItem>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            items.Add(Item(row));
        }

        return new AlertPage(items, page.Next(items.Count, () => (items[^1].RaisedAt, items[^1].AlertId)));
    }

    public async Task<AlertSummary> SummaryAsync(ClaimsPrincipal caller, AlertFilter filter, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            select a.pattern, a.state, count(*)::int from quality.supervision_alert a where {InSight} and {Filtered} group by 1, 2 order by 1, 2
            """
        );
        Bind(command, caller, filter);
        var counts = new List<AlertCount>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            counts.Add(new AlertCount(row.GetString(0), row.GetString(1), row.GetInt32(2)));
        }

        return new AlertSummary(
            filter.Month?.Text,
            counts.Where(c => c.State is AlertLife.New or AlertLife.LookedAt).Sum(c => c.Count),
            counts.Sum(c => c.Count),
            counts
        );
    }

    /// <exception cref="ServiceDefaults.Faults.FaultException">QUA-0601</exception>
    public async Task<AlertView> ReadAsync(Guid alertId, ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            $"""
            select {Columns}, a.figures from quality.supervision_alert a left join quality.institution i on i.code = a.institution_code
            where a.alert_id = @id and {InSight}
            """,
            connection
        );
        Bind(command, caller, new AlertFilter(null, null, null, null));
        command.Parameters.AddWithValue("id", alertId);
        AlertItem alert;
        IReadOnlyList<SignalFigure> figures;
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (!await row.ReadAsync(cancellationToken))
            {
                throw QualityFaults.AlertNotFound.Exception("alertId");
            }

            (alert, figures) = (Item(row), StoredJson.Read<SignalFigure[]>(row.GetString(20)));
        }

        var acts = await ActsAsync(connection, alertId, cancellationToken);
        var records = await RecordsAsync(connection, alertId, cancellationToken);
        return new AlertView(alert, figures, acts, records, [.. AlertLife.States.Where(s => AlertLife.MayBecome(alert.State, s))]);
    }

    public async Task<AlertActAnswer> ActAsync(
        Guid alertId,
        int version,
        ActRequest request,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        await using var locked = new NpgsqlCommand(
            $"""
            select a.state, a.version, c.by_subject, c.reason from quality.supervision_alert a
            left join quality.supervision_act c on c.alert_id = a.alert_id and c.version = a.version
            where a.alert_id = @id and {InSight} for update of a
            """,
            work.Connection,
            work.Transaction
        );
        Sight.Of(caller, settings.Value).Guard(locked);
        locked.Parameters.AddWithValue("id", alertId);
        string state;
        int current;
        string? lastBy,
            lastReason;
        await using (var row = await locked.ExecuteReaderAsync(cancellationToken))
        {
            if (!await row.ReadAsync(cancellationToken))
            {
                throw QualityFaults.AlertNotFound.Exception("alertId");
            }

            (state, current, lastBy, lastReason) = (row.GetString(0), row.GetInt32(1), row.TextAt(2), row.TextAt(3));
        }

        if (current == version + 1 && state == request.State && lastBy == caller.Subject() && lastReason == NullIfEmpty(request.Reason))
        {
            return new AlertActAnswer(alertId, state, current, Recorded: false);
        }

        if (current != version)
        {
            throw QualityFaults.AlertStale.Exception();
        }

        var (next, reason, referredTo) = AlertLife.Check(state, request.State, request.Reason, request.ReferredTo);
        await using var command = work.Command(
            """
            with changed as (update quality.supervision_alert set state = $2, version = $3, updated_at = $7 where alert_id = $1)
            insert into quality.supervision_act (alert_id, version, state, by_subject, by_name, institution, at, reason, referred_to)
            values ($1, $3, $2, $4, $5, $6, $7, $8, $9)
            """,
            alertId,
            next,
            current + 1,
            caller.Subject(),
            caller.DisplayName(),
            caller.InstitutionCode(),
            time.GetUtcNow(),
            reason,
            referredTo
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
        await work.CommitAsync(cancellationToken);
        return new AlertActAnswer(alertId, next, current + 1, Recorded: true);
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private void Bind(NpgsqlCommand command, ClaimsPrincipal caller, AlertFilter filter)
    {
        Sight.Of(caller, settings.Value).Guard(command);
        command.Parameters.Add(new NpgsqlParameter<string?>("state", filter.State));
        command.Parameters.Add(new NpgsqlParameter<string?>("pattern", filter.Pattern));
        command.Parameters.Add(
            new NpgsqlParameter("month", NpgsqlTypes.NpgsqlDbType.Date) { Value = (object?)filter.Month?.From ?? DBNull.Value }
        );
        command.Parameters.Add(new NpgsqlParameter<string?>("of", filter.Institution));
    }

    private static AlertItem Item(NpgsqlDataReader row) =>
        new(
            row.GetGuid(0),
            row.GetString(1),
            row.GetString(2),
            Period.OfMonth(row.GetFieldValue<DateOnly>(3)).Text,
            row.GetString(4),
            row.TextAt(5) is { } code ? Place.Of(code, row.TextAt(6), row.TextAt(7)) : null,
            row.GetString(8),
            row.GetString(9),
            row.GetString(10),
            row.GetString(11),
            row.GetDouble(12),
            row.GetString(13),
            row.GetString(14),
            row.GetInt32(15),
            row.GetString(16),
            row.GetInt32(17),
            row.GetFieldValue<DateTimeOffset>(18),
            row.TextAt(19)
        );

    private static async Task<List<AlertAct>> ActsAsync(NpgsqlConnection connection, Guid alertId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select c.version, c.state, c.by_name, coalesce(i.name_zh, c.institution), c.at, c.reason, c.referred_to
            from quality.supervision_act c left join quality.institution i on i.code = c.institution
            where c.alert_id = $1 order by c.version
            """,
            connection
        );
        command.Parameters.Add(new NpgsqlParameter { Value = alertId });
        var acts = new List<AlertAct>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            acts.Add(
                new AlertAct(
                    row.GetInt32(0),
                    row.GetString(1),
                    row.GetString(2),
                    row.GetString(3),
                    row.GetFieldValue<DateTimeOffset>(4),
                    row.TextAt(5),
                    row.TextAt(6)
                )
            );
        }

        return acts;
    }

    private static async Task<List<AlertRecord>> RecordsAsync(
        NpgsqlConnection connection,
        Guid alertId,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            """
            select f.prescription_id, f.institution_code, i.name_zh, i.name_en, f.his_number, f.day, f.department_name, f.prescriber_name,
                   f.visit_kind, f.days, f.line_count, f.fee_fen, f.pieces_fen, f.outcome
            from quality.supervision_record r join quality.fact f using (prescription_id)
            left join quality.institution i on i.code = f.institution_code
            where r.alert_id = $1 order by r.place limit $2
            """,
            connection
        );
        command.Parameters.Add(new NpgsqlParameter { Value = alertId });
        command.Parameters.Add(new NpgsqlParameter { Value = RecordsShown });
        var records = new List<AlertRecord>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            records.Add(
                new AlertRecord(
                    row.GetGuid(0),
                    Place.Of(row.GetString(1), row.TextAt(2), row.TextAt(3)),
                    row.GetString(4),
                    row.GetFieldValue<DateOnly>(5),
                    row.GetString(6),
                    row.GetString(7),
                    row.GetString(8),
                    row.GetInt32(9),
                    row.GetInt32(10),
                    row.GetInt64(11),
                    row.IsDBNull(12) ? null : row.GetInt64(12),
                    row.TextAt(13)
                )
            );
        }

        return records;
    }
}
