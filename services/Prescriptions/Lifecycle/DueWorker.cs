using Npgsql;
using TcmBrain.Contracts.Events;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Exchange;

namespace TcmBrain.Prescriptions.Lifecycle;

/// <summary>
/// Ends what has run out (超时). The times stand in the rows, so a restart forgets nothing; each batch is locked with SKIP LOCKED, so any
/// number of replicas may run it and each prescription ends once. Looks every <c>Lifecycle:DueSeconds</c> (5).
/// </summary>
internal sealed partial class DueWorker(EventExchange exchange, IConfiguration configuration, TimeProvider time, ILogger<DueWorker> logger)
    : BackgroundService
{
    private const int Batch = 100;

    /// <summary>When the pharmacy's answer is missing, it is asked again after this.</summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromHours(1);

    private readonly TimeSpan pause = TimeSpan.FromSeconds(configuration.GetValue("Lifecycle:DueSeconds", 5.0));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await RunAsync(stoppingToken) == Batch) { }
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                LogAway(e.Message);
            }
            catch (OperationCanceledException) { }

            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One batch, in one transaction. Returns how many had run out.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var work = await exchange.BeginAsync(cancellationToken);
        var due = await LifecycleStore.LockDueAsync(work, now, Batch, cancellationToken);
        foreach (var standing in due)
        {
            await EndAsync(work, standing, now, cancellationToken);
        }

        await work.CommitAsync(cancellationToken);
        return due.Count;
    }

    private static async Task EndAsync(Work work, Standing standing, DateTimeOffset now, CancellationToken ct)
    {
        switch (LifecycleTable.Of(standing.State, LifecycleAction.TimeOut))
        {
            case { Kind: CellKind.Move, To: State.Expired }:
                var reason = standing.ValidUntil <= now ? "处方有效期已过" : "审方超时未决定";
                await Endings.ExpireAsync(work, standing, reason, now, ct);
                break;
            case { Kind: CellKind.Move, To: State.Returned }:
                var (cause, why) = standing.CollectUntil is not null ? ("not-collected", "逾期未取药") : ("undeliverable", "逾期未送达");
                await Endings.ReturnAsync(work, standing, "system", cause, why, now, ct);
                break;
            case { Kind: CellKind.AskPharmacy }:
                await AskAsync(work, standing, now, ct);
                break;
            default:
                await LifecycleStore.ForgetDueAsync(work, standing, ct);
                break;
        }
    }

    /// <summary>The pharmacy answers by event: withdrawn, or, when somebody weighs already, what it tells anyway.</summary>
    private static async Task AskAsync(Work work, Standing standing, DateTimeOffset now, CancellationToken ct)
    {
        var reason = standing.ValidUntil <= now ? "处方有效期已过" : "改版未完成";
        await LifecycleStore.PutOffAsync(work, standing, now + AskAgain, ct);
        await LifecycleStore.NoteAsync(work, standing, standing.State, "system", "请求撤回: " + reason, now, ct);
        await LifecycleStore.TellAsync(
            work,
            standing,
            s => new WithdrawalRequested
            {
                AggregateId = s.Id,
                Version = s.Version,
                OccurredAt = now,
                InstitutionCode = s.InstitutionCode,
                RegionCode = s.RegionCode,
                HisNumber = s.HisNumber,
                Revision = s.Revision,
                RequestedBy = "system",
                Reason = reason,
                Cause = WithdrawalCause.Expiry,
            },
            ct
        );
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What has run out is not ended now: {Reason}")]
    private partial void LogAway(string reason);
}
