using System.Collections.Frozen;

namespace TcmBrain.Quality.Lots;

/// <summary>Whether a test has to be made of every lot that has a limit of it: a row of Data/lot_tests.csv.</summary>
/// <param name="Test">* for all others</param>
/// <param name="Need">required or optional</param>
/// <param name="RetestDays">Within so many days of a result that does not pass a retest may be asked for.</param>
/// <param name="Mark">M: expert default that a pharmacist has to confirm.</param>
public sealed record TestNeed(string Test, string Need, int RetestDays, string Source, string Mark)
{
    public bool IsRequired => Need == "required";
}

public sealed class TestNeeds(IReadOnlyList<TestNeed> rows)
{
    private readonly FrozenDictionary<string, TestNeed> byTest = rows.ToFrozenDictionary(r => r.Test);

    public static TestNeeds Load() => new(EmbeddedTable.Read<TestNeed>("lot_tests.csv"));

    public IReadOnlyList<TestNeed> Rows => rows;

    public TestNeed Of(string test) => byTest.GetValueOrDefault(test) ?? byTest["*"];
}
