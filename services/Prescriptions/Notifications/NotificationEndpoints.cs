using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Prescriptions.Notifications;

/// <summary>A message to a patient, as it is shown: without the number it went to and without the pick-up code.</summary>
/// <param name="State">waiting, sent, recorded (no outlet is configured), failed or dropped (nobody to send it to)</param>
/// <param name="Channel">dapr:NAME or outbox; null before the first try</param>
/// <param name="NextAt">of a waiting one: when it is tried next</param>
public sealed record NotificationItem(
    Guid Id,
    Guid PrescriptionId,
    string InstitutionCode,
    string Kind,
    string State,
    string? Channel,
    int Attempts,
    string? LastError,
    string Text,
    DateTimeOffset CreatedAt,
    DateTimeOffset? NextAt,
    DateTimeOffset? FinishedAt
);

/// <param name="Next">for the following request's <c>next</c>; null on the last page</param>
public sealed record NotificationPage(IReadOnlyList<NotificationItem> Items, string? Next);

/// <summary>What patients were told (通知记录), for the institution's own people and the operator.</summary>
internal static class NotificationEndpoints
{
    private static readonly string[] States = ["waiting", "sent", "recorded", "failed", "dropped"];

    public static void MapNotifications(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/prescriptions/notifications").WithTags("notifications");
        group.MapGet("", ListAsync).RequireRole(Roles.Admin, Roles.Pharmacist, Roles.Operator).WithName("ListNotifications");
        group.MapPost("/{id:guid}/resend", ResendAsync).RequireRole(Roles.Admin, Roles.Operator).WithName("ResendNotification");
    }

    /// <summary>The newest in front.</summary>
    private static async Task<Ok<NotificationPage>> ListAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        IOptions<NotificationSettings> settings,
        string? state,
        Guid? prescription,
        string? next,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        Guid before = default;
        if (
            state is not null && !States.Contains(state)
            || limit is < 1 or > 200
            || !string.IsNullOrEmpty(next) && !Guid.TryParseExact(next, "N", out before)
        )
        {
            throw PrescriptionsFaults.NotificationQuery.Exception();
        }

        var most = limit ?? 50;
        await using var command = database.CreateCommand(
            """
            select id, prescription_id, institution_code, kind, state, channel, attempts, last_error, at, public_code, created_at, next_at,
                   finished_at
            from prescriptions.notification
            where ($1 or institution_code = $2) and ($3::text is null or state = $3) and ($4::uuid is null or prescription_id = $4)
              and ($5::uuid is null or id < $5)
            order by id desc limit $6
            """
        );
        Add(NpgsqlDbType.Boolean, caller.HasRole(Roles.Operator));
        Add(NpgsqlDbType.Text, caller.InstitutionCode());
        Add(NpgsqlDbType.Text, state);
        Add(NpgsqlDbType.Uuid, prescription);
        Add(NpgsqlDbType.Uuid, string.IsNullOrEmpty(next) ? null : before);
        Add(NpgsqlDbType.Integer, most + 1);
        var items = new List<NotificationItem>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            items.Add(ItemOf(row, settings.Value.PageAddress));
        }

        return TypedResults.Ok(
            items.Count > most ? new NotificationPage(items[..most], items[most - 1].Id.ToString("N")) : new NotificationPage(items, null)
        );

        void Add(NpgsqlDbType type, object? value) =>
            command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type, Value = value ?? DBNull.Value });
    }

    /// <summary>A failed one is sent again, from the first try on.</summary>
    private static async Task<NoContent> ResendAsync(
        ClaimsPrincipal caller,
        Guid id,
        NpgsqlDataSource database,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.CreateCommand(
            """
            with wanted as (
                select id, state from prescriptions.notification where id = $1 and ($2 or institution_code = $3) for update),
            again as (
                update prescriptions.notification n set state = 'waiting', attempts = 0, next_at = now(), finished_at = null
                from wanted w where n.id = w.id and w.state = 'failed')
            select state from wanted
            """
        );
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        command.Parameters.Add(new NpgsqlParameter { Value = caller.HasRole(Roles.Operator) });
        command.Parameters.Add(new NpgsqlParameter { Value = caller.InstitutionCode() });
        return await command.ExecuteScalarAsync(cancellationToken) switch
        {
            "failed" => TypedResults.NoContent(),
            null => throw PrescriptionsFaults.NotificationNotFound.Exception("id"),
            _ => throw PrescriptionsFaults.NotificationNotFailed.Exception("id"),
        };
    }

    private static NotificationItem ItemOf(NpgsqlDataReader row, string address)
    {
        var (kind, state, code) = (row.GetString(3), row.GetString(4), row.GetString(9));
        // Who reads the list needs no way to the patient's own page.
        var link = address.Length == 0 || code.Length == 0 ? "" : $"{address.TrimEnd('/')}/p/…";
        DateTimeOffset? at = row.IsDBNull(8) ? null : row.GetFieldValue<DateTimeOffset>(8);
        return new NotificationItem(
            row.GetGuid(0),
            row.GetGuid(1),
            row.GetString(2),
            kind,
            state,
            row.IsDBNull(5) ? null : row.GetString(5),
            row.GetInt32(6),
            row.IsDBNull(7) ? null : row.GetString(7),
            MessageWording.Of(kind, at, link, MessageWording.HiddenCode),
            row.GetFieldValue<DateTimeOffset>(10),
            state == "waiting" ? row.GetFieldValue<DateTimeOffset>(11) : null,
            row.IsDBNull(12) ? null : row.GetFieldValue<DateTimeOffset>(12)
        );
    }
}
