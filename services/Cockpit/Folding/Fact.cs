using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;

namespace TcmBrain.Cockpit.Folding;

/// <summary>
/// What the cockpit keeps of an event (事实): enough to recompute every number from, and nothing about a person. What
/// <see cref="Detail"/>, <see cref="Amount"/> and the others mean depends on the type; <see cref="Of"/> is the definition.
/// </summary>
public sealed record Fact
{
    public required Guid MessageId { get; init; }

    /// <summary>Name of the event record: <c>PrescriptionReceived</c>.</summary>
    public required string Type { get; init; }
    public required Guid AggregateId { get; init; }
    public required int Version { get; init; }

    /// <summary>Of the prescription; 0 for anything else.</summary>
    public int Revision { get; init; }
    public string? Institution { get; init; }

    /// <summary>County of the institution, GB/T 2260; of the centre, where an event tells no institution.</summary>
    public string? Region { get; init; }
    public string? Centre { get; init; }
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>HIS prescription number or lot number.</summary>
    public string? Reference { get; init; }
    public string? Detail { get; init; }
    public string? Topic { get; init; }

    /// <summary>Fen, milligrams, seconds or millilitres.</summary>
    public long Amount { get; init; }

    /// <summary>Doses or bags.</summary>
    public long Quantity { get; init; }

    /// <summary>Lines, findings or codes.</summary>
    public int Items { get; init; }
    public bool Flag { get; init; }

    /// <summary>Of an approved prescription, each once; null otherwise.</summary>
    public string[]? Pieces { get; init; }

    /// <summary>Milligrams of each of <see cref="Pieces"/> over all doses.</summary>
    public long[]? Weights { get; init; }

    /// <summary>Until when the patient is to have it, as promised at a routing.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>County that an approved prescription is brought to.</summary>
    public string? District { get; init; }

    /// <summary>See <see cref="Alarms"/>; 0: none.</summary>
    public short Alarm { get; init; }

    /// <exception cref="ArgumentException">An event type that the cockpit has no reading of: see Topology.</exception>
    public static Fact Of(Guid messageId, Event e)
    {
        var fact = new Fact
        {
            MessageId = messageId,
            Type = e.GetType().Name,
            AggregateId = e.AggregateId,
            Version = e.Version,
            OccurredAt = e.OccurredAt,
            Alarm = Alarms.Of(e.GetType().Name),
        };
        if (e is PrescriptionEvent p)
        {
            fact = fact with { Institution = p.InstitutionCode, Region = p.RegionCode, Reference = p.HisNumber, Revision = p.Revision };
        }

        fact = Read(fact, e);
        return fact is { Region: null, Centre: { } centre } ? fact with { Region = RegionOf(centre) } : fact;
    }

    /// <summary>What tells only a centre lies in its region: a 统一社会信用代码 carries it in characters 3 to 8 (GB 32100). Null for what is no such code.</summary>
    private static string? RegionOf(string centre) => centre.Length == 18 && RegionCode.IsWellFormed(centre[2..8]) ? centre[2..8] : null;

