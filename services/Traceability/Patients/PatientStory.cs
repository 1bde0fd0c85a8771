namespace TcmBrain.Traceability.Patients;

/// <summary>
/// Where a medicine comes from, herb by herb, with all that is needed to check it in the browser. Nothing of it says whose it is.
/// </summary>
/// <param name="DispensedAt">When the herbs were put together; null while the trace has not heard of it.</param>
/// <param name="Steps">What was done with the prescription itself, in order.</param>
/// <param name="Checkpoint">C2SP checkpoint under which all proofs stand; null until the log's next signature.</param>
/// <param name="VerifierKey">The log's key. It does not vouch for itself: its fingerprint can be compared with one from elsewhere.</param>
public sealed record PatientStory(
    DateTimeOffset? DispensedAt,
    int? Doses,
    IReadOnlyList<StoryHerb> Herbs,
    IReadOnlyList<StoryStep> Steps,
    string? Checkpoint,
    string VerifierKey,
    IReadOnlyList<StoryProof> Proofs
);

/// <param name="Lot">The lot's identifier; what its steps and proofs are of.</param>
/// <param name="Grams">In the whole prescription.</param>
/// <param name="Maker">Who made or supplied it, as on its package.</param>
/// <param name="Tested">Released after its tests.</param>
/// <param name="Recalled">Called back: do not take it, ask the pharmacy.</param>
/// <param name="Steps">From the field to the pharmacy, in order.</param>
public sealed record StoryHerb(
    string Lot,
    string? Piece,
    string? LotNumber,
    decimal? Grams,
    string? Origin,
    string? Maker,
    string? ProducedOn,
    string? ExpiresOn,
    bool Tested,
    bool Recalled,
    IReadOnlyList<StoryStep> Steps
);

/// <param name="Step">Word of the CBV or URI: planting, creating_class_instance, inspecting, …</param>
/// <param name="Facts">What the event says for people: species, area, method, grade, result, temperatures, minutes.</param>
/// <param name="Proof">Index of its proof among the story's; null when it is not under a signed head yet.</param>
public sealed record StoryStep(
    string EventHash,
    string Step,
    DateTimeOffset At,
    string? Disposition,
    IReadOnlyList<StoryFact> Facts,
    int? Proof
);

public sealed record StoryFact(string Name, string Value);

/// <param name="Leaf">The log's leaf; its hash is SHA-256(0x00 || leaf).</param>
/// <param name="Hashes">From the leaf's sibling upwards (RFC 6962, 2.1.1), base64.</param>
/// <param name="Event">The event as logged; null where parts of it are another party's business. Then the leaf alone is proven.</param>
public sealed record StoryProof(string EventHash, long LeafIndex, string Leaf, IReadOnlyList<string> Hashes, string? Event);
