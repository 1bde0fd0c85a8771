using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace TcmBrain.Setup;

/// <summary>One numbered script. Once applied it is never edited; a change is a new number.</summary>
/// <param name="Room">The folder it belongs to: Exchange, Pharmacy, …</param>
/// <param name="Name">File name with its number: 0001_exchange.sql.</param>
public sealed record Migration(string Room, string Name, string Sql)
{
    /// <summary>SHA-256 of the text with line ends made equal, hex.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    /// <summary>The scripts of a service's database in order: the exchange's, then its own.</summary>
    public static IReadOnlyList<Migration> For(string service) =>
        [.. All.Where(m => m.Room == "Exchange"), .. All.Where(m => string.Equals(m.Room, service, StringComparison.OrdinalIgnoreCase))];

    private static readonly IReadOnlyList<Migration> All = Load(typeof(Migration).Assembly);

    private static List<Migration> Load(Assembly assembly) =>
        [
            .. assembly
                .GetManifestResourceNames()
                .Where(n => n.EndsWith(".sql", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(n =>
                {
                    using var reader = new StreamReader(assembly.GetManifestResourceStream(n)!);
                    var parts = n.Split('/');
                    return new Migration(parts[0], parts[1], reader.ReadToEnd());
                }),
        ];
}
