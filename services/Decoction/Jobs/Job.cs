using TcmBrain.Decoction.Recipes;
using TcmBrain.Decoction.Steps;

namespace TcmBrain.Decoction.Jobs;

/// <summary>One prescription's decoction (煎药任务), locked for the transaction that changes it.</summary>
internal sealed class Job
{
    public required Guid PrescriptionId { get; init; }
    public required string InstitutionCode { get; init; }
    public required string RegionCode { get; init; }
    public required string HisNumber { get; init; }
    public required int Revision { get; init; }
    public required string CentreCode { get; init; }
    public required string DeliveryRegionCode { get; init; }
    public required string? TraceParent { get; init; }

    public required DateTimeOffset CheckedAt { get; init; }

    /// <summary>Null: the patient decocts.</summary>
    public required Recipe? Recipe { get; set; }

    public required bool Urgent { get; init; }

    /// <summary>Deviations for whose decision the medicine waits.</summary>
    public int OpenHolds { get; set; }

    /// <summary>The run that is open or was the last; 0 when no vessel was taken yet.</summary>
    public int RunNo { get; set; }

    /// <summary>The vessel of that run, while it is open.</summary>
    public int? VesselId { get; set; }

    /// <summary>What was added within a step of the attempt that counts: handling and when.</summary>
    public Dictionary<string, DateTimeOffset> Actions { get; } = [];

    /// <summary>What takes a while and was begun (另煎), and when.</summary>
    public Dictionary<string, DateTimeOffset> Begun { get; } = [];

    /// <summary>What is missing and a named person let go.</summary>
    public HashSet<string> Waived { get; } = [];

    /// <summary>Nothing waits for these any more before packing.</summary>
    public IReadOnlySet<string> Settled => Waived.Union(Actions.Keys).ToHashSet();
    public required string State { get; set; }
    public required List<StepRecord> Steps { get; init; }

    /// <summary>Events told of this prescription by this service so far.</summary>
    public required int Told { get; set; }

    /// <summary>The version that the next event carries.</summary>
    public int NextVersion() => ++Told;
}
