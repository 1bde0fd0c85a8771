using System.Collections;
using System.Collections.Immutable;

namespace Grpc.Core;

/// <summary>Headers or trailers: an ordered list in which a key may stand more than once.</summary>
public sealed partial class Metadata : IList<Metadata.Entry>
{
    /// <summary>The end of a key whose value is bytes.</summary>
    public const string BinaryHeaderSuffix = "-bin";

    /// <summary>None; it can't be changed.</summary>
    public static readonly Metadata Empty = new(ImmutableList<Entry>.Empty);

    private readonly IList<Entry> entries;

    /// <summary>An empty list.</summary>
    public Metadata()
        : this(new List<Entry>()) { }

    private Metadata(IList<Entry> entries) => this.entries = entries;

    /// <inheritdoc/>
    public int Count => entries.Count;

    /// <inheritdoc/>
    public bool IsReadOnly => entries.IsReadOnly;

    /// <inheritdoc/>
    public Entry this[int index]
    {
        get => entries[index];
        set => entries[index] = NotNull(value);
    }

    /// <summary>The last entry with this key, or null.</summary>
    public Entry? Get(string key) => entries.LastOrDefault(entry => entry.HasKey(key));

    /// <summary>The last text with this key, or null.</summary>
    /// <exception cref="InvalidOperationException">The entry is binary.</exception>
    public string? GetValue(string key) => Get(key)?.Value;

    /// <summary>The last bytes with this key, or null. A copy.</summary>
    public byte[]? GetValueBytes(string key) => Get(key)?.ValueBytes;

    /// <summary>Every entry with this key, in order.</summary>
    public IEnumerable<Entry> GetAll(string key) => entries.Where(entry => entry.HasKey(key));

    /// <inheritdoc/>
    public void Add(Entry item) => entries.Add(NotNull(item));

    /// <summary>Adds text.</summary>
    /// <exception cref="ArgumentException">The key is not valid, or ends in -bin.</exception>
    public void Add(string key, string value) => Add(new Entry(key, value));

    /// <summary>Adds bytes.</summary>
    /// <exception cref="ArgumentException">The key is not valid, or does not end in -bin.</exception>
    public void Add(string key, byte[] valueBytes) => Add(new Entry(key, valueBytes));

    /// <inheritdoc/>
    public void Insert(int index, Entry item) => entries.Insert(index, NotNull(item));

    /// <inheritdoc/>
    public bool Remove(Entry item) => entries.Remove(item);

    /// <inheritdoc/>
    public void RemoveAt(int index) => entries.RemoveAt(index);

    /// <inheritdoc/>
    public void Clear() => entries.Clear();

    /// <inheritdoc/>
    public bool Contains(Entry item) => entries.Contains(item);

    /// <inheritdoc/>
    public int IndexOf(Entry item) => entries.IndexOf(item);

    /// <inheritdoc/>
    public void CopyTo(Entry[] array, int arrayIndex) => entries.CopyTo(array, arrayIndex);

    /// <inheritdoc/>
    public IEnumerator<Entry> GetEnumerator() => entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static Entry NotNull(Entry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry;
    }
}
