using System.Reflection;
using System.Text;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Testing;

/// <summary>
/// Keeps <c>docs/errors/NAME.md</c> equal to a catalogue class (its public static <see cref="FaultDefinition"/> fields). A test calls
/// <see cref="Check"/>; with the environment variable TCM_WRITE_DOCS=1 the file is written instead of compared.
/// </summary>
public static class FaultCatalogue
{
    public static IReadOnlyList<FaultDefinition> Of(Type catalogue) =>
        [
            .. catalogue
                .GetFields(BindingFlags.Public | BindingFlags.Static)
                .Where(field => field.FieldType == typeof(FaultDefinition))
                .Select(field => (FaultDefinition)field.GetValue(null)!)
                .OrderBy(entry => entry.Code, StringComparer.Ordinal),
        ];

    /// <exception cref="InvalidOperationException">when a code is given twice or has another prefix, or the document differs</exception>
    /// <param name="withRetry">Adds the column that tells whether the same call may be repeated.</param>
    public static void Check(Type catalogue, string name, string prefix, bool withRetry = false)
    {
        var entries = Of(catalogue);
        var wrong = entries
            .GroupBy(entry => entry.Code)
            .Where(group => group.Count() > 1 || !group.Key.StartsWith(prefix + "-", StringComparison.Ordinal))
            .Select(group => group.Key)
            .ToList();
        if (entries.Count == 0 || wrong.Count > 0)
        {
            throw new InvalidOperationException($"{catalogue.Name}: no entries, or codes doubled or misnamed: {string.Join(", ", wrong)}");
        }

        DocumentCheck.Equal(RepositoryRoot.Combine("docs", "errors", name + ".md"), Render(entries, name, withRetry));
    }

    private static string Render(IReadOnlyList<FaultDefinition> entries, string name, bool withRetry)
    {
        var text = new StringBuilder();
        text.Append("# Error codes: ").Append(name).Append("\n\n");
        text.Append("Generated from the catalogue class by a test; do not edit. `{0}`, `{1}` stand for values filled in.\n\n");
        if (withRetry)
        {
            text.Append(
                "*Retry* yes: the same call, unchanged, may succeed later. No: it fails the same way until what is asked changes.\n\n"
            );
        }

        text.Append(
            withRetry
                ? "| code | HTTP | gRPC | retry | 中文 | English |\n|---|---|---|---|---|---|\n"
                : "| code | HTTP | gRPC | 中文 | English |\n|---|---|---|---|---|\n"
        );
        foreach (var entry in entries)
        {
            text.Append("| ").Append(entry.Code).Append(" | ").Append(entry.HttpStatus).Append(" | ");
            text.Append(entry.GrpcStatus ?? GrpcStatusMap.FromHttp(entry.HttpStatus)).Append(" | ");
            text.Append(withRetry ? (entry.IsRetryable ? "yes | " : "no | ") : "");
            text.Append(entry.Zh).Append(" | ").Append(entry.En).Append(" |\n");
        }

        return text.ToString();
    }
}