    private static Fact Read(Fact fact, Event e) =>
        e switch
        {
            PrescriptionReceived x => fact with
            {
                Topic = x.SyndromeName,
                Detail = x.DepartmentName,
                Amount = x.FeeFen,
                Quantity = x.Doses,
                Items = x.LineCount,
                Flag = x.Urgent,
            },
            PrescriptionAudited x => fact with { Detail = x.Outcome, Topic = x.FormulaName, Items = x.Findings.Length },
            PrescriptionApproved x => Approved(fact, x),
            PrescriptionRejected => fact,
            PrescriptionCancelled x => fact with { Detail = x.StateReached },
            PrescriptionSuperseded x => fact with { Detail = x.StateReached },
            WithdrawalRequested x => fact with { Detail = x.Cause },
            PrescriptionExpired x => fact with { Detail = x.StateReached },
            PrescriptionReturned x => fact with { Detail = x.Cause },
            PrescriptionCompleted => fact,
            CataloguePublished x => fact with { Detail = x.Release },
            PrescriptionRouted x => fact with { Centre = x.CentreCode, Due = x.PromisedAt, Items = x.Reroutes },
            StockReserved x => fact with
            {
                Centre = x.CentreCode,
                Amount = x.Allocations.Sum(a => a.Quantity.Milligrams),
                Items = x.Allocations.Length,
            },
            ReservationBroken x => fact with { Centre = x.CentreCode, Detail = x.Cause, Items = x.Broken.Length, Flag = x.WeighingBegun },
            StockShort x => fact with { Items = x.MissingPieces.Length },
            PrescriptionWithdrawn => fact,
            DispensingStarted x => fact with { Centre = x.CentreCode },
            PrescriptionDispensed x => fact with
            {
                Centre = x.CentreCode,
                Amount = x.Portions.Sum(w => w.Weighed.Milligrams),
                Items = x.Portions.Length,
            },
            PrescriptionChecked x => fact with { Centre = x.CentreCode, Topic = x.SyndromeName, Quantity = x.Doses, Flag = x.Decoct },
            DecoctionStarted x => fact with { Centre = x.CentreCode },
            StepCompleted x => fact with
            {
                Centre = x.CentreCode,
                Detail = x.Step,
                Amount = (long)(x.FinishedAt - x.StartedAt).TotalSeconds,
            },
            DeviationDetected x => fact with { Centre = x.CentreCode, Detail = x.Step, Topic = x.RuleId },
            DecoctionScrapped x => fact with { Centre = x.CentreCode, Detail = x.Step },
            DecoctionCompleted x => fact with
            {
                Centre = x.CentreCode,
                Quantity = x.BagSerials.Length,
                Amount = (long)x.BagSerials.Length * x.MillilitresPerBag,
            },
            PackingChecked x => fact with { Centre = x.CentreCode, Quantity = x.Counted, Items = x.MeasuredMillilitres.Length },
            ParcelShipped x => fact with { Centre = x.CentreCode, Quantity = x.BagSerials.Length },
            ParcelArrived x => fact with { Centre = x.CentreCode, Quantity = x.BagSerials.Length },
            ParcelUndelivered x => fact with { Centre = x.CentreCode, Detail = x.Reason, Items = x.Attempt, Flag = x.Back },
            ParcelReturned x => fact with { Centre = x.CentreCode, Detail = x.Cause, Quantity = x.BagSerials.Length },
            ColdChainBroken x => fact with { Centre = x.CentreCode, Amount = x.Centicelsius },
            ParcelDelivered x => fact with { Centre = x.CentreCode, Quantity = x.BagSerials.Length },
            ReviewCompleted x => fact with { Flag = x.Rational, Items = x.Codes.Length },
            LotAccepted x => fact with { Centre = x.CentreCode, Reference = x.LotNumber, Topic = x.Piece, Amount = x.Quantity.Milligrams },
            LotReleased x => fact with { Centre = x.CentreCode, Reference = x.LotNumber, Topic = x.Piece },
            LotRejected x => fact with { Centre = x.CentreCode, Reference = x.LotNumber, Topic = x.Piece },
            RecallIssued x => fact with
            {
                Centre = x.CentreCode,
                Reference = x.LotNumber,
                Topic = x.Piece,
                Detail = x.RecallId?.ToString(),
            },
            RecallOrdered x => fact with
            {
                Centre = x.CentreCode,
                Reference = x.LotNumber,
                Topic = x.Piece,
                Quantity = x.Level,
                Detail = x.RecallId.ToString(),
            },
            NonconformityOpened x => fact with { Centre = x.CentreCode, Detail = x.Source, Topic = x.Severity },
            NonconformityEscalated x => fact with { Centre = x.CentreCode, Detail = x.Stage, Quantity = x.Level },
            NonconformityClosed x => fact with
            {
                Centre = x.CentreCode,
                Topic = x.Severity,
                Amount = (long)(x.OccurredAt - x.OpenedAt).TotalSeconds,
            },
            ControlSignalRaised x => fact with { Centre = x.CentreCode, Reference = x.Subject, Detail = x.Measure, Topic = x.Rule },
            SupervisionAlertRaised x => fact with
            {
                Institution = string.IsNullOrEmpty(x.InstitutionCode) ? null : x.InstitutionCode,
                Region = string.IsNullOrEmpty(x.RegionCode) ? null : x.RegionCode,
                Topic = x.Pattern,
                Items = x.Records,
            },
            TraceCaptured x => fact with
            {
                Institution = x.InstitutionCode,
                Centre = x.CentreCode,
                Region = x.RegionCode,
                Detail = x.BizStep,
                Amount = x.LeafIndex,
                // A record of a prescription's step, and not one that takes another back.
                Flag = x.PrescriptionId is not null && x.Version == 1,
            },
            TraceBatchCaptured x => fact with { Region = x.RegionCode, Quantity = x.Count, Amount = x.FirstLeafIndex },
            TreeHeadSigned x => fact with { Amount = x.TreeSize },
            InstitutionEntryEvent x => fact with { Institution = x.Code, Region = x.RegionCode, Detail = x.Kind },
            InstitutionSuspended x => fact with { Institution = x.Code },
            InstitutionReinstated x => fact with { Institution = x.Code },
            PractitionerEntryEvent x => fact with { Institution = x.InstitutionCode, Detail = x.Category },
            PractitionerSuspended x => fact with { Institution = x.InstitutionCode },
            PractitionerReinstated x => fact with { Institution = x.InstitutionCode },
            ConsortiumChanged x => fact with
            {
                Institution = x.LeaderCode,
                Region = x.RegionCode,
                Detail = x.Kind,
                Items = x.MemberCodes.Length,
                Flag = x.Dissolved,
            },
            RegionChanged x => fact with { Region = x.Code, Quantity = x.Population, Flag = x.Retired },
            SignatureKeyRegistered x => fact with { Institution = x.InstitutionCode, Reference = x.KeyId },
            SignatureKeyRevoked x => fact with { Institution = x.InstitutionCode, Reference = x.KeyId },
            _ => throw new ArgumentException($"The cockpit has no reading of {fact.Type}.", nameof(e)),
        };

    private static Fact Approved(Fact fact, PrescriptionApproved e)
    {
        var pieces = e
            .Lines.GroupBy(l => l.Piece)
            .Select(g => (Piece: g.Key, Milligrams: g.Sum(l => l.PerDose.Milligrams) * e.Doses))
            .ToList();
        return fact with
        {
            Topic = e.SyndromeName,
            Detail = e.ApprovedBy == "system" ? "system" : "pharmacist",
            Quantity = e.Doses,
            Items = e.Lines.Length,
            Flag = e.Decoct,
            District = e.DeliveryRegionCode,
            Pieces = [.. pieces.Select(p => p.Piece)],
            Weights = [.. pieces.Select(p => p.Milligrams)],
        };
    }
}
