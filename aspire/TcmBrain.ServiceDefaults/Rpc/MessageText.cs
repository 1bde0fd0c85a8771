using System.Buffers;
using System.Collections;
using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.ServiceDefaults.Rpc;

/// <summary>
/// Finds text in a message that was not UTF-8. The C# runtime reads such bytes as U+FFFD instead of refusing them, so that character,
/// which no legitimate text has, is the sign. Unary and server-streaming requests are checked before their handler runs; a handler of a
/// request stream checks each message itself, so that one bad message does not end the stream.
/// </summary>
public static class MessageText
{
    private static readonly ConcurrentDictionary<MessageDescriptor, Plan> Plans = new();

    /// <summary>Records GEN-0004 for every field, by its proto path (<c>lines[6].herb_code</c>), whose text is not UTF-8.</summary>
    public static FaultList Check(IMessage message, FaultList? faults = null)
    {
        faults ??= new FaultList();
        if (MayHoldReplacement(message))
        {
            Walk(message, [], faults);
        }

        return faults;
    }

    /// <summary>The whole message is searched in its wire form, which takes a tenth of the time that asking every field does.</summary>
    private static bool MayHoldReplacement(IMessage message)
    {
        var size = message.CalculateSize();
        var bytes = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            var written = bytes.AsSpan(0, size);
            message.WriteTo(written);
            return written.IndexOf("\uFFFD"u8) >= 0;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes, clearArray: true);
        }
    }

    private static void Walk(IMessage message, List<(string Field, int? Index)> path, FaultList faults)
    {
        var plan = Plans.GetOrAdd(message.Descriptor, Plan.Of);
        foreach (var field in plan.Texts)
        {
            switch (field.Accessor.GetValue(message))
            {
                case string text:
                    CheckText(text, path, field.Name, null, faults);
                    break;
                case IList list:
                    for (var i = 0; i < list.Count; i++)
                    {
                        CheckText((string)list[i]!, path, field.Name, i, faults);
                    }

                    break;
            }
        }

        foreach (var field in plan.Messages)
        {
            switch (field.Accessor.GetValue(message))
            {
                case IMessage inner:
                    Descend(inner, field.Name, null);
                    break;
                case IList list:
                    for (var i = 0; i < list.Count; i++)
                    {
                        Descend((IMessage)list[i]!, field.Name, i);
                    }

                    break;
            }
        }

        void Descend(IMessage inner, string field, int? index)
        {
            path.Add((field, index));
            Walk(inner, path, faults);
            path.RemoveAt(path.Count - 1);
        }
    }

    private static void CheckText(string text, List<(string Field, int? Index)> path, string field, int? index, FaultList faults)
    {
        if (text.Contains('\uFFFD', StringComparison.Ordinal))
        {
            var steps = path.Append((field, index)).Select(step => step.Item2 is { } i ? $"{step.Item1}[{i}]" : step.Item1);
            faults.Add(GeneralFaults.InvalidUtf8, string.Join('.', steps));
        }
    }

    private sealed record Plan(FieldDescriptor[] Texts, FieldDescriptor[] Messages)
    {
        public static Plan Of(MessageDescriptor message)
        {
            // Maps hold no text that our contracts take in; Any and Struct neither.
            var fields = message.Fields.InDeclarationOrder().Where(field => !field.IsMap).ToArray();
            return new Plan(
                [.. fields.Where(field => field.FieldType == FieldType.String)],
                [.. fields.Where(field => field.FieldType == FieldType.Message && HasText(field.MessageType, []))]
            );
        }

        private static bool HasText(MessageDescriptor message, HashSet<MessageDescriptor> seen) =>
            seen.Add(message)
            && message
                .Fields.InDeclarationOrder()
                .Any(field =>
                    field.FieldType == FieldType.String
                    || field.FieldType == FieldType.Message && !field.IsMap && HasText(field.MessageType, seen)
                );
    }
}
