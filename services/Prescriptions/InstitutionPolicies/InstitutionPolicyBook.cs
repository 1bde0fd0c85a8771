using System.Collections.Concurrent;
using Npgsql;
using TcmBrain.Prescriptions.Audit;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Prescriptions.InstitutionPolicies;

/// <summary>
/// What each institution decided last, in memory because every push asks: before this replica is ready, then every second. The table is
/// the truth.
/// </summary>
internal sealed class InstitutionPolicyBook(InstitutionPolicyStore store, TimeProvider time, ILogger<InstitutionPolicyBook> logger)
    : TableCopy(time, logger),
        IStartupTask
{
    private readonly ConcurrentDictionary<string, InstitutionPolicy> policies = new(StringComparer.Ordinal);
    private ulong since;

    /// <summary>It has been read, so that no answer means no decision.</summary>
    public bool IsRead { get; private set; }

    /// <summary>Null: the institution decided nothing for itself.</summary>
    public InstitutionPolicy? Of(string institutionCode) => policies.GetValueOrDefault(institutionCode);

    /// <summary>Reads what was committed since the last time; what is read twice does no harm.</summary>
    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        var (entries, next) = await store.SinceAsync(since, cancellationToken);
        foreach (var entry in entries)
        {
            policies.AddOrUpdate(
                entry.InstitutionCode,
                _ => entry.ToPolicy(),
                (_, known) => known.Version < entry.Version ? entry.ToPolicy() : known
            );
        }

        since = next;
        IsRead = true;
    }
}
