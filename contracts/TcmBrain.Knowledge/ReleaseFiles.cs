using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace TcmBrain.Knowledge;

/// <summary>The files of one knowledge release, as bytes. Immutable.</summary>
public sealed class ReleaseFiles
{
    public const string Version = "version.txt";
    public const string Herbs = "herbs.csv";
    public const string Aliases = "aliases.csv";
    public const string CombinedNames = "combined_names.csv";
    public const string Incompatibilities = "incompatibilities.csv";
    public const string Formulas = "formulas.json";
    public const string Terms = "syndromes.csv";
    public const string Customs = "dispensing_customs.csv";
    public const string PieceLists = "piece_lists.csv";

    /// <summary>The files of a release, in the order in which its hash is taken.</summary>
    public static ImmutableArray<string> Names { get; } =
    [Version, Herbs, Aliases, CombinedNames, Incompatibilities, Formulas, Terms, Customs, PieceLists];

    private readonly FrozenDictionary<string, byte[]> files;

    private ReleaseFiles(IEnumerable<KeyValuePair<string, byte[]>> files) => this.files = files.ToFrozenDictionary();

    /// <summary>The release that this assembly was built with.</summary>
    public static ReleaseFiles Embedded() =>
        new(
            Names.Select(name =>
            {
                using var stream =
                    typeof(ReleaseFiles).Assembly.GetManifestResourceStream(name)
                    ?? throw new InvalidOperationException($"{name} is not embedded.");
                using var copy = new MemoryStream();
                stream.CopyTo(copy);
                return KeyValuePair.Create(name, copy.ToArray());
            })
        );

    /// <summary>A release in a folder, in the layout of the embedded one.</summary>
    /// <exception cref="BrokenReleaseException">A file is missing.</exception>
    public static ReleaseFiles FromFolder(string folder)
    {
        return Of(
            Names
                .Where(name => File.Exists(Path.Combine(folder, name)))
                .ToDictionary(name => name, name => File.ReadAllBytes(Path.Combine(folder, name)), StringComparer.Ordinal)
        );
    }

    /// <summary>Reads what <see cref="ToArchive"/> wrote.</summary>
    /// <exception cref="BrokenReleaseException">It is no ZIP, or a file is missing, strange or far too large.</exception>
    public static ReleaseFiles FromArchive(byte[] archive) => Of(ReleaseArchive.Read(archive, Names));

    public byte[] ToArchive() => ReleaseArchive.Write(Names, Bytes);

    /// <summary>A release of these files; others beside them are passed over.</summary>
    /// <exception cref="BrokenReleaseException">A file is missing.</exception>
    public static ReleaseFiles Of(IReadOnlyDictionary<string, byte[]> files)
    {
        var missing = Names.Where(name => !files.ContainsKey(name)).ToArray();
        return missing.Length > 0
            ? throw new BrokenReleaseException([.. missing.Select(x => new ReleaseFault(x, 0, "the file is missing"))])
            : new(Names.Select(name => KeyValuePair.Create(name, files[name])));
    }

    /// <summary>The same release with one file's text replaced: a pharmacist's draft, before it is written.</summary>
    public ReleaseFiles With(string name, string text)
    {
        if (!files.ContainsKey(name))
        {
            throw new ArgumentException($"{name} is not a file of a release.", nameof(name));
        }
        return new(files.Select(x => x.Key == name ? KeyValuePair.Create(name, Encoding.UTF8.GetBytes(text)) : x));
    }

    public ReadOnlyMemory<byte> Bytes(string name) => files[name];

    /// <exception cref="BrokenReleaseException">It is not UTF-8.</exception>
    public string Text(string name) => Decode(name, files[name]);

    /// <summary>The text of a release's file; a mark of the byte order is passed over.</summary>
    /// <exception cref="BrokenReleaseException">It is not UTF-8.</exception>
    public static string Decode(string name, byte[] bytes)
    {
        try
        {
            return new UTF8Encoding(false, true).GetString(bytes).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            throw new BrokenReleaseException([new ReleaseFault(name, 0, "the file is not valid UTF-8")]);
        }
    }

    /// <summary>What it is called: computed over all files.</summary>
    public ReleaseId Identify()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in Names)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}\n{files[name].Length}\n"));
            hash.AppendData(files[name]);
        }
        return new(Text(Version).Trim(), Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}

/// <summary>Names one release: the version its editors gave it and the SHA-256 over its files (64 hex digits).</summary>
public sealed record ReleaseId(string Version, string Sha256)
{
    /// <summary>Version and the first 12 digits of the hash.</summary>
    public override string ToString() => $"{Version}+{Sha256[..12]}";
}
