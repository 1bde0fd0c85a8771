using System.IO.Compression;

namespace TcmBrain.Knowledge;

/// <summary>Files of a release in one ZIP. The same files give the same bytes.</summary>
public static class ReleaseArchive
{
    /// <summary>What a release may weigh, unpacked; ours weighs less than a twentieth of it.</summary>
    private const int MostBytes = 16 << 20;

    public static byte[] Write(IEnumerable<string> names, Func<string, ReadOnlyMemory<byte>> contentOf)
    {
        using var archive = new MemoryStream();
        using (var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var name in names)
            {
                var entry = zip.CreateEntry(name, CompressionLevel.SmallestSize);
                entry.LastWriteTime = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using var content = entry.Open();
                content.Write(contentOf(name).Span);
            }
        }
        return archive.ToArray();
    }

    /// <summary>The files by name.</summary>
    /// <param name="names">the only ones it may hold</param>
    /// <exception cref="BrokenReleaseException">It is no ZIP, or a file is strange, there twice or far too large.</exception>
    public static Dictionary<string, byte[]> Read(byte[] archive, IReadOnlyCollection<string> names)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        try
        {
            using var zip = new ZipArchive(new MemoryStream(archive), ZipArchiveMode.Read);
            var room = (long)MostBytes;
            foreach (var entry in zip.Entries)
            {
                if (!names.Contains(entry.FullName) || files.ContainsKey(entry.FullName))
                {
                    throw Broken(entry.FullName, "not a file of a release, or there twice");
                }
                using var content = entry.Open();
                using var copy = new MemoryStream();
                var buffer = new byte[81_920];
                int read;
                // What the archive says of sizes proves nothing: counted is what comes out.
                while ((read = content.Read(buffer)) > 0)
                {
                    if ((room -= read) < 0)
                    {
                        throw Broken(entry.FullName, $"the release unpacks to more than {MostBytes} bytes");
                    }
                    copy.Write(buffer, 0, read);
                }
                files[entry.FullName] = copy.ToArray();
            }
        }
        catch (InvalidDataException)
        {
            throw Broken("", "the release is not a ZIP archive");
        }
        return files;
    }

    private static BrokenReleaseException Broken(string file, string reason) => new([new ReleaseFault(file, 0, reason)]);
}
