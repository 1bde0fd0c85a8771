using TcmBrain.Contracts.Events;

namespace TcmBrain.Cockpit.Folding;

/// <summary>What the top lists (排行) count, each by the day on which it happened.</summary>
public static class RankingLists
{
    public const string Herbs = "herb";
    public const string Syndromes = "syndrome";
    public const string Formulas = "formula";
    public const string Departments = "department";
    public const string Institutions = "institution";
    public const string Centres = "centre";

    /// <summary>Each list with the type of the event that it is counted from.</summary>
    public static readonly IReadOnlyDictionary<string, string> Sources = new Dictionary<string, string>
    {
        [Herbs] = nameof(PrescriptionApproved),
        [Syndromes] = nameof(PrescriptionReceived),
        [Formulas] = nameof(PrescriptionAudited),
        [Departments] = nameof(PrescriptionReceived),
        [Institutions] = nameof(PrescriptionReceived),
        [Centres] = nameof(PrescriptionChecked),
    };

    public static void Read<TSink>(Fact fact, TSink sink)
        where TSink : IRankingSink, allows ref struct
    {
        switch (fact.Type)
        {
            case nameof(PrescriptionReceived):
                sink.Add(Institutions, fact.Institution!, fact.Quantity);
                Named(Syndromes, fact.Topic, fact.Quantity, sink);
                Named(Departments, fact.Detail, fact.Quantity, sink);
                break;
            case nameof(PrescriptionAudited):
                Named(Formulas, fact.Topic, 0, sink);
                break;
            case nameof(PrescriptionApproved) when fact is { Pieces: { } pieces, Weights: { } weights }:
                for (var i = 0; i < pieces.Length; i++)
                {
                    sink.Add(Herbs, pieces[i], weights[i]);
                }

                break;
            case nameof(PrescriptionChecked):
                Named(Centres, fact.Centre, fact.Quantity, sink);
                break;
        }
    }

    private static void Named<TSink>(string list, string? topic, long amount, TSink sink)
        where TSink : IRankingSink, allows ref struct
    {
        if (!string.IsNullOrEmpty(topic))
        {
            sink.Add(list, topic, amount);
        }
    }
}

/// <summary>Takes an entry of a top list, and its weight: milligrams for herbs, doses otherwise; formulas have none.</summary>
public interface IRankingSink
{
    void Add(string list, string topic, long amount);
}
