using System.Diagnostics;
using Npgsql;
using RabbitMQ.Client.Exceptions;
using TcmBrain.Cockpit.Audit;
using TcmBrain.Cockpit.Indicators.Audit;
using TcmBrain.Contracts;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Operations;
using TcmBrain.Pharmacy.Ledger;
using TcmBrain.Quality.Reviews.Sampling;
using TcmBrain.Traceability.Log;

namespace TcmBrain.Operations.Verify;

/// <summary>
/// The platform audits itself. What takes time to settle is looked at again until it holds, the bound is reached, or nothing has
/// moved for a while; only then are ledger, trace and counters recomputed, once.
/// </summary>
internal sealed class Verification(Instance instance, TimeSpan wait)
{
    /// <summary>Longer than an event whose handler failed waits for its last try.</summary>
    private static readonly TimeSpan Standstill = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly LifecycleCheck _lifecycle = new(
        instance.Databases["prescriptions"],
        instance.Databases["pharmacy"],
        instance.Databases["decoction"]
    );

    /// <summary>Only what was told until now is looked at, so that a platform at work can be verified.</summary>
    private readonly Guid _upTo = MessageIds.LastOf(DateTimeOffset.UtcNow);

    public async Task<IReadOnlyList<Check>> RunAsync(CancellationToken cancellationToken)
    {
        var settled = await SettleAsync(
            [
                Guarded("outbox", OutboxesAsync),
                Guarded("queues", QueuesAsync),
                Guarded("delivered", DeliveredAsync),
                Guarded("lifecycle", LifecycleAsync),
                Guarded("parcels", token => ParcelCheck.RunAsync(instance.Databases["decoction"], token)),
            ],
            cancellationToken
        );
        List<Check> checks =
        [
            .. await Guarded("acknowledged", AcknowledgedAsync)(cancellationToken),
            .. settled,
            .. await Guarded("errors", ErrorsAsync)(cancellationToken),
            .. await Guarded("pharmacy", LedgerAsync)(cancellationToken),
            .. await Guarded("decoction", async token => await DecoctionChecks.RunAsync(instance.Databases["decoction"], token))(
                cancellationToken
            ),
            .. await Guarded("reviews", ReviewsAsync)(cancellationToken),
            .. await Guarded(
                "quality",
                async token => await QualityChecks.RunAsync(instance.Databases["quality"], instance.Databases["decoction"], token)
            )(cancellationToken),
            .. await Guarded("oversight", token => OversightChecks.RunAsync(instance.Databases["quality"], token))(cancellationToken),
            .. await TraceAsync(cancellationToken),
            .. await Guarded("cockpit", CockpitAsync)(cancellationToken),
            .. await SettleAsync([Guarded("indicators", IndicatorsAsync)], cancellationToken),
        ];
        return checks;
    }

