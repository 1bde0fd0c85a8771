using System.Text.Json;

namespace TcmBrain.Traceability.Log;

/// <param name="Grew">The log has more than when it was looked at last.</param>
/// <param name="Note">The checkpoint with the witness' signature beside the log's, when the witness signs.</param>
public sealed record WitnessAnswer(long From, long To, bool Grew, string Note);

/// <summary>The log showed something that cannot be continued from what it showed before: history was rewritten, or two are shown.</summary>
public sealed class LogForkedException(string message) : Exception(message);

/// <summary>
/// Another party that keeps the log's checkpoint (见证人): each new one must continue the one it has. A log that shows different people different
/// histories, or takes something back, is found by whoever keeps one checkpoint of it.
/// </summary>
public static class Witness
{
    /// <param name="client">Its base address is the log's origin server.</param>
    /// <param name="key">The log's key, known from elsewhere.</param>
    /// <param name="kept">The checkpoint kept from the last time; null at first.</param>
    /// <param name="own">The witness' own key to sign with; null signs nothing.</param>
    /// <exception cref="LogForkedException">The log does not continue what was kept.</exception>
    /// <exception cref="HttpRequestException">The log does not answer.</exception>
    public static async Task<WitnessAnswer> LookAsync(
        HttpClient client,
        LogKey key,
        string? kept,
        LogKey? own,
        CancellationToken cancellationToken
    )
    {
        var note = await client.GetStringAsync(new Uri("/log/checkpoint", UriKind.Relative), cancellationToken);
        var head = Checkpoint.Open(note, key) ?? throw new LogForkedException("the log's checkpoint is not signed by the log's key");
        var last = kept is null
            ? null
            : Checkpoint.Open(kept, key) ?? throw new LogForkedException("the kept checkpoint is not signed by the log's key");
        if (last is not null)
        {
            await RequireContinuationAsync(client, last, head, cancellationToken);
        }

        return new WitnessAnswer(
            last?.TreeSize ?? 0,
            head.TreeSize,
            head.TreeSize > (last?.TreeSize ?? 0),
            own is null ? note : Cosign(note, own)
        );
    }

    private static async Task RequireContinuationAsync(
        HttpClient client,
        Checkpoint last,
        Checkpoint head,
        CancellationToken cancellationToken
    )
    {
        if (head.TreeSize < last.TreeSize)
        {
            throw new LogForkedException($"the log had {last.TreeSize} leaves and now shows {head.TreeSize}: something was taken back");
        }

        if (head.TreeSize == last.TreeSize || last.TreeSize == 0)
        {
            if (last.TreeSize > 0 && !head.RootHash.AsSpan().SequenceEqual(last.RootHash))
            {
                throw new LogForkedException($"the log shows another history of the same {head.TreeSize} leaves");
            }

            return;
        }

        var answer = await client.GetStringAsync(
            new Uri(FormattableString.Invariant($"/log/consistency?from={last.TreeSize}&to={head.TreeSize}"), UriKind.Relative),
            cancellationToken
        );
        using var json = JsonDocument.Parse(answer);
        var hashes = json.RootElement.GetProperty("hashes").EnumerateArray().Select(h => StrictBase64.Decode(h.GetString()!)).ToList();
        if (!Merkle.VerifyConsistency(last.TreeSize, head.TreeSize, last.RootHash, head.RootHash, hashes))
        {
            throw new LogForkedException($"the log of {head.TreeSize} leaves does not continue the one of {last.TreeSize}");
        }
    }

    /// <summary>The signed note with one more signature line over the same text.</summary>
    private static string Cosign(string note, LogKey own)
    {
        var end = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        var signed = own.Sign(note[..(end + 1)]);
        return note + signed[(end + 2)..];
    }
}
