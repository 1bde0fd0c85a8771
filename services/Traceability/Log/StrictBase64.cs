namespace TcmBrain.Traceability.Log;

/// <summary>
/// Base64 with one spelling for each content (RFC 4648 §3.5): unused bits of the last character are zero. The framework's own reading passes
/// over them, and a signed note could then be altered without anybody seeing it.
/// </summary>
internal static class StrictBase64
{
    public static bool TryDecode(string text, out byte[] bytes)
    {
        bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out var length))
        {
            bytes = [];
            return false;
        }

        bytes = bytes[..length];
        return string.Equals(Convert.ToBase64String(bytes), text, StringComparison.Ordinal);
    }

    /// <exception cref="FormatException">It is not base64, or not in its one spelling.</exception>
    public static byte[] Decode(string text) => TryDecode(text, out var bytes) ? bytes : throw new FormatException("This is not base64.");
}
