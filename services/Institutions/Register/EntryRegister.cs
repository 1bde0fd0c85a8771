using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Institutions.History;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.Register;

/// <summary>Something with a natural key whose changes are counted.</summary>
public interface IEntry
{
    Guid Id { get; }

    string Code { get; }

    int Version { get; }
}

/// <summary>What becomes of an entry that stands already when it is asked for again.</summary>
internal enum Standing
{
    /// <summary>INS-0107.</summary>
    Refuse,

    /// <summary>It becomes as asked; when it is so already nothing happens.</summary>
    Change,
}

/// <summary>What became of one request of many.</summary>
/// <param name="Before">null when it is new</param>
/// <param name="After">null when it was refused</param>
internal sealed record Outcome<TEntry>(FaultList Faults, TEntry? Before, TEntry? After, IReadOnlyList<FieldChange> Changes)
    where TEntry : class, IEntry
{
    public bool Changed => After is not null && Changes.Count > 0;
}

/// <summary>
/// How entries are registered and changed, one by one or many at once: check, compare, store, write the history, tell; all in one
/// transaction.
/// </summary>
internal abstract class EntryRegister<TEntry, TRequest>(EventExchange exchange, TimeProvider time)
    where TEntry : class, IEntry
    where TRequest : class
{
    protected TimeProvider Time => time;

    protected abstract Subject Subject { get; }

    protected abstract FaultDefinition NotFound { get; }

    /// <summary>What the history compares; everything but the standing.</summary>
    protected abstract IReadOnlyList<Field<TEntry>> Fields { get; }

    /// <exception cref="FaultException">every fault of the request; INS-0107 when the code is taken</exception>
    public async Task<TEntry> RegisterAsync(TRequest asked, Actor actor, CancellationToken cancellationToken)
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        var outcome = (await ApplyAsync(work, [asked], Standing.Refuse, actor, cancellationToken))[0];
        outcome.Faults.ThrowIfAny();
        await work.CommitAsync(cancellationToken);
        return outcome.After!;
    }

    /// <summary>Replaces the entry. When nothing differs nothing happens, and the version stays.</summary>
    /// <param name="asked">with the code of the entry</param>
    /// <exception cref="FaultException">not found or not within reach; INS-0110 when <paramref name="version"/> is not its version; every fault of the request</exception>
    public async Task<TEntry> ChangeAsync(string code, int version, TRequest asked, Actor actor, CancellationToken cancellationToken)
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        await FindForChangeAsync(work, code, version, actor, cancellationToken);
        var outcome = (await ApplyAsync(work, [asked], Standing.Change, actor, cancellationToken))[0];
        outcome.Faults.ThrowIfAny();
        await work.CommitAsync(cancellationToken);
        return outcome.After!;
    }

    /// <summary>Registers and changes many within a transaction that the caller commits. Each request has its own outcome, in order.</summary>
    internal async Task<Outcome<TEntry>[]> ApplyAsync(
        Work work,
        IReadOnlyList<TRequest> asked,
        Standing standing,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        var decide = await PrepareAsync(work, asked, standing, actor, now, cancellationToken);
        var outcomes = asked.Select(decide).ToArray();

        await StoreAsync(outcomes, o => o.Before is null, InsertAsync, InstitutionsFaults.CodeTaken, "code", work, cancellationToken);
        await StoreAsync(outcomes, o => o.Before is not null, UpdateAsync, InstitutionsFaults.Stale, "", work, cancellationToken);

        var told = outcomes.Where(o => o.Changed).ToList();
        if (told.Count > 0)
        {
            await ChangeHistory.WriteAsync(
                work,
                Subject,
                actor,
                now,
                [.. told.Select(o => new Recorded(o.After!.Id, o.After.Version, o.Before is null ? "registered" : "changed", o.Changes))],
                cancellationToken
            );
            foreach (var outcome in told)
            {
                work.Publish(Tell(outcome.Before, outcome.After!, outcome.Changes, now));
            }
        }

        return outcomes;
    }

    /// <summary>Changes the standing of one entry (suspension, reinstatement).</summary>
    protected async Task<TEntry> StandAsync(
        string code,
        int version,
        string action,
        Func<TEntry, TEntry> decide,
        IReadOnlyList<Field<TEntry>> fields,
        Func<TEntry, DateTimeOffset, Event> tell,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        await using var work = await exchange.BeginAsync(cancellationToken);
        var before = await FindForChangeAsync(work, code, version, actor, cancellationToken);
        var after = decide(before);
        // Locked above, so it is stored.
        await UpdateAsync(work, [after], cancellationToken);
        await ChangeHistory.WriteAsync(
            work,
            Subject,
            actor,
            now,
            [new Recorded(after.Id, after.Version, action, ChangeHistory.Differences(fields, before, after))],
            cancellationToken
        );
        work.Publish(tell(after, now));
        await work.CommitAsync(cancellationToken);
        return after;
    }

    /// <summary>
    /// Loads and locks all that a decision on these requests needs. The function returned decides on one after the other, and knows what it
    /// has decided before.
    /// </summary>
    protected abstract Task<Func<TRequest, Outcome<TEntry>>> PrepareAsync(
        Work work,
        IReadOnlyList<TRequest> asked,
        Standing standing,
        Actor actor,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );

    /// <summary>The entry, locked, when it is within the actor's reach.</summary>
    protected abstract Task<TEntry?> LockAsync(Work work, string code, Scope scope, CancellationToken cancellationToken);

    /// <returns>the ids that were stored; another's code may have come first</returns>
    protected abstract Task<HashSet<Guid>> InsertAsync(Work work, IReadOnlyList<TEntry> entries, CancellationToken cancellationToken);

    /// <returns>the ids that were stored; another may have changed an entry meanwhile that was not locked</returns>
    protected abstract Task<HashSet<Guid>> UpdateAsync(Work work, IReadOnlyList<TEntry> entries, CancellationToken cancellationToken);

    protected abstract Event Tell(TEntry? before, TEntry after, IReadOnlyList<FieldChange> changes, DateTimeOffset now);

    protected static Outcome<TEntry> Refused(FaultList faults) => new(faults, null, null, []);

    /// <summary>The outcome of a request without faults.</summary>
    /// <param name="after">with the version and the time of a change, which are taken back when nothing differs</param>
    protected Outcome<TEntry> Accepted(TEntry? before, TEntry after)
    {
        var changes = ChangeHistory.Differences(Fields, before, after);
        return new Outcome<TEntry>(new FaultList(), before, before is not null && changes.Count == 0 ? before : after, changes);
    }

    /// <summary>Stores the chosen outcomes; where somebody else was quicker it becomes a refusal.</summary>
    private static async Task StoreAsync(
        Outcome<TEntry>[] outcomes,
        Func<Outcome<TEntry>, bool> which,
        Func<Work, IReadOnlyList<TEntry>, CancellationToken, Task<HashSet<Guid>>> store,
        FaultDefinition quicker,
        string field,
        Work work,
        CancellationToken cancellationToken
    )
    {
        var chosen = outcomes.Where(o => o.Changed && which(o)).Select(o => o.After!).ToList();
        if (chosen.Count == 0)
        {
            return;
        }

        var stored = await store(work, chosen, cancellationToken);
        for (var i = 0; i < outcomes.Length && stored.Count < chosen.Count; i++)
        {
            if (outcomes[i] is { Changed: true, After: { } lost } && which(outcomes[i]) && !stored.Contains(lost.Id))
            {
                outcomes[i] = Refused(new FaultList().Add(quicker, field));
            }
        }
    }

    private async Task<TEntry> FindForChangeAsync(Work work, string code, int version, Actor actor, CancellationToken cancellationToken)
    {
        var before = await LockAsync(work, code, actor.Scope, cancellationToken) ?? throw NotFound.Exception();
        return before.Version == version ? before : throw InstitutionsFaults.Stale.Exception();
    }
}
