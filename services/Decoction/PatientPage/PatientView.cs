using TcmBrain.Decoction.Packing;

namespace TcmBrain.Decoction.PatientPage;

/// <summary>A name in both languages.</summary>
public sealed record NamePair(string Zh, string En);

/// <summary>Something to know when taking the medicine, with where it is said.</summary>
/// <param name="Mark">C, C* or M: how well the source is confirmed.</param>
public sealed record Advice(string Topic, string Zh, string En, string Source, string Mark);

/// <param name="Stage">checked, soaking, decocting, packed, shipped, at-counter, delivered</param>
public sealed record Milestone(string Stage, DateTimeOffset At);

/// <summary>How it comes.</summary>
/// <param name="Kind">courier or pick-up</param>
/// <param name="ExpectedBy">as the courier promised; null: nothing has been promised</param>
/// <param name="Attempts">how often nobody could be handed it</param>
/// <param name="Place">whose counter it is fetched at; null for courier</param>
public sealed record Coming(
    string Kind,
    DateTimeOffset? ExpectedBy,
    int Attempts,
    NamePair? Place,
    DateTimeOffset? From,
    DateTimeOffset? Until
);

/// <summary>
/// What the patient's page shows: where the medicine is, when it comes, how to take it. Nothing of it says whose it is: neither name nor
/// address, prescription number, syndrome nor prescriber.
/// </summary>
/// <param name="Stage">waiting, soaking, decocting, packing, packed, shipped, at-counter, back, delivered, returned or lost</param>
/// <param name="UseBy">of the bags as they are stored; null while they are not packed, or when the patient decocts</param>
/// <param name="Usage">用法 in the prescriber's words</param>
public sealed record PatientView(
    string Stage,
    IReadOnlyList<Milestone> Milestones,
    NamePair Centre,
    bool Decocted,
    bool External,
    bool Urgent,
    int Doses,
    int DosesPerDay,
    int Bags,
    int MillilitresPerBag,
    int TimesPerDay,
    int MillilitresPerTime,
    string Usage,
    DateTimeOffset? UseBy,
    IReadOnlyList<PackedApart> Apart,
    IReadOnlyList<Advice> Advice,
    Coming Coming
);
