using TcmBrain.Contracts.Prescriptions.V1;
using static TcmBrain.Contracts.Prescriptions.V1.State;

namespace TcmBrain.Prescriptions.Lifecycle;

/// <summary>What a cell of the table says.</summary>
public enum CellKind
{
    /// <summary>The state becomes <see cref="Cell.To"/>.</summary>
    Move,

    /// <summary>The pharmacy is asked first, for it alone knows whether somebody weighs already; when it stops, the state becomes <see cref="Cell.To"/>.</summary>
    AskPharmacy,

    /// <summary>An entry in the history; the state stays.</summary>
    Note,

    /// <summary>Nothing changes; the answer is <see cref="Cell.Answer"/>, and it is no error.</summary>
    Answer,

    /// <summary>Nothing changes; the fault with the code <see cref="Cell.Answer"/>.</summary>
    Refuse,
}

/// <summary>One cell: what comes of an action in a state.</summary>
public readonly record struct Cell(CellKind Kind, State To, string Answer)
{
    public static Cell Move(State to) => new(CellKind.Move, to, "");

    public static Cell AskPharmacy(State to) => new(CellKind.AskPharmacy, to, "");

    public static Cell Note { get; } = new(CellKind.Note, Unspecified, "");

    public static Cell Tell(string answer) => new(CellKind.Answer, Unspecified, answer);

    public static Cell Refuse(string code) => new(CellKind.Refuse, Unspecified, code);

    public bool Changes => Kind is CellKind.Move or CellKind.AskPharmacy;
}

/// <summary>
/// What each actor may do in each state, and what comes of it (处方生命周期): the one table that the service follows, that docs/lifecycle.md is
/// written from, and that a test walks cell by cell. The normal path only goes forward, by any number of steps: facts from other services
/// come in any order, and one that arrives late is kept in the history but takes nothing back.
/// </summary>
public static class LifecycleTable
{
    public const string TooLate = "TOO_LATE";
    public const string AlreadyEnded = "ALREADY_ENDED";
    public const string AlreadyCancelled = "ALREADY_CANCELLED";
    public const string AlreadyReturned = "ALREADY_RETURNED";
    public const string SameReply = "same reply";
    public const string Claimed = "claimed";
    public const string AwaitsAmendment = "awaits its amendment";
    public const string Known = "known";
    public const string NothingDue = "nothing is due";

    public static Actor ActorOf(LifecycleAction action) =>
        action switch
        {
            <= LifecycleAction.Amend => Actor.Hospital,
            LifecycleAction.SignAgain => Actor.Prescriber,
            <= LifecycleAction.TakeBack => Actor.Pharmacist,
            <= LifecycleAction.Check => Actor.Pharmacy,
            <= LifecycleAction.Scrap => Actor.DecoctionRoom,
            <= LifecycleAction.GiveUp => Actor.Courier,
            _ => Actor.Clock,
        };

