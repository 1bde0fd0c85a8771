using System.Globalization;

namespace TcmBrain.Traceability.Log;

/// <summary>A tree head (树头) as C2SP tlog-checkpoint writes it: origin, size and root, one a line.</summary>
public sealed record Checkpoint(string Origin, long TreeSize, byte[] RootHash)
{
    /// <summary>The text to sign; ends with a line break.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"{Origin}\n{TreeSize}\n{Convert.ToBase64String(RootHash)}\n");

    /// <summary>Signed by the log's key; the key's name is the origin.</summary>
    public string Sign(LogKey key) => key.Sign(Text);

    /// <summary>The checkpoint in a signed note, or null when the signature is not good or the text is no checkpoint of that log.</summary>
    public static Checkpoint? Open(string note, LogKey key)
    {
        if (key.Open(note) is not { } text)
        {
            return null;
        }

        // Lines after the third are extensions, which may be there and mean nothing.
        var lines = text.Split('\n');
        return
            lines.Length >= 4
            && lines[0] == key.Name
            && long.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            && (lines[1] == "0" || lines[1][0] != '0')
            && StrictBase64.TryDecode(lines[2], out var root)
            && root.Length == Merkle.HashLength
            ? new Checkpoint(lines[0], size, root)
            : null;
    }
}
