using System.Runtime.CompilerServices;
using Npgsql;
using TcmBrain.Contracts.Prescriptions.V1;

namespace TcmBrain.Prescriptions.Watching;

/// <summary>
/// An institution's status changes in an order that never changes (状态订阅): by transaction, and only once no older transaction is still
/// open. So a reader that goes on from its last token misses nothing and sees nothing twice. What is past comes from the database, what
/// happens from the feed; a stream that falls behind goes back to the database.
/// </summary>
internal sealed class StatusWatch(NpgsqlDataSource database, ChangeFeed feed)
{
    private const int Page = 500;

    /// <summary>Streams that read from the database at once, so that thousands which resume together do not take every connection.</summary>
    private readonly SemaphoreSlim catchingUp = new(8);

    /// <summary>Where a stream of this resume token begins; an empty one begins now.</summary>
    /// <exception cref="ServiceDefaults.Faults.FaultException">
    /// The resume token is not one of this stream: it does not read as one, or speaks of what has not happened, as tokens do after the database
    /// was restored elsewhere.
    /// </exception>
    public async Task<Position> BeginAsync(string resumeToken, CancellationToken cancellationToken)
    {
        Position? asked = resumeToken.Length > 0 ? Position.Parse(resumeToken) : null;
        Position now;
        await catchingUp.WaitAsync(cancellationToken);
        try
        {
            now = await ChangeStore.NowAsync(database, cancellationToken);
        }
        finally
        {
            catchingUp.Release();
        }

        return asked > now ? throw PrescriptionsFaults.ResumeToken.Exception("resume_token") : asked ?? now;
    }

    /// <summary>Every change after <paramref name="position"/>, each once; goes on until cancelled.</summary>
    public async IAsyncEnumerable<StatusChange> FollowAsync(
        string institutionCode,
        Position position,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        while (true)
        {
            // First to the feed, then to the database: what falls between is seen at both, and dropped the second time by its position.
            var subscription = await feed.SubscribeAsync(institutionCode, cancellationToken);
            try
            {
                while (position < subscription.From)
                {
                    var page = await ReadAsync(institutionCode, position, cancellationToken);
                    foreach (var change in page)
                    {
                        position = change.Position;
                        yield return change.Change;
                    }

                    if (page.Count < Page)
                    {
                        break;
                    }
                }

                await foreach (var change in subscription.Changes.ReadAllAsync(cancellationToken))
                {
                    if (subscription.HasFallenBehind)
                    {
                        break;
                    }

                    if (change.Position > position)
                    {
                        position = change.Position;
                        yield return change.Change;
                    }
                }
            }
            finally
            {
                feed.Unsubscribe(institutionCode, subscription);
            }
        }
    }

    private async Task<List<PlacedChange>> ReadAsync(string institutionCode, Position after, CancellationToken cancellationToken)
    {
        await catchingUp.WaitAsync(cancellationToken);
        try
        {
            return await ChangeStore.ReadAsync(database, institutionCode, after, Page, cancellationToken);
        }
        finally
        {
            catchingUp.Release();
        }
    }
}
