using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TcmBrain.Traceability.Events;

namespace TcmBrain.Traceability.Log;

/// <param name="Trusted">The checkpoint is signed by a key that the caller brought along, not by one out of the file.</param>
/// <param name="EventChecked">The event itself was in the file and is the one of the leaf.</param>
/// <param name="Reason">Why it does not hold; null when it does.</param>
public sealed record ProofVerdict(
    bool Holds,
    bool Trusted,
    bool EventChecked,
    string? EventHash,
    long? LeafIndex,
    long? TreeSize,
    string? RecordTime,
    string? CapturedBy,
    string? Reason
);

/// <summary>
/// Checks offline what <c>/events/{id}/proof</c> answers, as its JSON or in C2SP tlog-proof form: signature of the checkpoint, way from the leaf
/// to its root, and that the leaf is of the event. Needs nothing but the file and the log's key.
/// </summary>
public static class ProofFile
{
    private const string Magic = "c2sp.org/tlog-proof@v1\n";

    /// <param name="verifierKey">The key that the caller trusts; null takes the file's own, and says so.</param>
    public static ProofVerdict Verify(string file, string? verifierKey)
    {
        try
        {
            return file.StartsWith(Magic, StringComparison.Ordinal) ? OfText(file, verifierKey) : OfJson(file, verifierKey);
        }
        catch (Exception e)
            when (e is JsonException or FormatException or KeyNotFoundException or InvalidOperationException or OverflowException)
        {
            return Refused("the file is not a proof: " + e.Message);
        }
    }

    private static ProofVerdict OfJson(string file, string? verifierKey)
    {
        using var json = JsonDocument.Parse(file);
        var proof = json.RootElement;
        var body = proof.TryGetProperty("event", out var e) && e.ValueKind == JsonValueKind.String ? e.GetString() : null;
        var own = proof.TryGetProperty("verifierKey", out var vkey) ? vkey.GetString() : null;
        return Verify(
            proof.GetProperty("leaf").GetString()!,
            proof.GetProperty("leafIndex").GetInt64(),
            [.. proof.GetProperty("hashes").EnumerateArray().Select(h => StrictBase64.Decode(h.GetString()!))],
            proof.GetProperty("checkpoint").GetString()!,
            body,
            verifierKey,
            own
        );
    }

    private static ProofVerdict OfText(string file, string? verifierKey)
    {
        var end = file.IndexOf("\n\n", StringComparison.Ordinal);
        var lines = end < 0 ? [] : file[Magic.Length..end].Split('\n');
        if (
            lines.Length < 2
            || !lines[0].StartsWith("extra ", StringComparison.Ordinal)
            || !lines[1].StartsWith("index ", StringComparison.Ordinal)
        )
        {
            return Refused("the file is not a proof: extra data and index come first");
        }

        return Verify(
            Encoding.UTF8.GetString(StrictBase64.Decode(lines[0][6..])),
            long.Parse(lines[1][6..], NumberStyles.None, CultureInfo.InvariantCulture),
            [.. lines.Skip(2).Select(StrictBase64.Decode)],
            file[(end + 2)..],
            null,
            verifierKey,
            null
        );
    }

    private static ProofVerdict Verify(
        string leaf,
        long index,
        List<byte[]> hashes,
        string note,
        string? body,
        string? trustedKey,
        string? ownKey
    )
    {
        if ((trustedKey ?? ownKey) is not { } verifierKey)
        {
            return Refused("the file names no key, and none was given");
        }

        using var key = LogKey.FromVerifierKey(verifierKey);
        if (Checkpoint.Open(note, key) is not { } head)
        {
            return Refused("the checkpoint is not signed by that key");
        }

        if (!Merkle.VerifyInclusion(index, head.TreeSize, Leaf.Hash(leaf), hashes, head.RootHash))
        {
            return Refused("the leaf is not in the tree of the checkpoint");
        }

        using var said = JsonDocument.Parse(leaf);
        var content = said.RootElement;
        var eventHash = content.GetProperty("event").GetString();
        var verdict = new ProofVerdict(
            true,
            trustedKey is not null,
            body is not null,
            eventHash,
            index,
            head.TreeSize,
            content.GetProperty("recordTime").GetString(),
            content.GetProperty("capturedBy").GetString(),
            null
        );
        if (body is null)
        {
            return verdict;
        }

        if (Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body))) != content.GetProperty("eventSha256").GetString())
        {
            return Refused("the event is not the one that was logged");
        }

        using var e = JsonDocument.Parse(body);
        return EventHash.Text(EventHash.Compute(e.RootElement, JsonLdContext.Empty)) == eventHash
            ? verdict
            : Refused("the event's hash is not that of its content");
    }

    private static ProofVerdict Refused(string reason) => new(false, false, false, null, null, null, null, null, reason);
}
