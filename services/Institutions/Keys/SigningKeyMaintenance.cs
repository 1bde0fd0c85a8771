using Npgsql;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Institutions.Keys;

/// <summary>The first keys, before the service calls itself healthy.</summary>
internal sealed class FirstSigningKeys(SigningKeyRing ring) : IStartupTask
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await ring.MaintainAsync(cancellationToken);
        // Shows at start, and not at the first sign-in, that Tokens:Key opens what is stored.
        await ring.CurrentAsync(cancellationToken);
    }
}

internal sealed partial class SigningKeyRotation(SigningKeyRing ring, TimeProvider time, ILogger<SigningKeyRotation> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromHours(1), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await ring.MaintainAsync(stoppingToken);
                }
                catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
                {
                    LogPostponed(exception.Message);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "key rotation is put off for an hour: {Reason}")]
    private partial void LogPostponed(string reason);
}