    private async Task<IReadOnlyList<Check>> SettleAsync(
        IReadOnlyList<Func<CancellationToken, Task<IReadOnlyList<Check>>>> groups,
        CancellationToken cancellationToken
    )
    {
        var clock = Stopwatch.StartNew();
        var results = new IReadOnlyList<Check>[groups.Count];
        var (seen, still) = ("", Stopwatch.StartNew());
        while (true)
        {
            for (var i = 0; i < groups.Count; i++)
            {
                if (results[i] is null || results[i].Any(c => !c.Ok))
                {
                    results[i] = await groups[i](cancellationToken);
                }
            }

            var checks = results.SelectMany(r => r).ToList();
            var now = string.Join('|', checks.Select(c => $"{c.Name}={c.Expected}/{c.Actual}"));
            if (now != seen)
            {
                (seen, still) = (now, Stopwatch.StartNew());
            }

            if (checks.All(c => c.Ok) || clock.Elapsed > wait || still.Elapsed > Standstill)
            {
                return checks;
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    /// <summary>A check that cannot be made does not hold, and does not keep the others from being made.</summary>
    private static Func<CancellationToken, Task<IReadOnlyList<Check>>> Guarded(
        string name,
        Func<CancellationToken, Task<IReadOnlyList<Check>>> group
    ) =>
        async cancellationToken =>
        {
            try
            {
                return await group(cancellationToken);
            }
            catch (Exception e)
                when (e is NpgsqlException or BrokerUnreachableException or OperationInterruptedException or TimeoutException or IOException
                )
            {
                return [new Check(name, "可核对 can be checked", e.Message, false)];
            }
        };

    private async Task<IReadOnlyList<Check>> AcknowledgedAsync(CancellationToken cancellationToken) =>
        [
            await AcknowledgedCheck.RunAsync(
                instance.Databases["prescriptions"],
                Path.Combine(instance.DataFolder, "journal", "acknowledged.jsonl"),
                cancellationToken
            ),
        ];

    private async Task<IReadOnlyList<Check>> OutboxesAsync(CancellationToken cancellationToken)
    {
        var states = new List<(string Service, OutboxState State)>();
        foreach (var service in Topology.Services)
        {
            states.Add((service.Name, await OutboxState.ReadAsync(instance.Databases[service.Name], _upTo, cancellationToken)));
        }

        return
        [
            Check.None(
                "outbox.pending",
                states.Sum(s => s.State.Pending),
                Named(states.Where(s => s.State.Pending > 0).Select(s => $"{s.Service} {s.State.Pending}"))
            ),
            Check.None(
                "outbox.dead",
                states.Sum(s => s.State.Dead),
                Named(states.Where(s => s.State.Dead > 0).Select(s => $"{s.Service} {s.State.Dead}: {string.Join("; ", s.State.Reasons)}"))
            ),
        ];
    }

    private async Task<IReadOnlyList<Check>> QueuesAsync(CancellationToken cancellationToken)
    {
        var depths = await new BrokerQueues(instance.Broker).ListenersAsync(cancellationToken);
        return
        [
            Check.Equal(
                "queues.declared",
                depths.Count,
                depths.Count(d => d.Waiting is not null),
                Named(depths.Where(d => d.Waiting is null).Select(d => d.Queue))
            ),
            Check.None("queues.waiting", depths.Sum(d => d.Waiting ?? 0), Describe(depths)),
        ];
    }

    private async Task<IReadOnlyList<Check>> ErrorsAsync(CancellationToken cancellationToken)
    {
        var depths = await new BrokerQueues(instance.Broker).ErrorsAsync(cancellationToken);
        return [Check.None("queues.errors", depths.Sum(d => d.Waiting ?? 0), Describe(depths))];
    }

    private async Task<IReadOnlyList<Check>> DeliveredAsync(CancellationToken cancellationToken)
    {
        var audit = new DeliveryAudit(instance.Databases);
        // What is older may be gone from an outbox, but not yet from an inbox.
        var keptSince = DateTimeOffset.UtcNow.Date.AddDays(-ExchangeOptions.DefaultKeepDays);
        var checks = new List<Check>();
        foreach (var listener in Topology.Services.Where(s => s.ListensTo.Length > 0))
        {
            var balance = await audit.CompareAsync(listener, _upTo, keptSince, cancellationToken);
            // What was taken in but never told must not make up for what was told and never taken in.
            checks.Add(
                new Check(
                    $"delivered.{listener.Name}",
                    balance.Told,
                    balance.Told - balance.Missing + balance.Unknown,
                    balance.Holds,
                    balance.Holds
                        ? null
                        : $"{balance.Missing} missing ({string.Join(", ", balance.MissingSample)}), {balance.Unknown} unknown ({string.Join(", ", balance.UnknownSample)})"
                )
            );
        }

        return checks;
    }

    private async Task<IReadOnlyList<Check>> LifecycleAsync(CancellationToken cancellationToken) =>
        [await _lifecycle.RunAsync(cancellationToken)];

    private async Task<IReadOnlyList<Check>> LedgerAsync(CancellationToken cancellationToken) =>
        [
            .. (await LedgerAudit.RunAsync(instance.Databases["pharmacy"], cancellationToken)).Select(c =>
                Check.Equal(c.Name, c.Expected, c.Actual)
            ),
        ];

    private async Task<IReadOnlyList<Check>> ReviewsAsync(CancellationToken cancellationToken) =>
        [
            .. (await ReviewAudit.RunAsync(instance.Databases["quality"], cancellationToken)).Select(c =>
                Check.Equal(c.Name, c.Expected, c.Actual, c.Detail)
            ),
        ];

    /// <summary>The log is sound, and all that was in it at first is under a signature soon.</summary>
    private async Task<IReadOnlyList<Check>> TraceAsync(CancellationToken cancellationToken)
    {
        long? expected = null;
        return await SettleAsync(
            [
                Guarded(
                    "trace",
                    async token =>
                    {
                        var report = await LogAudit.RunAsync(instance.ConnectionString("traceability"), null, token);
                        expected ??= report.Events;
                        return
                        [
                            Check.None(
                                "trace.log",
                                report.Findings.Count,
                                string.Join("; ", report.Findings.Take(3).Select(f => $"{f.Rule} {f.Where}: {f.En}"))
                            ),
                            Check.Equal("trace.signed", expected.Value, Math.Min(report.SignedSize, expected.Value)),
                        ];
                    }
                ),
            ],
            cancellationToken
        );
    }

    private async Task<IReadOnlyList<Check>> CockpitAsync(CancellationToken cancellationToken)
    {
        var database = instance.Databases["cockpit"];
        var numbers = await new CounterAudit(database).RunAsync(cancellationToken);
        var live = await new LiveAudit(database, instance.Redis, TimeProvider.System).RunAsync(cancellationToken);
        AuditResult result = new([.. numbers.Checks, .. live.Checks], [.. numbers.Differences, .. live.Differences]);
        var detail = string.Join("; ", result.Differences.Take(3).Select(d => $"{d.Name}: {d.Expected} ≠ {d.Actual}"));
        return [.. result.Checks.Select(c => Check.Equal(c.Name, c.Expected, c.Actual, detail))];
    }

    private async Task<IReadOnlyList<Check>> IndicatorsAsync(CancellationToken cancellationToken)
    {
        var result = await IndicatorAudit.RunAsync(
            instance.Databases["cockpit"],
            instance.Databases["institutions"],
            RegionTime.DayOf(DateTimeOffset.UtcNow),
            cancellationToken
        );
        var detail = string.Join("; ", result.Differences.Take(3).Select(d => $"{d.Name}: {d.Expected} ≠ {d.Actual}"));
        return [.. result.Checks.Select(c => Check.Equal(c.Name, c.Expected, c.Actual, detail))];
    }

    private static string Named(IEnumerable<string> names) => string.Join(", ", names);

    private static string Describe(IEnumerable<QueueDepth> depths) =>
        Named(depths.Where(d => d.Waiting > 0).Select(d => $"{d.Queue} {d.Waiting}"));
}
