namespace TcmBrain.Quality;

/// <summary>Texts that people enter.</summary>
internal static class Words
{
    /// <exception cref="ServiceDefaults.Faults.FaultException">QUA-0103 nothing there, QUA-0104 too long</exception>
    public static string Required(string? text, string field, int most) =>
        string.IsNullOrWhiteSpace(text) ? throw QualityFaults.Missing.Exception(field)
        : text.Length > most || text.Any(c => char.IsControl(c) && c != '\n') ? throw QualityFaults.TooLong.Exception(field, most)
        : text.Trim();
}
