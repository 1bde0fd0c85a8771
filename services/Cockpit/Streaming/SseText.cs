using System.Buffers;
using System.Globalization;
using System.Text;

namespace TcmBrain.Cockpit.Streaming;

/// <summary>The words of server-sent events (WHATWG HTML, 9.2), in UTF-8.</summary>
internal static class SseText
{
    /// <summary>An event whose data are JSON without line breaks; with an id when it moves the position.</summary>
    public static void Event(IBufferWriter<byte> to, string name, ReadOnlySpan<byte> json, ResumeToken? id = null)
    {
        Head(to, name, id);
        to.Write(json);
        Text(to, "\n\n");
    }

    /// <summary>An event whose data are a JSON array of the items.</summary>
    public static void Event(IBufferWriter<byte> to, string name, IEnumerable<byte[]> items, ResumeToken id)
    {
        Head(to, name, id);
        var separator = "[";
        foreach (var item in items)
        {
            Text(to, separator);
            to.Write(item);
            separator = ",";
        }

        Text(to, separator == "[" ? "[]\n\n" : "]\n\n");
    }

    public static void Text(IBufferWriter<byte> to, string text) => Encoding.UTF8.GetBytes(text, to);

    private static void Head(IBufferWriter<byte> to, string name, ResumeToken? id)
    {
        if (id is { } place)
        {
            Text(to, $"id: {place}\n");
        }

        Text(to, $"event: {name}\ndata: ");
    }
}
