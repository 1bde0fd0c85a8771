using TcmBrain.Testing;

namespace TcmBrain.Prescriptions.Tests.Scenarios;

/// <param name="Given">See <see cref="ScenarioTable.Givens"/>.</param>
/// <param name="Deeds">Who does what, joined with semicolons.</param>
/// <param name="Answer">What the last deed is answered.</param>
/// <param name="State">Where it stands then; after an arrow the revision that took its place.</param>
/// <param name="Events">What the deeds told, in order; after a stroke of the new revision; a hyphen: nothing.</param>
internal sealed record Scenario(string Section, string Name, string Given, string Deeds, string Answer, string State, string Events);

/// <summary>Reads lifecycle.txt: sections begin with #, columns are divided by |.</summary>
internal static class ScenarioTable
{
    private const string Push = "hospital: pushes";
    private const string Intercepted = "hospital: pushes with an over-dose";
    private const string Routed = Push + "; pharmacy: routes";
    private const string Reserved = Routed + "; pharmacy: reserves";
    private const string Dispensing = Reserved + "; pharmacy: starts dispensing";
    private const string Checked = Dispensing + "; pharmacy: finishes dispensing; pharmacy: checks";
    private const string Soaking = Checked + "; decoction room: starts decoction";
    private const string Decocting = Soaking + "; decoction room: completes a step";
    private const string Packed = Decocting + "; decoction room: packs; decoction room: completes decoction";
    private const string Shipped = Packed + "; courier: ships";
    private const string Completed = Shipped + "; courier: delivers";

    /// <summary>How a given comes about: by the same deeds.</summary>
    public static IReadOnlyDictionary<string, string> Givens { get; } =
        new Dictionary<string, string>
        {
            ["nothing"] = "",
            ["intercepted"] = Intercepted,
            ["signed"] = Intercepted + "; prescriber: signs",
            ["unresolved"] = "hospital: pushes with an unknown name",
            ["back at the prescriber"] = Intercepted + "; pharmacist: returns it",
            ["answered"] = Intercepted + "; pharmacist: returns it; prescriber: signs",
            ["claimed"] = Intercepted + "; pharmacist: claims",
            ["signed and claimed"] = Intercepted + "; prescriber: signs; pharmacist: claims",
            ["approved"] = Push,
            ["approved by a pharmacist"] = Intercepted + "; prescriber: signs; pharmacist: approves",
            ["short of stock"] = Push + "; pharmacy: runs short",
            ["routed"] = Routed,
            ["reserved"] = Reserved,
            ["dispensing"] = Dispensing,
            ["checked"] = Checked,
            ["soaking"] = Soaking,
            ["decocting"] = Decocting,
            ["packed"] = Packed,
            ["packed for pick-up"] = "hospital: pushes with pick-up" + Packed[Push.Length..],
            ["shipped"] = Shipped,
            ["completed"] = Completed,
            ["blocked"] = "hospital: pushes with a banned piece",
            ["rejected"] = Intercepted + "; pharmacist: rejects",
            ["cancelled"] = Intercepted + "; hospital: cancels",
            ["expired"] = Intercepted + "; clock: time is over",
            ["expired at the pharmacy"] = Reserved + "; clock: time is over; pharmacy: tells: withdrawn for expiry",
            ["returned"] = Completed + "; pharmacist: takes back for quality",
            ["amended"] = Intercepted + "; hospital: amends with sound doses",
        };

    public static IReadOnlyList<Scenario> All { get; } = Read();

    private static List<Scenario> Read()
    {
        var section = "";
        var all = new List<Scenario>();
        foreach (var line in File.ReadLines(RepositoryRoot.Combine("tests", "TcmBrain.Prescriptions.Tests", "Scenarios", "lifecycle.txt")))
        {
            if (line.StartsWith('#'))
            {
                section = line[1..].Trim();
            }
            else if (line.Trim().Length > 0)
            {
                string[] columns = [.. line.Split('|').Select(c => c.Trim())];
                all.Add(
                    columns is [var name, var given, var deeds, var answer, var state, var events]
                        ? new Scenario(section, name, given, deeds, answer, state, events)
                        : throw new FormatException($"six columns are wanted: {line}")
                );
            }
        }

        return all;
    }
}
