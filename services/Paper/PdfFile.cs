using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace TcmBrain.Paper;

/// <summary>The frame of a PDF 1.7 file (ISO 32000-1): numbered objects, their table, the trailer.</summary>
internal sealed class PdfFile
{
    private readonly List<byte[]> objects = [];

    /// <returns>the object's number</returns>
    public int Add(string content)
    {
        objects.Add(Encoding.ASCII.GetBytes(content));
        return objects.Count;
    }

    /// <summary>A number for what is written later, because it and others name each other.</summary>
    public int Reserve() => Add("null");

    public void Put(int number, string content) => objects[number - 1] = Encoding.ASCII.GetBytes(content);

    public int AddStream(string entries, string content)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(Encoding.ASCII.GetBytes(content));
        }

        var head = string.Create(CultureInfo.InvariantCulture, $"<< {entries} /Length {packed.Length} /Filter /FlateDecode >>\nstream\n");
        objects.Add([.. Encoding.ASCII.GetBytes(head), .. packed.ToArray(), .. "\nendstream"u8]);
        return objects.Count;
    }

    public byte[] Save(int catalogue, int? information = null)
    {
        using var stream = new MemoryStream();
        stream.Write("%PDF-1.7\n"u8);
        // Bytes above 127: whoever copies it as text would break it, and sees so.
        stream.Write([(byte)'%', 0xE2, 0xE3, 0xCF, 0xD3, (byte)'\n']);
        var offsets = new List<long>();
        for (var i = 0; i < objects.Count; i++)
        {
            offsets.Add(stream.Position);
            Text($"{i + 1} 0 obj\n");
            stream.Write(objects[i]);
            Text($"\nendobj\n");
        }

        var table = stream.Position;
        Text($"xref\n0 {objects.Count + 1}\n0000000000 65535 f \n");
        foreach (var offset in offsets)
        {
            Text($"{offset:D10} 00000 n \n");
        }

        Text(
            $"trailer << /Size {objects.Count + 1} /Root {catalogue} 0 R{(information is { } number ? FormattableString.Invariant($" /Info {number} 0 R") : "")} >>\nstartxref\n{table}\n%%EOF\n"
        );
        return stream.ToArray();

        void Text(FormattableString text) => stream.Write(Encoding.ASCII.GetBytes(FormattableString.Invariant(text)));
    }
}
