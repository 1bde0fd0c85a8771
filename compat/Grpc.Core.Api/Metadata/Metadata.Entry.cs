using System.Buffers;
using System.Text;

namespace Grpc.Core;

public sealed partial class Metadata
{
    private static readonly SearchValues<char> KeyCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-.");

    /// <summary>One key and its value: ASCII text, or bytes when the key ends in -bin. Keys are kept in lower case.</summary>
    public sealed class Entry
    {
        private readonly string? text;
        private readonly byte[]? bytes;

        /// <summary>An entry of bytes, which are copied.</summary>
        /// <exception cref="ArgumentException">The key is not valid, or does not end in -bin.</exception>
        public Entry(string key, byte[] valueBytes)
        {
            ArgumentNullException.ThrowIfNull(valueBytes);
            Key = Normalised(key);
            if (!IsBinary)
            {
                throw new ArgumentException($"The key of a binary value must end in {BinaryHeaderSuffix}.", nameof(key));
            }

            bytes = [.. valueBytes];
        }

        /// <summary>An entry of text.</summary>
        /// <exception cref="ArgumentException">The key is not valid, or ends in -bin.</exception>
        public Entry(string key, string value)
        {
            ArgumentNullException.ThrowIfNull(value);
            Key = Normalised(key);
            if (IsBinary)
            {
                throw new ArgumentException($"The key of a text must not end in {BinaryHeaderSuffix}.", nameof(key));
            }

            text = value;
        }

        /// <summary>The key, in lower case.</summary>
        public string Key { get; }

        /// <summary>Whether the value is bytes.</summary>
        public bool IsBinary => Key.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal);

        /// <summary>The text.</summary>
        /// <exception cref="InvalidOperationException">The entry is binary.</exception>
        public string Value => text ?? throw new InvalidOperationException($"The metadata entry {Key} is binary.");

        /// <summary>The bytes, or the text's ASCII bytes. A copy.</summary>
        public byte[] ValueBytes => bytes is null ? Encoding.ASCII.GetBytes(text!) : [.. bytes];

        /// <inheritdoc/>
        public override string ToString() =>
            IsBinary ? $"[Entry: key={Key}, valueBytes={Convert.ToHexString(bytes!)}]" : $"[Entry: key={Key}, value={text}]";

        internal bool HasKey(string key) => string.Equals(Key, key, StringComparison.OrdinalIgnoreCase);

        private static string Normalised(string key)
        {
            ArgumentNullException.ThrowIfNull(key);
            var lower = key.ToLowerInvariant();
            return lower.Length > 0 && !lower.AsSpan().ContainsAnyExcept(KeyCharacters)
                ? lower
                : throw new ArgumentException(
                    $"'{key}' is not a metadata key: letters, digits, underscores, hyphens and dots only.",
                    nameof(key)
                );
        }
    }
}