    public static Cell Of(State state, LifecycleAction action) =>
        action switch
        {
            LifecycleAction.PushAgain => Cell.Tell(SameReply),
            LifecycleAction.PushOther => Cell.Refuse(PrescriptionsFaults.OtherContent.Code),
            LifecycleAction.Cancel => state switch
            {
                _ when IsOursAlone(state) => Cell.Move(Cancelled),
                _ when IsPharmacys(state) => Cell.AskPharmacy(Cancelled),
                Cancelled => Cell.Tell(AlreadyCancelled),
                Rejected or Expired or Returned or Superseded => Cell.Tell(AlreadyEnded),
                _ => Cell.Tell(TooLate),
            },
            LifecycleAction.Amend => state switch
            {
                _ when IsOursAlone(state) => Cell.Move(Superseded),
                _ when IsPharmacys(state) => Cell.AskPharmacy(Superseded),
                // It stays what it is; the new revision is the prescriber's second try.
                Rejected => Cell.Move(Rejected),
                Cancelled or Expired or Returned => Cell.Tell(AlreadyEnded),
                // There is a newer one, and an amendment must follow that.
                Superseded => Cell.Refuse(PrescriptionsFaults.RevisionOrder.Code),
                _ => Cell.Tell(TooLate),
            },
            LifecycleAction.SignAgain or LifecycleAction.ReturnToPrescriber => WhileIntercepted(state, Cell.Note),
            LifecycleAction.Claim => WhileIntercepted(state, Cell.Tell(Claimed)),
            LifecycleAction.Approve => WhileIntercepted(state, Cell.Move(Approved)),
            LifecycleAction.Reject => WhileIntercepted(state, Cell.Move(Rejected)),
            LifecycleAction.TakeBack => state switch
            {
                Packed or Shipped or Delivered or Completed => Cell.Move(Returned),
                Returned => Cell.Tell(AlreadyReturned),
                _ => Cell.Refuse(PrescriptionsFaults.NotFinished.Code),
            },
            LifecycleAction.WithdrawForCancel => Withdrawn(state, Cancelled),
            LifecycleAction.WithdrawForExpiry => Withdrawn(state, Expired),
            // The amendment itself ends it, in the transaction that stores the new revision.
            LifecycleAction.WithdrawForAmend => Cell.Tell(state <= Dispensing ? AwaitsAmendment : Known),
            // What is spent cannot go on, however far its path had been told.
            LifecycleAction.Scrap => IsEnded(state) ? Cell.Note : Cell.Move(Returned),
            LifecycleAction.Deliver => IsEnded(state) ? Cell.Note : Cell.Move(Completed),
            LifecycleAction.Miss => Cell.Note,
            LifecycleAction.GiveUp => IsEnded(state) || state == Delivered ? Cell.Note : Cell.Move(Returned),
            LifecycleAction.TimeOut => state switch
            {
                _ when IsOursAlone(state) => Cell.Move(Expired),
                _ when IsPharmacys(state) => Cell.AskPharmacy(Expired),
                Packed or Shipped => Cell.Move(Returned),
                _ => Cell.Tell(NothingDue),
            },
            _ => !IsEnded(state) && FactOf(action) > state ? Cell.Move(FactOf(action)) : Cell.Note,
        };

    /// <summary>The state that a fact from another service speaks of; it stands in the history also when it comes late.</summary>
    public static State FactOf(LifecycleAction action) =>
        action switch
        {
            LifecycleAction.RunShort or LifecycleAction.BreakReservation => Approved,
            LifecycleAction.Route => Routed,
            LifecycleAction.Reserve => Reserved,
            LifecycleAction.StartDispensing or LifecycleAction.FinishDispensing => Dispensing,
            LifecycleAction.Check => Checked,
            LifecycleAction.StartDecoction => Soaking,
            LifecycleAction.CompleteStep => Decocting,
            LifecycleAction.CompletePacking or LifecycleAction.CompleteDecoction => Packed,
            LifecycleAction.Scrap => Returned,
            LifecycleAction.Ship or LifecycleAction.Arrive or LifecycleAction.Miss => Shipped,
            LifecycleAction.GiveUp => Returned,
            LifecycleAction.Deliver => Delivered,
            _ => Unspecified,
        };

    public static bool IsEnded(State state) => state is Completed or Rejected or Cancelled or Returned or Expired or Superseded;

    /// <summary>Before approval no pharmacy has heard of it, so this service decides alone.</summary>
    public static bool IsOursAlone(State state) => state is Received or Audited or Intercepted;

    /// <summary>
    /// The pharmacy alone knows whether somebody weighs: what it had begun may have been broken off since (<c>ReservationBroken</c>), and then
    /// nothing is being weighed any more.
    /// </summary>
    private static bool IsPharmacys(State state) => state is Approved or Routed or Reserved or Dispensing;

    private static Cell WhileIntercepted(State state, Cell cell) =>
        state == Intercepted ? cell : Cell.Refuse(PrescriptionsFaults.NotWaiting.Code);

    private static Cell Withdrawn(State state, State to) => state <= Dispensing && !IsEnded(state) ? Cell.Move(to) : Cell.Tell(Known);
}
