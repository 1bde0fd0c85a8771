using System.Runtime.CompilerServices;
using Google.Protobuf;
using TcmBrain.Contracts.Prescriptions.V1;

namespace TcmBrain.Prescriptions.Push;

/// <summary>
/// Takes out of a message what this version of the contract does not know: protobuf would keep it, and so store, beside the encrypted
/// identity, whatever a newer or careless client put there.
/// </summary>
internal static class UnknownFields
{
    public static void Discard(Prescription p)
    {
        Of(p) = null;
        if (p.Patient is { } patient)
        {
            Of(patient) = null;
        }

        if (p.Prescriber is { } prescriber)
        {
            Of(prescriber) = null;
        }

        foreach (var line in p.Lines)
        {
            Of(line) = null;
        }

        if (p.Delivery is { } delivery)
        {
            Of(delivery) = null;
        }

        if (p.Signature is { } signature)
        {
            Of(signature) = null;
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_unknownFields")]
    private static extern ref UnknownFieldSet? Of(Prescription message);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_unknownFields")]
    private static extern ref UnknownFieldSet? Of(Patient message);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_unknownFields")]
    private static extern ref UnknownFieldSet? Of(Prescriber message);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_unknownFields")]
    private static extern ref UnknownFieldSet? Of(Line message);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_unknownFields")]
    private static extern ref UnknownFieldSet? Of(Delivery message);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_unknownFields")]
    private static extern ref UnknownFieldSet? Of(Signature message);
}
