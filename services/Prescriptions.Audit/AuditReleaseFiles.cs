using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using TcmBrain.Knowledge;

namespace TcmBrain.Prescriptions.Audit;

/// <summary>The files of one release of the audit: those of the knowledge and the tables of the policy. Immutable.</summary>
public sealed class AuditReleaseFiles
{
    public const string PolicyVersion = "policy_version.txt";
    public const string Rules = "audit_rules.csv";
    public const string Limits = "audit_limits.csv";
    public const string AgeBands = "age_bands.csv";

    internal static readonly string[] PolicyTables = [Rules, Limits, AgeBands];

    private readonly FrozenDictionary<string, byte[]> policy;

    private AuditReleaseFiles(ReleaseFiles knowledge, IEnumerable<KeyValuePair<string, byte[]>> policy)
    {
        Knowledge = knowledge;
        this.policy = policy.ToFrozenDictionary();
    }

    /// <summary>All names, those of the knowledge first.</summary>
    public static ImmutableArray<string> Names { get; } = [.. ReleaseFiles.Names, PolicyVersion, Rules, Limits, AgeBands];

    public ReleaseFiles Knowledge { get; }

    /// <summary>The release that this build was made with.</summary>
    public static AuditReleaseFiles Embedded() =>
        new(
            ReleaseFiles.Embedded(),
            Names
                .Skip(ReleaseFiles.Names.Length)
                .Select(name =>
                {
                    using var stream =
                        typeof(AuditReleaseFiles).Assembly.GetManifestResourceStream(name)
                        ?? throw new InvalidOperationException($"{name} is not embedded.");
                    using var copy = new MemoryStream();
                    stream.CopyTo(copy);
                    return KeyValuePair.Create(name, copy.ToArray());
                })
        );

    /// <exception cref="BrokenReleaseException">A file is missing.</exception>
    public static AuditReleaseFiles FromFolder(string folder) =>
        Of(
            Names
                .Where(x => File.Exists(Path.Combine(folder, x)))
                .ToDictionary(x => x, x => File.ReadAllBytes(Path.Combine(folder, x)), StringComparer.Ordinal)
        );

    /// <summary>Reads what <see cref="ToArchive"/> wrote: a ZIP with exactly the files of a release.</summary>
    /// <exception cref="BrokenReleaseException">It is no ZIP, a file is missing, strange or far too large.</exception>
    public static AuditReleaseFiles FromArchive(byte[] archive) => Of(ReleaseArchive.Read(archive, Names));

    /// <summary>A ZIP of all files. The same files give the same bytes.</summary>
    public byte[] ToArchive() => ReleaseArchive.Write(Names, Bytes);

    /// <summary>The same release with one file's text replaced.</summary>
    /// <exception cref="ArgumentException">A release has no such file.</exception>
    public AuditReleaseFiles With(string name, string text) =>
        policy.ContainsKey(name)
            ? new(Knowledge, policy.Select(x => x.Key == name ? KeyValuePair.Create(name, Encoding.UTF8.GetBytes(text)) : x))
            : new(Knowledge.With(name, text), policy);

    public ReadOnlyMemory<byte> Bytes(string name) => policy.TryGetValue(name, out var own) ? own : Knowledge.Bytes(name);

    /// <exception cref="BrokenReleaseException">It is not UTF-8.</exception>
    public string Text(string name) => policy.TryGetValue(name, out var own) ? ReleaseFiles.Decode(name, own) : Knowledge.Text(name);

    private static AuditReleaseFiles Of(Dictionary<string, byte[]> files)
    {
        var missing = Names.Where(x => !files.ContainsKey(x)).ToArray();
        return missing.Length > 0
            ? throw new BrokenReleaseException([.. missing.Select(x => new ReleaseFault(x, 0, "the file is missing"))])
            : new(ReleaseFiles.Of(files), files.Where(x => !ReleaseFiles.Names.Contains(x.Key)));
    }
}
