using Npgsql;

namespace TcmBrain.Prescriptions.Registers;

/// <summary>
/// Brings changes of the register's tables into memory: as soon as one is committed, by this replica or another, and each second should a
/// notification be lost.
/// </summary>
internal sealed partial class RegisterRefresh(
    Register register,
    NpgsqlDataSource database,
    TimeProvider time,
    ILogger<RegisterRefresh> logger
) : BackgroundService
{
    private static readonly TimeSpan AtLeast = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                LogStale(e.Message);
                await Task.Delay(AtLeast, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) { }
        }
    }

    private async Task ListenAsync(CancellationToken stopping)
    {
        await using var connection = await database.OpenConnectionAsync(stopping);
        await using (var listen = new NpgsqlCommand("listen prescriptions_register", connection))
        {
            await listen.ExecuteNonQueryAsync(stopping);
        }

        while (true)
        {
            await register.RefreshAsync(stopping);
            await connection.WaitAsync(AtLeast, stopping);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The register is not refreshed: {Reason}")]
    private partial void LogStale(string reason);
}
