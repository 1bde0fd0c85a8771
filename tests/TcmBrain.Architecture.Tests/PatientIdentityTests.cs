using System.Text.RegularExpressions;
using TcmBrain.Architecture.Tests.House;

namespace TcmBrain.Architecture.Tests;

/// <summary>Who a prescription is for is one folder's affair; everything else carries a sealed box at most.</summary>
public sealed partial class PatientIdentityTests
{
    private const string Vault = "services/Prescriptions/Patients/";

    private static readonly string[] Services = ["services/", "gateway/", "aspire/", "contracts/", "tools/"];

    private static IEnumerable<string> Sources =>
        Repository
            .Named(".cs")
            .Where(file => Services.Any(folder => file.StartsWith(folder, StringComparison.Ordinal)))
            .Where(file => !file.StartsWith(Vault, StringComparison.Ordinal));

    private static IReadOnlyList<string> Where(IEnumerable<string> files, Regex forbidden) =>
        [
            .. files.SelectMany(file =>
                Repository.Lines(file).Select((line, n) => (line, n)).Where(x => forbidden.IsMatch(x.line)).Select(x => $"{file}:{x.n + 1}")
            ),
        ];

    [Fact]
    public void Only_the_vault_reads_the_key()
    {
        Where(Sources, Key()).ShouldBe([AppModel()]);
        Where(Repository.Named(".cs").Where(file => file.StartsWith(Vault, StringComparison.Ordinal)), Key()).ShouldNotBeEmpty();

        // It says which service is given the key: prescriptions, and nobody else.
        static string AppModel()
        {
            const string file = "aspire/TcmBrain.AppHost/AppHost.cs";
            return $"{file}:{Array.FindIndex(Repository.Lines(file), line => Key().IsMatch(line)) + 1}";
        }
    }

    [Fact]
    public void Only_the_vault_opens_a_box() => Where(Sources.Where(IsPrescriptions), Opening()).ShouldBeEmpty();

    [Fact]
    public void Only_the_vault_reads_and_writes_the_records_of_access() =>
        Where(Sources.Where(file => !file.Contains("/Migrations/", StringComparison.Ordinal)), Records()).ShouldBeEmpty();

    /// <summary>Writing the box with the push, and handing it on to the vault when a prescription is read; never into it.</summary>
    [Fact]
    public void Who_carries_the_box_is_known_by_name() =>
        Where(Sources.Where(IsPrescriptions), Column())
            .Select(found => found.Split(':')[0])
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ShouldBe([
                "services/Prescriptions/Push/PushRows.cs",
                "services/Prescriptions/Push/PushStore.cs",
                "services/Prescriptions/Reading/ListReader.cs",
                "services/Prescriptions/Reading/Reader.cs",
                "services/Prescriptions/Review/ReviewQueue.cs",
            ]);

    [Fact]
    public void No_event_and_no_other_services_table_has_a_field_for_a_patients_identity()
    {
        Where(Sources.Where(file => file.StartsWith("contracts/TcmBrain.Contracts/Events/", StringComparison.Ordinal)), Fields())
            .ShouldBeEmpty();
        Where(
                Repository.Named(".sql").Where(file => file.StartsWith("services/", StringComparison.Ordinal) && !IsPrescriptions(file)),
                Fields()
            )
            .ShouldBeEmpty();
    }

    private static bool IsPrescriptions(string file) => file.StartsWith("services/Prescriptions/", StringComparison.Ordinal);

    [GeneratedRegex(@"PatientIdentity(__|:)\w*Key")]
    private static partial Regex Key();

    [GeneratedRegex(@"\.PutBack\(|\.Reseal\(|AesGcm|\.BlindIndex")]
    private static partial Regex Opening();

    [GeneratedRegex("identity_access|identity_erasures|identity_resealing")]
    private static partial Regex Records();

    // The column in SQL.
    [GeneratedRegex(@"document, (?:p\.)?identity\b|select (?:\w+\.)?identity\b|\bset identity\b")]
    private static partial Regex Column();

    [GeneratedRegex("identity_?number|patient_?name|phone|id_card", RegexOptions.IgnoreCase)]
    private static partial Regex Fields();
}
