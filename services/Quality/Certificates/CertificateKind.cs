namespace TcmBrain.Quality.Certificates;

/// <summary>What a file is, by its first bytes: what its sender says of it is not asked. Pure.</summary>
public static class CertificateKind
{
    private static readonly (byte[] Magic, string Type, string Extension)[] Kinds =
    [
        ("%PDF-"u8.ToArray(), "application/pdf", ".pdf"),
        ([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A], "image/png", ".png"),
        ([0xFF, 0xD8, 0xFF], "image/jpeg", ".jpg"),
    ];

    /// <summary>Null: none of those that are taken.</summary>
    public static string? Of(ReadOnlySpan<byte> content)
    {
        foreach (var (magic, type, _) in Kinds)
        {
            if (content.StartsWith(magic))
            {
                return type;
            }
        }

        return null;
    }

    /// <summary>A name for the file that fits what it is, whatever it was called.</summary>
    public static string NameFor(string? given, string type)
    {
        var extension = Kinds.First(k => k.Type == type).Extension;
        var stem = Path.GetFileNameWithoutExtension((given ?? "").Replace('\\', '/'));
        var clean = string.Concat(stem.Where(c => char.IsLetterOrDigit(c) || c is '-' or '_' or ' ' or '(' or ')' or '.')).Trim(' ', '.');
        return (clean.Length == 0 ? "certificate" : clean[..Math.Min(clean.Length, 100)]) + extension;
    }
}
