using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace TcmBrain.Quality;

/// <summary>Reads the service's own tables of data (Data/*.csv), which are compiled in.</summary>
internal static class EmbeddedTable
{
    /// <exception cref="CsvHelperException">The table does not fit <typeparamref name="TRow"/>.</exception>
    public static IReadOnlyList<TRow> Read<TRow>(string file)
    {
        using var stream =
            typeof(EmbeddedTable).Assembly.GetManifestResourceStream(file)
            ?? throw new InvalidOperationException($"{file} is not compiled in.");
        using var text = new StreamReader(stream);
        using var csv = new CsvReader(
            text,
            new CsvConfiguration(CultureInfo.InvariantCulture)
            {
                PrepareHeaderForMatch = h => h.Header.Replace("_", "").ToLowerInvariant(),
                // A comma too many would shift what follows it.
                DetectColumnCountChanges = true,
            }
        );
        return [.. csv.GetRecords<TRow>()];
    }
}
