using System.Text;
using TcmBrain.Testing;

namespace TcmBrain.Prescriptions.Tests.Scenarios;

/// <summary>Each line of lifecycle.txt against the real service with its database.</summary>
public sealed class ScenarioTests(ScenarioFixture fixture) : IClassFixture<ScenarioFixture>
{
    public static IEnumerable<TheoryDataRow<string>> Names => ScenarioTable.All.Select(s => new TheoryDataRow<string>(s.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Holds(string name)
    {
        var (scenario, seen) = await Runs[name];
        seen.ShouldBe((scenario.Answer, scenario.State, scenario.Events), $"{scenario.Given} → {scenario.Deeds}");
    }

    /// <summary>All of them at once, some at a time: each is a story of its own.</summary>
    private Dictionary<string, Task<(Scenario, (string, string, string))>> Runs =>
        fixture.Once(() =>
        {
            var places = new SemaphoreSlim(8);
            return ScenarioTable.All.ToDictionary(s => s.Name, s => Task.Run(() => RunAsync(s, places)));
        });

    private async Task<(Scenario, (string, string, string))> RunAsync(Scenario scenario, SemaphoreSlim places)
    {
        await places.WaitAsync();
        try
        {
            return (scenario, await RunAsync(scenario));
        }
        finally
        {
            places.Release();
        }
    }

    private async Task<(string Answer, string State, string Events)> RunAsync(Scenario scenario)
    {
        var story = new Story(fixture);
        await story.DoAsync(ScenarioTable.Givens[scenario.Given]);
        var (before, newerBefore) = await story.EventsAsync();

        var answer = await story.DoAsync(scenario.Deeds);

        var (after, newer) = await story.EventsAsync();
        var told =
            string.Join(" ", after[before.Length..])
            + (newer.Length == newerBefore.Length ? "" : " / " + string.Join(" ", newer[newerBefore.Length..]));
        return (answer, await story.StateAsync(), told.Trim() is { Length: > 0 } some ? some : "-");
    }

    [Fact]
    public void There_are_at_least_216_and_no_two_of_one_name()
    {
        ScenarioTable.All.Count.ShouldBeGreaterThanOrEqualTo(216);
        ScenarioTable.All.Select(s => s.Name).Distinct().Count().ShouldBe(ScenarioTable.All.Count);
    }

    [Fact]
    public void Every_way_of_writing_occurs()
    {
        var used = string.Join(";", ScenarioTable.All.Select(s => s.Deeds).Concat(ScenarioTable.Givens.Values));
        Writing.Ways.Keys.Where(way => !used.Contains(way, StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void They_are_documented() => DocumentCheck.Equal(RepositoryRoot.Combine("docs", "lifecycle-scenarios.md"), Render());

    private static string Render()
    {
        var text = new StringBuilder();
        text.Append(
            """
            # Scenarios of a prescription's life

            Generated from `tests/TcmBrain.Prescriptions.Tests/Scenarios/lifecycle.txt` by the test that runs every line of it against the real service
            with its database; do not edit. *Answer* is what the last deed is answered: a state, an outcome, or a code with the field. *State*:
            where it stands afterwards; after an arrow the revision that took its place. *Told*: the events that the deeds brought about, without
            their "Prescription"; after a stroke those of the new revision.


            """
        );
        text.Append(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{ScenarioTable.All.Count} scenarios. How each *given* comes about:\n\n| given | by |\n|---|---|\n"
        );
        foreach (var (given, deeds) in ScenarioTable.Givens)
        {
            text.Append($"| {given} | {(deeds.Length == 0 ? "–" : deeds)} |\n");
        }

        foreach (var section in ScenarioTable.All.GroupBy(s => s.Section))
        {
            text.Append($"\n## {section.Key}\n\n| scenario | given | deeds | answer | state | told |\n|---|---|---|---|---|---|\n");
            foreach (var s in section)
            {
                text.Append($"| {s.Name} | {s.Given} | {s.Deeds} | {s.Answer} | {s.State} | {s.Events} |\n");
            }
        }

        return text.ToString();
    }
}
