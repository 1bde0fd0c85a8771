using System.Buffers;

namespace Grpc.Core;

/// <summary>Where a message's bytes go: either one array, or a buffer of the transport.</summary>
public abstract class SerializationContext
{
    /// <summary>Hands over the whole message and ends it.</summary>
    public virtual void Complete(byte[] payload) => throw new NotImplementedException();

    /// <summary>The transport's buffer; ended by <see cref="Complete()"/>.</summary>
    public virtual IBufferWriter<byte> GetBufferWriter() => throw new NotImplementedException();

    /// <summary>Says beforehand how many bytes follow, which spares a copy.</summary>
    public virtual void SetPayloadLength(int payloadLength) { }

    /// <summary>Ends a message written to <see cref="GetBufferWriter"/>.</summary>
    public virtual void Complete() => throw new NotImplementedException();
}

/// <summary>Where a message's bytes come from.</summary>
public abstract class DeserializationContext
{
    /// <summary>How many bytes the message has.</summary>
    public abstract int PayloadLength { get; }

    /// <summary>The bytes, in an array of the caller's own.</summary>
    public virtual byte[] PayloadAsNewBuffer() => throw new NotImplementedException();

    /// <summary>The bytes where they are; valid until the deserializer returns.</summary>
    public virtual ReadOnlySequence<byte> PayloadAsReadOnlySequence() => throw new NotImplementedException();
}

internal sealed class ArraySerializationContext : SerializationContext
{
    private readonly ArrayBufferWriter<byte> buffer = new();
    private byte[]? payload;

    public byte[] Payload => payload ?? throw new InvalidOperationException("The serializer did not complete its message.");

    public override void Complete(byte[] payload) => this.payload = payload;

    public override IBufferWriter<byte> GetBufferWriter() => buffer;

    public override void Complete() => payload = buffer.WrittenSpan.ToArray();
}

internal sealed class ArrayDeserializationContext(byte[] payload) : DeserializationContext
{
    public override int PayloadLength => payload.Length;

    public override byte[] PayloadAsNewBuffer() => payload;

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => new(payload);
}
