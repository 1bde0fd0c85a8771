using Microsoft.Extensions.Options;
using Npgsql;
using TcmBrain.Prescriptions.Patients;

namespace TcmBrain.Prescriptions.Notifications;

/// <summary>
/// Sends what is due (发送通知). A message is first claimed, with the time of its next try, and then sent: replicas do not meet, and a service
/// that is killed between loses nothing. It may then be sent once more, under the same id, by which the gateway behind the outlet knows it.
/// </summary>
internal sealed partial class NotificationWorker(
    NpgsqlDataSource database,
    HandoverAccess access,
    INotificationOutlet outlet,
    IOptions<NotificationSettings> settings,
    TimeProvider time,
    ILogger<NotificationWorker> logger
) : BackgroundService
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>How long a claim keeps others away: longer than the outlet is waited for, so that nobody sends what is being sent.</summary>
    private static readonly TimeSpan Claim = TimeSpan.FromSeconds(30);

    private sealed record Claimed(
        Guid Id,
        Guid PrescriptionId,
        string Kind,
        string PublicCode,
        DateTimeOffset? At,
        string? Secret,
        int Attempts
    );

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = TimeSpan.FromSeconds(settings.Value.PollSeconds);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await SendNextAsync(stoppingToken)) { }
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                LogAway(e.Message);
            }
            catch (OperationCanceledException) { }

            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>false when nothing is due</returns>
    public async Task<bool> SendNextAsync(CancellationToken cancellationToken)
    {
        if (await ClaimAsync(cancellationToken) is not { } message)
        {
            return false;
        }

        if (!outlet.Sends)
        {
            await EndAsync(message, "recorded", null, cancellationToken);
            return true;
        }

        if (await access.PhoneAsync(message.PrescriptionId, outlet.Name, message.Kind, cancellationToken) is not { Length: > 0 } phone)
        {
            await EndAsync(message, "dropped", "no phone number", cancellationToken);
            return true;
        }

        try
        {
            await outlet.SendAsync(new OutgoingMessage(message.Id, phone, Text(message)), cancellationToken);
            await EndAsync(message, "sent", null, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // The reason may quote the request, which has the number in it: only its kind is kept.
            var reason = e is HttpRequestException { StatusCode: { } status } ? $"HTTP {(int)status}" : "the outlet cannot be reached";
            if (message.Attempts >= settings.Value.MostAttempts)
            {
                await EndAsync(message, "failed", reason, cancellationToken);
            }
            else
            {
                await NoteAsync(message, reason, cancellationToken);
            }
        }

        return true;
    }

    private string Text(Claimed message)
    {
        var link =
            settings.Value.PageAddress.Length == 0 || message.PublicCode.Length == 0
                ? ""
                : $"{settings.Value.PageAddress.TrimEnd('/')}/p/{message.PublicCode}";
        return MessageWording.Of(message.Kind, message.At, link, message.Secret);
    }

    private async Task<Claimed?> ClaimAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            update prescriptions.notification n
            set attempts = attempts + 1, channel = $3, next_at = $1 + $2
            where id = (
                select id from prescriptions.notification where state = 'waiting' and next_at <= $1
                order by next_at limit 1 for update skip locked)
            returning id, prescription_id, kind, public_code, at, secret, attempts
            """
        );
        command.Parameters.Add(new NpgsqlParameter { Value = time.GetUtcNow() });
        command.Parameters.Add(new NpgsqlParameter { Value = Claim });
        command.Parameters.Add(new NpgsqlParameter { Value = outlet.Name });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new Claimed(
                row.GetGuid(0),
                row.GetGuid(1),
                row.GetString(2),
                row.GetString(3),
                row.IsDBNull(4) ? null : row.GetFieldValue<DateTimeOffset>(4),
                row.IsDBNull(5) ? null : row.GetString(5),
                row.GetInt32(6)
            )
            : null;
    }

    private async Task EndAsync(Claimed message, string state, string? error, CancellationToken cancellationToken)
    {
        // A code that failed to go out is kept for the next try; in the recorded outbox nobody needs it but who stands there.
        await using var command = database.CreateCommand(
            """
            update prescriptions.notification
            set state = $2, last_error = $3, finished_at = $4, secret = case when $2 = 'failed' then secret end
            where id = $1 and state = 'waiting'
            """
        );
        command.Parameters.Add(new NpgsqlParameter { Value = message.Id });
        command.Parameters.Add(new NpgsqlParameter { Value = state });
        command.Parameters.Add(
            new NpgsqlParameter { Value = (object?)error ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text }
        );
        command.Parameters.Add(new NpgsqlParameter { Value = time.GetUtcNow() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task NoteAsync(Claimed message, string error, CancellationToken cancellationToken)
    {
        var wait = TimeSpan.FromSeconds(settings.Value.FirstRetrySeconds) * Math.Pow(2, Math.Min(message.Attempts - 1, 20));
        await using var command = database.CreateCommand(
            "update prescriptions.notification set last_error = $2, next_at = $3 where id = $1 and attempts = $4 and state = 'waiting'"
        );
        command.Parameters.Add(new NpgsqlParameter { Value = message.Id });
        command.Parameters.Add(new NpgsqlParameter { Value = error });
        command.Parameters.Add(new NpgsqlParameter { Value = time.GetUtcNow() + (wait < LongestWait ? wait : LongestWait) });
        command.Parameters.Add(new NpgsqlParameter { Value = message.Attempts });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Messages to patients wait: {Reason}")]
    private partial void LogAway(string reason);
}
