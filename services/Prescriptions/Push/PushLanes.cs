using System.Threading.Channels;
using Npgsql;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Outbox;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Prescriptions.Push;

/// <summary>
/// Commits pushes many at a time (组提交): while one transaction commits, the next pushes gather. A push is answered when, and only
/// when, its prescription and its events are durable. The known keys are looked for only after the database has found one, so that the
/// usual case is a bare COPY.
/// </summary>
internal sealed class PushLanes : IAsyncDisposable
{
    private const int Lanes = 3;
    private const int Batch = 512;

    /// <summary>
    /// So many at once come only when more are pushed than can be committed as they come: at 500 a second it takes half a second in which
    /// no lane commits.
    /// </summary>
    private const int Crowd = 256;

    /// <summary>Pushes waiting for a lane; when it is full, streams are held by flow control and unary calls wait.</summary>
    private const int Waiting = 8192;

    private readonly EventExchange exchange;
    private readonly NpgsqlDataSource database;
    private readonly RelaySignal relay;
    private readonly Channel<Pending> waiting = Channel.CreateBounded<Pending>(Waiting);
    private readonly Task[] running;

    public PushLanes(EventExchange exchange, NpgsqlDataSource database, RelaySignal relay)
    {
        (this.exchange, this.database, this.relay) = (exchange, database, relay);
        running = [.. Enumerable.Range(0, Lanes).Select(_ => Task.Run(RunAsync))];
    }

    /// <summary>The reply to this push, or to the equal one that came before.</summary>
    /// <exception cref="FaultException">Other content stands under the key, or the database is away (nothing is stored then, or the same push later finds it).</exception>
    public async Task<PushReply> StoreAsync(AcceptedPrescription accepted, CancellationToken cancellationToken)
    {
        var pending = new Pending(accepted);
        await waiting.Writer.WriteAsync(pending, cancellationToken);
        return await pending.Reply.WaitAsync(cancellationToken);
    }

    private async Task RunAsync()
    {
        var batch = new List<Pending>(Batch);
        while (await waiting.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < Batch && waiting.Reader.TryRead(out var pending))
            {
                batch.Add(pending);
            }

            if (batch.Count == 0)
            {
                continue;
            }

            if (batch.Count >= Crowd)
            {
                relay.Crowd();
            }

            try
            {
                await StoreAsync(batch);
            }
            catch (Exception e)
            {
                var answer = FaultMapping.IsDatabaseAway(e) ? GeneralFaults.DatabaseUnavailable.Exception() : e;
                batch.ForEach(p => p.Fail(answer));
            }
        }
    }

    private async Task StoreAsync(List<Pending> batch)
    {
        // The first of a key is stored; an equal one in the same batch gets its reply, another one is refused.
        var firsts = new Dictionary<(string, string, int), Pending>();
        foreach (var pending in batch)
        {
            firsts.TryAdd(pending.Accepted.Key, pending);
        }

        // In one order in every lane and replica, so that two batches with the same keys wait for each other and never for one another.
        var open = firsts.Values.ToList();
        open.Sort(static (a, b) => CompareKeys(a.Accepted, b.Accepted));
        while (open.Count > 0 && !await TryInsertAsync(open))
        {
            await using var connection = await database.OpenConnectionAsync();
            var stored = await PushStore.FindAsync(connection, [.. open.Select(p => p.Accepted.Key)], CancellationToken.None);
            foreach (var pending in open)
            {
                if (stored.TryGetValue(pending.Accepted.Key, out var earlier))
                {
                    pending.Answer(earlier);
                }
            }

            open.RemoveAll(p => p.IsAnswered);
        }

        foreach (var pending in batch.Where(p => !p.IsAnswered))
        {
            var first = firsts[pending.Accepted.Key];
            if (pending == first)
            {
                pending.Succeed();
            }
            else
            {
                pending.Answer(new StoredPush(first.Accepted.ContentSha256, first.StoredReply ?? first.Accepted.Reply()));
            }
        }
    }

    private static int CompareKeys(AcceptedPrescription a, AcceptedPrescription b) =>
        string.CompareOrdinal(a.HisNumber, b.HisNumber) is not 0 and var byNumber ? byNumber
        : string.CompareOrdinal(a.InstitutionCode, b.InstitutionCode) is not 0 and var byInstitution ? byInstitution
        : a.Revision.CompareTo(b.Revision);

    /// <summary>False when one of the keys is known already; nothing is stored then.</summary>
    private async Task<bool> TryInsertAsync(IReadOnlyList<Pending> batch)
    {
        AcceptedPrescription[] accepted = [.. batch.Select(p => p.Accepted)];
        using var laidOut = accepted.Length < PushStore.CopyFrom ? null : new PushRows(accepted);
        await using var work = await exchange.BeginAsync();
        try
        {
            await PushStore.InsertAsync(work, accepted, laidOut, CancellationToken.None);
            await work.CommitAsync();
            return true;
        }
        catch (PostgresException e) when (e is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "prescriptions_key" })
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        await Task.WhenAll(running);
    }

    private sealed class Pending(AcceptedPrescription accepted)
    {
        private readonly TaskCompletionSource<PushReply> reply = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public AcceptedPrescription Accepted { get; } = accepted;

        public Task<PushReply> Reply => reply.Task;

        public PushReply? StoredReply { get; private set; }

        public bool IsAnswered => reply.Task.IsCompleted;

        public void Succeed() => reply.TrySetResult(Accepted.Reply());

        public void Fail(Exception e) => reply.TrySetException(e);

        public void Answer(StoredPush earlier)
        {
            StoredReply = earlier.Reply;
            try
            {
                earlier.Demand(Accepted.ContentSha256);
                reply.TrySetResult(earlier.Reply);
            }
            catch (FaultException other)
            {
                Fail(other);
            }
        }
    }
}
