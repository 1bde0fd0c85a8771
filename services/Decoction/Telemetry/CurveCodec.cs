using System.Buffers.Binary;

namespace TcmBrain.Decoction.Telemetry;

/// <summary>One point of a vessel's curve. The time to the microsecond.</summary>
public readonly record struct CurvePoint(DateTimeOffset TakenAt, int Centicelsius, int PressurePascal);

/// <summary>
/// Points in few bytes, and back exactly as they were (曲线压缩). Version, time unit, first time; then for each point the change of the
/// time step in units, the change of temperature and the change of pressure, each a zigzag varint. A controller that measures each second
/// costs three bytes a reading.
/// </summary>
public static class CurveCodec
{
    private const byte Version = 1;
    private const int HeaderBytes = 10;
    private const int MostBytesPerPoint = 10 + 5 + 5;

    /// <summary>Microseconds of a unit: the largest in which every time is whole.</summary>
    private static readonly long[] Units = [1_000_000, 1_000, 1];

    /// <param name="points">In any order; kept in it.</param>
    public static byte[] Encode(ReadOnlySpan<CurvePoint> points)
    {
        if (points.IsEmpty)
        {
            return [];
        }

        var first = Microseconds(points[0].TakenAt);
        var unit = UnitOf(points, first);
        var buffer = new byte[HeaderBytes + (points.Length * MostBytesPerPoint)];
        buffer[0] = Version;
        buffer[1] = (byte)unit;
        BinaryPrimitives.WriteInt64LittleEndian(buffer.AsSpan(2), first);
        var at = HeaderBytes;
        var (time, step, temperature, pressure) = (first, 0L, 0, 0);
        foreach (var point in points)
        {
            var now = Microseconds(point.TakenAt);
            var newStep = (now - time) / Units[unit];
            at = Write(buffer, at, newStep - step);
            at = Write(buffer, at, (long)point.Centicelsius - temperature);
            at = Write(buffer, at, (long)point.PressurePascal - pressure);
            (time, step, temperature, pressure) = (now, newStep, point.Centicelsius, point.PressurePascal);
        }

        return buffer.AsSpan(0, at).ToArray();
    }

    /// <exception cref="FormatException">Not what <see cref="Encode"/> makes.</exception>
    public static List<CurvePoint> Decode(ReadOnlySpan<byte> data)
    {
        var points = new List<CurvePoint>();
        if (data.IsEmpty)
        {
            return points;
        }

        if (data.Length < HeaderBytes || data[0] != Version || data[1] >= Units.Length)
        {
            throw new FormatException("This is no curve of a known version.");
        }

        var unit = Units[data[1]];
        var time = BinaryPrimitives.ReadInt64LittleEndian(data[2..]);
        var (at, step, temperature, pressure) = (HeaderBytes, 0L, 0L, 0L);
        while (at < data.Length)
        {
            step += Read(data, ref at);
            temperature += Read(data, ref at);
            pressure += Read(data, ref at);
            time += step * unit;
            try
            {
                points.Add(
                    new CurvePoint(
                        DateTimeOffset.UnixEpoch.AddTicks(checked(time * TimeSpan.TicksPerMicrosecond)),
                        checked((int)temperature),
                        checked((int)pressure)
                    )
                );
            }
            catch (Exception e) when (e is OverflowException or ArgumentOutOfRangeException)
            {
                throw new FormatException("The curve holds what no reading can be.", e);
            }
        }

        return points;
    }

    private static int UnitOf(ReadOnlySpan<CurvePoint> points, long first)
    {
        var unit = 0;
        foreach (var point in points)
        {
            while ((Microseconds(point.TakenAt) - first) % Units[unit] != 0)
            {
                unit++;
            }
        }

        return unit;
    }

    private static long Microseconds(DateTimeOffset time) =>
        (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private static int Write(byte[] buffer, int at, long value)
    {
        var rest = (ulong)((value << 1) ^ (value >> 63));
        while (rest >= 0x80)
        {
            buffer[at++] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        buffer[at++] = (byte)rest;
        return at;
    }

    private static long Read(ReadOnlySpan<byte> data, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (at >= data.Length)
            {
                throw new FormatException("The curve breaks off.");
            }

            var part = data[at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return (long)(value >> 1) ^ -(long)(value & 1);
            }
        }

        throw new FormatException("The curve holds a number without an end.");
    }
}
