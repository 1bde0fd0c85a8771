using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Npgsql;

namespace TcmBrain.Exchange.Storage;

/// <summary>
/// Rows laid out in memory as PostgreSQL's binary COPY wants them, before there is a transaction, and then sent as they lie: no other way to
/// write many rows costs either side as little. Each row begins with <see cref="Row"/> and has its columns in the order of the statement;
/// a column of another type than the table's is refused by the database. Not thread-safe.
/// </summary>
/// <remarks>PostgreSQL, "COPY", Binary Format.</remarks>
public sealed class CopyRows(short columns, int expectedBytes = 64 * 1024) : IDisposable
{
    /// <summary>What goes to the server in one message; it is held whole there.</summary>
    private const int Piece = 128 * 1024;

    private const int Null = -1;

    /// <summary>PostgreSQL counts days and microseconds from here.</summary>
    private static readonly DateTime Epoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private static readonly int EpochDay = DateOnly.FromDateTime(Epoch).DayNumber;

    private static readonly byte[] Header = [.. "PGCOPY\n"u8, 0xff, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0];

    // What is no text fails here, as it does with Npgsql's own writing.
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private byte[] bytes = Begin(expectedBytes);
    private int length = Header.Length;

    /// <summary>Rows so far.</summary>
    public int Count { get; private set; }

    public void Row()
    {
        BinaryPrimitives.WriteInt16BigEndian(Take(2), columns);
        Count++;
    }

    public void Uuid(Guid value) => value.TryWriteBytes(Field(16), bigEndian: true, out _);

    public void Text(string? value)
    {
        if (value is null)
        {
            Absent();
            return;
        }

        var most = Strict.GetMaxByteCount(value.Length);
        var room = Room(sizeof(int) + most);
        var written = Strict.GetBytes(value, room[sizeof(int)..]);
        BinaryPrimitives.WriteInt32BigEndian(room, written);
        length += sizeof(int) + written;
    }

    /// <summary>Of <c>bytea</c>, or of <c>text</c> that is UTF-8 already.</summary>
    public void Bytes(ReadOnlySpan<byte> value) => value.CopyTo(Field(value.Length));

    /// <summary>Room for a <c>bytea</c>, to be filled at once.</summary>
    public Span<byte> Bytes(int size) => Field(size);

    public void Short(short value) => BinaryPrimitives.WriteInt16BigEndian(Field(sizeof(short)), value);

    public void Int(int value) => BinaryPrimitives.WriteInt32BigEndian(Field(sizeof(int)), value);

    public void Bool(bool value) => Field(1)[0] = value ? (byte)1 : (byte)0;

    /// <summary>Of <c>timestamptz</c>; what is finer than a microsecond is cut off.</summary>
    public void Instant(DateTimeOffset? value)
    {
        if (value is { } at)
        {
            var microseconds = (at.UtcTicks - Epoch.Ticks) / TimeSpan.TicksPerMicrosecond;
            BinaryPrimitives.WriteInt64BigEndian(Field(sizeof(long)), microseconds);
        }
        else
        {
            Absent();
        }
    }

    public void Day(DateOnly value) => Int(value.DayNumber - EpochDay);

    /// <summary>Sends what was laid out, whole, and can be sent again afterwards.</summary>
    /// <param name="copy"><c>copy table (columns) from stdin (format binary)</c></param>
    /// <exception cref="PostgresException">The database does not take a row: none is written then.</exception>
    public async Task SendAsync(NpgsqlConnection connection, string copy, CancellationToken cancellationToken)
    {
        BinaryPrimitives.WriteInt16BigEndian(Room(sizeof(short)), -1);
        var whole = bytes.AsMemory(0, length + sizeof(short));
        // Ends the copy when it is disposed, which is when the server says what it thinks of it.
        await using var stream = await connection.BeginRawBinaryCopyAsync(copy, cancellationToken);
        for (var at = 0; at < whole.Length; at += Piece)
        {
            await stream.WriteAsync(whole[at..Math.Min(at + Piece, whole.Length)], cancellationToken);
        }
    }

    public void Dispose()
    {
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
            bytes = [];
        }
    }

    private static byte[] Begin(int expectedBytes)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Math.Max(expectedBytes, 1024));
        Header.CopyTo(bytes, 0);
        return bytes;
    }

    private void Absent() => BinaryPrimitives.WriteInt32BigEndian(Take(sizeof(int)), Null);

    private Span<byte> Field(int size)
    {
        var taken = Take(sizeof(int) + size);
        BinaryPrimitives.WriteInt32BigEndian(taken, size);
        return taken[sizeof(int)..];
    }

    private Span<byte> Take(int size)
    {
        var taken = Room(size)[..size];
        length += size;
        return taken;
    }

    private Span<byte> Room(int size)
    {
        if (bytes.Length - length < size)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(bytes.Length * 2, length + size));
            bytes.AsSpan(0, length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(bytes);
            bytes = larger;
        }

        return bytes.AsSpan(length);
    }
}
